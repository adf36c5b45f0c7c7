// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import io.ipvane.memory.Memory;

/**
 * One VLAN tag in native memory, taken as what follows an EtherType of 0x8100 or 0x88A8: {@code
 * tag} is the address of the tag control information. The caller has checked the length.
 *
 * <pre>
 *  0                 2                 4
 * +---+-+-----------+-----------------+
 * |PCP|D| VID       | EtherType       |   IEEE 802.1Q, clause 9.6
 * +---+-+-----------+-----------------+
 * </pre>
 */
public final class Vlan {
    /** Bytes that one tag adds to a frame. */
    public static final int LENGTH = 4;

    static final int TYPE_OFFSET = 2;
    private static final int VID_MASK = 0x0FFF;

    private Vlan() {}

    /** Whether a tag follows this EtherType. */
    public static boolean isTag(int etherType) {
        return etherType == Ethernet.TYPE_VLAN || etherType == Ethernet.TYPE_SERVICE_VLAN;
    }

    /** VLAN identifier, 0 to 4,095; 0 is a priority tag, which names no VLAN. */
    public static int vid(long tag) {
        return Memory.u16be(tag) & VID_MASK;
    }

    /** Priority code point, 0 to 7. */
    public static int priority(long tag) {
        return Memory.u8(tag) >>> 5;
    }

    /** EtherType behind the tag. */
    public static int type(long tag) {
        return Memory.u16be(tag + TYPE_OFFSET);
    }

    /** Writes all {@value #LENGTH} bytes, drop eligibility clear. */
    public static void write(long tag, int priority, int vid, int type) {
        Memory.put16be(tag, priority << 13 | (vid & VID_MASK));
        Memory.put16be(tag + TYPE_OFFSET, type);
    }
}
