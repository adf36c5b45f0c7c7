// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Packet sockets on a kernel interface, one a queue, which give what the interface receives and
 * send by it: through its queueing discipline and filters, so that what its owner has set up there
 * holds. While they are open the interface is promiscuous. They follow it by its index, whatever it
 * is called, and are of no use any more once it has left the namespace.
 *
 * <p>Control plane, any thread. Frames go through {@link PacketQueue}. Source: packet(7).
 */
public final class PacketSocket implements AutoCloseable {
    /** Most queues of one interface: what a group of sockets may be asked for on any kernel. */
    public static final int MAX_QUEUES = 256;

    /**
     * Bytes of frames that may wait in one queue, as the kernel counts them (SO_RCVBUF): some
     * 40,000 small frames, or 400 of 64 KiB. It is used while frames wait only.
     */
    static final int MEMORY = 16 << 20;

    // struct packet_interface of the shim, which asserts its size.
    private static final int INTERFACE_BYTES = 16;
    private static final int UP = 4;
    private static final int MAC = 8;

    private final String name;
    private final int index;
    private final int[] fds;
    private final AtomicLong dropped = new AtomicLong();

    /** An interface as it is at one moment. */
    private record State(int mtu, boolean up, long mac) {}

    private PacketSocket(String name, int index, int[] fds) {
        this.name = name;
        this.index = index;
        this.fds = fds;
    }

    /**
     * Opens sockets on an interface of this process's namespace.
     *
     * @param queues 1 to {@link #MAX_QUEUES}; the kernel spreads flows over them, both directions
     *     of one to the same
     * @param mtu that the interface is to have; 0: as it is
     * @throws LinuxException where there is no such interface, it is none of Ethernet, its driver
     *     does not take the MTU, or the right (CAP_NET_RAW) is missing; nothing is left open
     */
    public static PacketSocket open(String name, int queues, int mtu) {
        final String label = "packet socket on '" + name + "'";
        if (queues < 1 || queues > MAX_QUEUES) {
            throw new LinuxException(
                    Errno.EINVAL,
                    label + ": queues=" + queues + " is not in 1.." + MAX_QUEUES + "; give fewer");
        }
        try (Netns own = Netns.open("");
                RtNetlink netlink = new RtNetlink(own);
                Arena arena = Arena.ofConfined()) {
            final int index = netlink.link(name).index();
            final long array = arena.allocate(4L * queues, 4).address();
            LinuxException.check(PacketShim.open(index, queues, MEMORY, array), "open " + label);
            final int[] fds = new int[queues];
            for (int i = 0; i < queues; i++) {
                fds[i] = Memory.i32(array + 4L * i);
            }
            final PacketSocket socket = new PacketSocket(name, index, fds);
            try {
                socket.requireEthernet();
                socket.give(mtu);
                return socket;
            } catch (LinuxException e) {
                socket.close();
                throw e;
            }
        }
    }

    private void requireEthernet() {
        try (Arena arena = Arena.ofConfined()) {
            final int result = describe(arena.allocate(INTERFACE_BYTES, 8).address());
            if (result == -Errno.EINVAL) {
                throw new LinuxException(
                        Errno.EINVAL,
                        "interface '"
                                + name
                                + "' carries no Ethernet frames (EINVAL); choose one that does");
            }
            LinuxException.check(result, "ask for interface '" + name + "'");
        }
    }

    private void give(int wanted) {
        if (wanted != 0 && wanted != mtu()) {
            setMtu(wanted);
        }
    }

    private int describe(long out) {
        return PacketShim.describe(fds[0], index, out);
    }

    /** Nothing where the interface has gone. */
    private Optional<State> state() {
        try (Arena arena = Arena.ofConfined()) {
            final long out = arena.allocate(INTERFACE_BYTES, 8).address();
            return describe(out) < 0
                    ? Optional.empty()
                    : Optional.of(
                            new State(
                                    Memory.i32(out),
                                    Memory.i32(out + UP) != 0,
                                    Memory.mac(out + MAC)));
        }
    }

    /** The interface's name when this was opened. */
    public String name() {
        return name;
    }

    /** Number of queues. */
    public int queues() {
        return fds.length;
    }

    int index() {
        return index;
    }

    int fd(int queue) {
        return fds[queue];
    }

    /** The MAC address that the interface has now; 0 where it has gone. */
    public long mac() {
        return state().map(State::mac).orElse(0L);
    }

    /** Largest L3 packet in bytes that the interface takes now; 0 where it has gone. */
    public int mtu() {
        return state().map(State::mtu).orElse(0);
    }

    /**
     * Changes the MTU of the interface.
     *
     * @throws LinuxException where its driver cannot
     */
    public void setMtu(int bytes) {
        LinuxException.check(
                PacketShim.setMtu(fds[0], index, bytes),
                "set mtu " + bytes + " of interface '" + name + "'");
    }

    /** Whether the interface is up and has carrier. */
    public boolean isUp() {
        return state().map(State::up).orElse(false);
    }

    /** Frames that came while their queue was full, since this was opened; any thread. */
    public long dropped() {
        for (final int fd : fds) {
            // The kernel forgets what it has told. Below zero it cannot tell.
            dropped.addAndGet(Math.max(0, PacketShim.drops(fd)));
        }
        return dropped.get();
    }

    @Override
    public String toString() {
        return "packet socket on '" + name + "'";
    }

    /** The interface is no longer promiscuous for our sake. */
    @Override
    public void close() {
        for (final int fd : fds) {
            Shim.close(fd);
        }
    }
}
