// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import io.ipvane.memory.Memory;

/**
 * The checksum of IPv4, ICMP, UDP and TCP: the one's complement of the one's complement sum of
 * big-endian 16-bit words (RFC 1071), and its repair after a change (RFC 1624).
 */
public final class InternetChecksum {
    private InternetChecksum() {}

    /**
     * Sums native memory without folding, so that several sums can be added before {@link #fold}.
     * An odd last byte counts as the high byte of a word, so only the last of several ranges may be
     * odd.
     *
     * @param length bytes, below 2^31
     */
    public static long sum(long address, int length) {
        // Words of the machine, and the bytes put right in the sum (RFC 1071, section 2 B).
        long first = 0;
        long second = 0;
        final long end = address + length;
        long at = address;
        for (; at + 32 <= end; at += 32) {
            final long a = Memory.i64(at);
            final long b = Memory.i64(at, 8);
            final long c = Memory.i64(at, 16);
            final long d = Memory.i64(at, 24);
            first += (a & 0xFFFF_FFFFL) + (a >>> 32) + (c & 0xFFFF_FFFFL) + (c >>> 32);
            second += (b & 0xFFFF_FFFFL) + (b >>> 32) + (d & 0xFFFF_FFFFL) + (d >>> 32);
        }
        for (; at + 4 <= end; at += 4) {
            first += Memory.u32(at);
        }
        if (at + 2 <= end) {
            first += Memory.u16(at);
            at += 2;
        }
        if (at < end) {
            first += Memory.u8(at);
        }
        return Short.reverseBytes((short) fold(first + second)) & 0xFFFFL;
    }

    /** Adds the carries back in: 0 to 0xFFFF, and 0 only for a sum of 0. */
    public static int fold(long sum) {
        long folded = (sum & 0xFFFF_FFFFL) + (sum >>> 32);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        return (int) ((folded & 0xFFFF) + (folded >>> 16));
    }

    /**
     * Checksum of native memory. Over a range that holds its own right checksum the result is 0.
     *
     * @return 0 to 0xFFFF, ready for the wire
     */
    public static int of(long address, int length) {
        return ~fold(sum(address, length)) & 0xFFFF;
    }

    /**
     * Mends a checksum after one 16-bit word changed: RFC 1624, equation 3.
     *
     * @param checksum as it stood on the wire
     * @return 0 to 0xFFFF, ready for the wire
     */
    public static int update(int checksum, int before, int after) {
        final long sum = (~checksum & 0xFFFFL) + (~before & 0xFFFFL) + (after & 0xFFFFL);
        return ~fold(sum) & 0xFFFF;
    }

    /** Mends a checksum after a MAC address (three words, word-aligned in its message) changed. */
    public static int updateMac(int checksum, long before, long after) {
        int mended = update(checksum, (int) (before >>> 32), (int) (after >>> 32));
        mended = update(mended, (int) (before >>> 16), (int) (after >>> 16));
        return update(mended, (int) before, (int) after);
    }
}
