// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;

/**
 * The link-layer multicast groups of all interfaces of one namespace: {@code /proc/net/dev_mcast}.
 * One thread.
 *
 * <p>The file shows the namespace that it was opened in, whoever reads it, and keeps that alive: it
 * is opened for each reading.
 */
final class MulticastGroups implements AutoCloseable {
    /** The Ethernet address of ff02::1 (RFC 2464, section 7), where every node with IPv6 is. */
    static final long ALL_NODES = 0x3333_0000_0001L;

    private static final String FILE = "/proc/thread-self/net/dev_mcast";
    private static final int CHUNK = 1 << 16;

    /** Some 20,000 groups of all interfaces; whoever has more in a namespace has them unseen. */
    private static final int MOST_BYTES = 1 << 20;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(CHUNK);
    private final String tried;
    private final int fd;

    MulticastGroups(Netns netns) {
        tried = "read the multicast groups of " + netns + " in " + FILE;
        final int result = Shim.netnsOpenFile(netns.fd(), arena.allocateFrom(FILE).address(), 0);
        if (result < 0) {
            arena.close();
            throw LinuxException.cannot(-result, tried);
        }
        fd = result;
    }

    /**
     * What was read.
     *
     * @param groups by interface index, as MAC addresses
     * @param whole false: there is more, of one of these interfaces or of others, than is read
     */
    record Reading(Map<Integer, Set<Long>> groups, boolean whole) {}

    /**
     * Those of some interfaces of a namespace; nothing is held there afterwards.
     *
     * @param interfaces their indices
     */
    static Reading of(Netns netns, Set<Integer> interfaces) {
        try (MulticastGroups file = new MulticastGroups(netns)) {
            return file.read(interfaces);
        }
    }

    /** The MAC address of an IPv4 or IPv6 group (RFC 1112, section 6.4; RFC 2464, section 7). */
    static long mac(byte[] group) {
        final int low = ByteBuffer.wrap(group).getInt(group.length - 4);
        return group.length == 4
                ? 0x0100_5E00_0000L | (low & 0x7F_FFFF)
                : 0x3333_0000_0000L | (low & 0xFFFF_FFFFL);
    }

    private Reading read(Set<Integer> interfaces) {
        final GroupLines lines = new GroupLines(interfaces);
        long offset = 0;
        int length = 1;
        while (length > 0 && offset < MOST_BYTES) {
            length = (int) Shim.readAt(fd, buffer.address(), CHUNK, offset);
            LinuxException.check(length, tried);
            for (int i = 0; i < length; i++) {
                lines.take(Memory.byteAt(buffer.address() + i));
            }
            offset += length;
        }
        return new Reading(lines.groups(), length == 0 && !lines.more());
    }

    @Override
    public void close() {
        Shim.close(fd);
        arena.close();
    }
}
