// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A socket of the test inside a network namespace, by the C library: Java has no packet sockets and
 * cannot enter a namespace. Never blocks. One thread. See packet(7), setns(2).
 */
public final class NetSocket implements AutoCloseable {
    /** What a packet socket saw. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Seen(char mark, byte[] bytes) {}

    private static final int AF_INET = 2;
    private static final int AF_PACKET = 17;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_RAW = 3;

    /**
     * What a socket for all EtherTypes sees is not yet what the stack takes: a frame of a VLAN that
     * is not there still has the mark of its MAC. So one socket for each, as the measurement did.
     */
    private static final int[] ETHER_TYPES = {0x0800, 0x0806, 0x86DD, 0x8100, 0x8808, 0x88B5};

    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int CLONE_NEWNET = 0x4000_0000;
    private static final int EAGAIN = 11;
    private static final int ENETDOWN = 100;
    private static final int RECEIVE_BUFFER = 8 << 20;
    private static final int LARGEST = 70_000;
    private static final int ADDRESS_BYTES = 20; // struct sockaddr_ll
    private static final int INET_ADDRESS_BYTES = 16;
    private static final int PACKET_TYPE = 10; // its sll_pkttype

    /** {@code H} to this host, {@code B}roadcast, {@code M}ulticast, {@code O}ther host. */
    private static final String MARKS = "HBMO";

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout ERRNO = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_VALUE =
            ERRNO.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle OPEN = handle("open", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CLOSE = handle("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle SETNS = handle("setns", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SOCKET =
            handle("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = handle("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle INDEX = handle("if_nametoindex", JAVA_INT, ADDRESS);
    private static final MethodHandle SET_OPTION =
            handle("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SEND =
            handle("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle RECEIVE =
            handle("recvfrom", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment errno = arena.allocate(ERRNO);
    private final MemorySegment buffer = arena.allocate(LARGEST);
    private final MemorySegment address = arena.allocate(ADDRESS_BYTES, 4);
    private final MemorySegment addressLength = arena.allocate(JAVA_INT);
    private int[] fds = {};

    private NetSocket() {}

    /** Sees and sends whole frames at an interface. */
    public static NetSocket packet(Netns net, String label, String device) {
        final NetSocket socket = new NetSocket();
        socket.open(net.name(label), () -> socket.packet(device));
        return socket;
    }

    /** Receives the payloads of UDP over IPv4 to a port, whatever the address. */
    public static NetSocket udp(Netns net, String label, int port) {
        final NetSocket socket = new NetSocket();
        socket.open(net.name(label), () -> socket.udp(port));
        return socket;
    }

    /** On a thread of its own, which never leaves the namespace. */
    private void open(String namespace, Supplier<int[]> inside) {
        final CompletableFuture<int[]> opened = new CompletableFuture<>();
        final Thread thread =
                new Thread(
                        () -> {
                            try {
                                enter(namespace);
                                opened.complete(inside.get());
                            } catch (RuntimeException | Error e) {
                                opened.completeExceptionally(e);
                            }
                        },
                        "enter-" + namespace);
        thread.start();
        fds = opened.join();
    }

    private void enter(String namespace) {
        final MemorySegment path = arena.allocateFrom("/run/netns/" + namespace);
        final int netns = (int) call("open " + namespace, OPEN, path, 0);
        call("setns", SETNS, netns, CLONE_NEWNET);
        call("close", CLOSE, netns);
    }

    private int[] packet(String device) {
        final int index = (int) call("find " + device, INDEX, arena.allocateFrom(device));
        if (index == 0) {
            throw new IllegalStateException("no interface " + device);
        }
        final int[] sockets = new int[ETHER_TYPES.length];
        for (int i = 0; i < sockets.length; i++) {
            address.set(JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(JAVA_SHORT, 2, Short.reverseBytes((short) ETHER_TYPES[i]));
            address.set(JAVA_INT, 4, index);
            sockets[i] = bound(AF_PACKET, SOCK_RAW, ADDRESS_BYTES);
        }
        return sockets;
    }

    private int[] udp(int port) {
        address.set(JAVA_SHORT, 0, (short) AF_INET);
        address.set(JAVA_SHORT, 2, Short.reverseBytes((short) port));
        return new int[] {bound(AF_INET, SOCK_DGRAM, INET_ADDRESS_BYTES)};
    }

    private int bound(int domain, int type, int addressBytes) {
        final int socket = (int) call("socket", SOCKET, domain, type, 0);
        final MemorySegment size = arena.allocateFrom(JAVA_INT, RECEIVE_BUFFER);
        call("set buffer", SET_OPTION, socket, SOL_SOCKET, SO_RCVBUFFORCE, size, 4);
        call("bind", BIND, socket, address, addressBytes);
        return socket;
    }

    /**
     * Sends a frame.
     *
     * @return 0, or the errno by which the kernel refused it
     */
    public int send(byte[] frame) {
        MemorySegment.copy(frame, 0, buffer, JAVA_BYTE, 0, frame.length);
        final long sent = invoke(SEND, fds[socketFor(frame)], buffer, (long) frame.length, 0);
        return sent < 0 ? (int) ERRNO_VALUE.get(errno, 0L) : 0;
    }

    /** The kernel takes the EtherType of what is sent from the socket, not from the frame. */
    private static int socketFor(byte[] frame) {
        final int type = (frame[12] & 0xFF) << 8 | (frame[13] & 0xFF);
        for (int i = 0; i < ETHER_TYPES.length; i++) {
            if (ETHER_TYPES[i] == type) {
                return i;
            }
        }
        return 0;
    }

    /** All that came in since the last call, in order within an EtherType. */
    public List<Seen> received() {
        final List<Seen> all = new ArrayList<>();
        for (int fd : fds) {
            Seen next;
            while ((next = receive(fd)) != null) {
                all.add(next);
            }
        }
        return all;
    }

    /** One frame or payload, or null where there is none. */
    private Seen receive(int fd) {
        addressLength.set(JAVA_INT, 0, ADDRESS_BYTES);
        final long length =
                invoke(RECEIVE, fd, buffer, (long) LARGEST, MSG_DONTWAIT, address, addressLength);
        if (length < 0) {
            final int code = (int) ERRNO_VALUE.get(errno, 0L);
            if (code == ENETDOWN) {
                return receive(fd); // said once after the interface was down
            }
            if (code != EAGAIN) {
                throw new IllegalStateException("receive failed with errno " + code);
            }
            return null;
        }
        final boolean packet = address.get(JAVA_SHORT, 0) == AF_PACKET;
        final int type = packet ? address.get(JAVA_BYTE, PACKET_TYPE) : 0;
        return new Seen(MARKS.charAt(type), buffer.asSlice(0, length).toArray(JAVA_BYTE));
    }

    @Override
    public void close() {
        for (int fd : fds) {
            invoke(CLOSE, fd);
        }
        arena.close();
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(
            String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().find(name).orElseThrow(),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"));
    }

    private long call(String what, MethodHandle function, Object... arguments) {
        final long result = invoke(function, arguments);
        if (result < 0) {
            throw new IllegalStateException(
                    what + " failed with errno " + ERRNO_VALUE.get(errno, 0L));
        }
        return result;
    }

    private long invoke(MethodHandle function, Object... arguments) {
        final Object[] all = new Object[arguments.length + 1];
        all[0] = errno;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        try {
            return ((Number) function.invokeWithArguments(all)).longValue();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
