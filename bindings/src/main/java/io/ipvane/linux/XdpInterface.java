// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * An interface whose frames go to AF_XDP sockets, one a queue, before its kernel's stack has seen
 * them. A program that the kernel runs for each frame gives them there; it goes with this object,
 * or with the process.
 *
 * <p>A frame has to fit a page, less what the kernel keeps in front of it, unless the sockets and
 * the program take frames in pieces (Linux 6.6). Then some drivers copy where they would not
 * otherwise, so pieces are asked for only where the MTU needs them.
 *
 * <p>Control plane, one thread at a time.
 */
public final class XdpInterface implements AutoCloseable {
    /** The longest packet whose frame, with a VLAN tag, is in one piece. */
    public static final int MOST_IN_ONE_PIECE = 4096 - 256 - 18;

    private static final int MOST = 65_535;

    /** Bytes of memory that one queue shares with the kernel. */
    public static final long MEMORY_OF_QUEUE = (4096L + 2048) * 4096;

    private static final int LEAST_MTU = 68;

    private final String name;
    private final Netns netns;
    private final RtNetlink netlink;
    private final List<XdpSocket> sockets = new ArrayList<>();
    private final boolean pieces;
    private Link link;
    private int map = -1;
    private int program = -1;
    private boolean generic;
    private boolean closed;

    private XdpInterface(String name, int mtu) {
        this.name = name;
        this.netns = Netns.open("");
        this.netlink = new RtNetlink(netns);
        this.link = netlink.link(name);
        this.pieces = (mtu == 0 ? link.mtu() : mtu) > MOST_IN_ONE_PIECE;
    }

    /**
     * Opens queues of an interface of the switch's own namespace, lets it take frames to any MAC
     * address, and gives it an MTU.
     *
     * @param queues 1 or more; frames of further queues go to the stack
     * @param mtu largest L3 packet in bytes; 0: as the interface has it
     * @param mempool address of the pool that received frames are put in
     * @throws LinuxException that says what failed; nothing is left of it
     */
    public static XdpInterface open(String name, int queues, int mtu, long mempool) {
        final XdpInterface made = new XdpInterface(name, mtu);
        try {
            if (mtu != 0) {
                made.setMtu(mtu);
            }
            made.netlink.setPromiscuous(made.link, true);
            made.serve(queues, mempool);
            return made;
        } catch (LinuxException e) {
            made.close();
            throw new LinuxException(e.errno(), "device 'af_xdp:" + name + "': " + e.getMessage());
        }
    }

    private void serve(int queues, long mempool) {
        map = LinuxException.check(XdpShim.map(queues), "make a map of " + queues + " queues");
        for (int queue = 0; queue < queues; queue++) {
            final XdpSocket socket = openSocket(queue, queues, mempool);
            sockets.add(socket);
            LinuxException.check(
                    XdpShim.mapPut(map, queue, socket.descriptor()), "use queue " + queue);
        }
        attach();
    }

    private XdpSocket openSocket(int queue, int queues, long mempool) {
        try {
            return XdpSocket.open(link, queue, pieces, mempool, "open queue " + queue);
        } catch (LinuxException e) {
            throw new LinuxException(e.errno(), sentence(e, queue, queues));
        }
    }

    private String sentence(LinuxException e, int queue, int queues) {
        if (e.errno() == Errno.EINVAL && queue > 0) {
            return "queues=%d asked, interface '%s' has %d; ask for as many, or use af_packet:%2$s"
                    .formatted(queues, name, queue);
        }
        if (e.errno() == Errno.EINVAL && pieces) {
            return "mtu=%d needs frames in pieces, which the kernel has since Linux 6.6 (%s); lower it to mtu<=%d, or use af_packet:%s"
                    .formatted(link.mtu(), e.getMessage(), MOST_IN_ONE_PIECE, name);
        }
        if (e.errno() == Errno.EBUSY) {
            return e.getMessage() + "; another program has the queue: end it";
        }
        if (e.errno() == Errno.ENOBUFS) {
            return e.getMessage()
                    + ": it locks "
                    + (MEMORY_OF_QUEUE >> 20)
                    + " MB of memory; give CAP_IPC_LOCK or a higher limit (ulimit -l)";
        }
        return e.getMessage();
    }

    private void attach() {
        try (Arena arena = Arena.ofConfined()) {
            final long place = arena.allocate(4, 4).address();
            final int result = XdpShim.attach(map, link.index(), pieces ? 1 : 0, place);
            if (result < 0) {
                throw new LinuxException(
                        -result,
                        "mtu=%d: neither its driver nor the stack takes an XDP program (%s); lower the MTU, or use af_packet:%s"
                                .formatted(link.mtu(), Errno.name(-result), name));
            }
            program = result;
            generic = Memory.i32(place) != 0;
        }
    }

    /** The sockets, by queue. */
    public XdpSocket[] sockets() {
        return sockets.toArray(XdpSocket[]::new);
    }

    /** Whether frames come by the stack and not by the driver, which would be faster. */
    public boolean isGeneric() {
        return generic;
    }

    /** The MAC address, first byte on the wire highest. */
    public long mac() {
        return link.mac();
    }

    /** Largest L3 packet in bytes, as it was set or found last. */
    public int mtu() {
        return link.mtu();
    }

    /** What the MTU could be as the sockets are. */
    public int maxMtu() {
        return pieces ? MOST : MOST_IN_ONE_PIECE;
    }

    /** Changes the MTU of the interface, up to {@link #maxMtu}. */
    public void setMtu(int mtu) {
        if (mtu < LEAST_MTU || mtu > maxMtu()) {
            throw new LinuxException(
                    Errno.EINVAL,
                    "mtu=%d is not %d to %d, as it was opened; open it anew"
                            .formatted(mtu, LEAST_MTU, maxMtu()));
        }
        if (link.mtu() != mtu) {
            netlink.setMtu(link, mtu);
        }
        link = netlink.findLink(link.index()).orElse(link);
    }

    /** Whether frames could be carried now. */
    public boolean isUp() {
        return netlink.findLink(link.index()).filter(now -> now.up() && now.carrier()).isPresent();
    }

    /** Takes the program off and closes the sockets. The second time does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (program >= 0) {
            Shim.close(program);
        }
        sockets.forEach(XdpSocket::close);
        if (map >= 0) {
            Shim.close(map);
        }
        netlink.close();
        netns.close();
    }
}
