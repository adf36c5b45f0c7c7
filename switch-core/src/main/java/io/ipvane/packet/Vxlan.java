// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import io.ipvane.memory.Memory;

/**
 * One VXLAN header in native memory; {@code vxlan} is the address of its first byte. The caller has
 * checked the length.
 *
 * <pre>
 *  0               1               2               3
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-------------------------------+
 * |G|R|R|R|I|R|R|R|R|D|R|R|A|R|R|R|        Group Policy ID        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+---------------+---------------+
 * |       VXLAN Network Identifier (VNI)          |   Reserved    |   RFC 7348, section 5
 * +-----------------------------------------------+---------------+
 * </pre>
 *
 * <p>I says that there is a VNI, and every header has it. G, D, A and the group are of the group
 * policy extension (draft-smith-vxlan-group-policy); without it their bits are reserved.
 */
public final class Vxlan {
    /** Bytes of the header. */
    public static final int LENGTH = 8;

    /** UDP port that IANA has given to VXLAN. */
    public static final int PORT = 4789;

    /** The largest network identifier. */
    public static final int MAX_VNI = (1 << 24) - 1;

    /** Bit of {@link #word}: the header has a network identifier. */
    public static final long FLAG_VNI = 0x08L << 56;

    /** Bit of {@link #word}: the header has a group. */
    public static final long FLAG_GROUP = 0x80L << 56;

    /** The 39 bits of {@link #word} that mean nothing, and are zero where they are sent. */
    public static final long RESERVED = ~(FLAG_VNI | (long) MAX_VNI << 8);

    /** Bits of {@link #word} that the group policy extension may set, known or not (spec EXT-2). */
    public static final long GROUP_POLICY = FLAG_GROUP | 0x00FF_FFFFL << 32;

    private Vxlan() {}

    /** The whole header as one number, first byte highest. */
    public static long word(long vxlan) {
        return Memory.i64be(vxlan);
    }

    /** Network identifier of a header as {@link #word} reads it, 0 to {@link #MAX_VNI}. */
    public static int vni(long word) {
        return (int) (word >>> 8) & MAX_VNI;
    }

    /** Flags D and A and the group of a header, as its bytes 1 to 3; 0 where it says no group. */
    public static int group(long word) {
        return (word & FLAG_GROUP) == 0 ? 0 : (int) (word >>> 32) & 0x00FF_FFFF;
    }

    /** A header with a network identifier and nothing else. */
    public static long of(int vni) {
        return FLAG_VNI | (vni & (long) MAX_VNI) << 8;
    }

    /** Writes all {@value #LENGTH} bytes. */
    public static void write(long vxlan, long word) {
        Memory.put64be(vxlan, word);
    }
}
