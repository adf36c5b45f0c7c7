// SPDX-License-Identifier: Apache-2.0
package io.ipvane.egress;

import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ipv4;
import java.lang.foreign.Arena;

/**
 * Splits an IPv4 packet that is too long for where it goes and may be split (RFC 791, section 3.2;
 * spec TX-32). Every fragment is a frame of its own, in one segment. Owned by one lcore.
 *
 * <p>Done where the frame is, and not by the conductor: fragments of one port then cost no other
 * port anything but time, and keep their place among the frames of their flow.
 */
@HotPath
final class Fragmenter {
    /** More fragments than these are no traffic: 64 KiB at an MTU of 1,280 are 53. */
    static final int MOST = 64;

    /** Nothing is wrong with the packet. */
    static final int POOL_EMPTY = -1;

    /** Bytes of a fragment's frame: what one segment of the smallest pool surely holds. */
    private static final int MAX_FRAME = 2048;

    private static final int MAX_HEADER = 60;
    private static final int OPTION_END = 0;
    private static final int OPTION_NONE = 1;
    private static final int COPIED = 0x80;

    private final FramePool pool;
    private final long fragments;
    private final long header;

    Fragmenter(Arena arena, FramePool pool) {
        this.pool = pool;
        this.fragments = arena.allocate(MOST * 8L, 8).address();
        this.header = arena.allocate(MAX_HEADER, 8).address();
    }

    /**
     * Splits one packet.
     *
     * @param mbuf a parsed IPv4 frame, which stays the caller's
     * @param l3 bytes of it before the IP header
     * @param mtu most bytes of a fragment without those
     * @return how many fragments {@link #fragment} gives, the caller's now; 0 where the packet may
     *     not be split or cannot be: it forbids it, is shorter than it says, or is to be split
     *     otherwise; {@link #POOL_EMPTY} where there are no frames for the fragments
     */
    int split(long mbuf, int l3, int mtu) {
        final long ip = pool.data(mbuf) + l3;
        final int headerLength = Ipv4.headerLength(ip);
        final int payload = Ipv4.totalLength(ip) - headerLength;
        final int part = (Math.min(mtu, MAX_FRAME - l3) - headerLength) & ~7;
        if (Ipv4.dontFragment(ip)
                || part <= 0
                || payload <= part
                || payload > part * MOST
                || l3 + headerLength + payload > pool.length(mbuf)
                || pool.longest(mbuf) != pool.length(mbuf)) {
            return 0;
        }
        // The checksum spans all fragments, so no device could finish it.
        pool.finishChecksum(mbuf);
        Memory.copy(ip, header, headerLength);
        final int offset = Ipv4.fragmentOffset(ip);
        final boolean more = Ipv4.moreFragments(ip);
        int count = 0;
        for (int at = 0; at < payload; at += part) {
            final int bytes = Math.min(part, payload - at);
            final long frame = pool.allocate(l3 + headerLength + bytes);
            if (frame == 0) {
                pool.free(fragments, count);
                return POOL_EMPTY;
            }
            Memory.put64(fragments + 8L * count++, frame);
            final long to = pool.data(frame);
            pool.read(mbuf, 0, to, l3);
            Memory.copy(header, to + l3, headerLength);
            Ipv4.putFragment(
                    to + l3, headerLength + bytes, offset + at, more || at + bytes < payload);
            Ipv4.seal(to + l3);
            pool.read(mbuf, l3 + headerLength + at, to + l3 + headerLength, bytes);
            if (at == 0) {
                blankOptions(headerLength);
            }
        }
        return count;
    }

    /** Options that only the first fragment carries become "no operation" in the others. */
    private void blankOptions(int headerLength) {
        int at = Ipv4.MIN_LENGTH;
        while (at < headerLength) {
            final int type = Memory.u8(header + at);
            if (type == OPTION_END) {
                return;
            }
            final int length =
                    type == OPTION_NONE || at + 1 == headerLength ? 1 : Memory.u8(header + at + 1);
            final int end = Math.min(headerLength, at + Math.max(1, length));
            for (; at < end; at++) {
                if ((type & COPIED) == 0) {
                    Memory.put8(header + at, OPTION_NONE);
                }
            }
        }
    }

    /** One of the fragments of the last {@link #split}, in their order. */
    long fragment(int i) {
        return Memory.i64(fragments + 8L * i);
    }

    /** Frees fragments of the last {@link #split} from one on. */
    void free(int from, int count) {
        pool.free(fragments + 8L * from, count - from);
    }
}
