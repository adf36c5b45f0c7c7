// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import io.ipvane.memory.Memory;

/**
 * One neighbour solicitation or advertisement in native memory; {@code nd} is the address of its
 * ICMPv6 header. The caller has checked the length.
 *
 * <pre>
 *  0       1       2               4               8                       24
 * +-------+-------+---------------+---------------+-----------------------+------------
 * | type  | code  | checksum      | RSO, reserved | target (16 bytes)     | options ...
 * +-------+-------+---------------+---------------+-----------------------+------------
 * option: type (1), length in units of 8 bytes (1), value          RFC 4861, 4.3, 4.4, 4.6
 * </pre>
 */
public final class Nd {
    /** Bytes of a message without options. */
    public static final int LENGTH = 24;

    /** Bytes of a router solicitation without options: RFC 4861, 4.1. */
    public static final int ROUTER_SOLICITATION_LENGTH = 8;

    /** Bytes of an option that carries a MAC address. */
    public static final int MAC_OPTION_LENGTH = 8;

    /** Option: source link-layer address. */
    public static final int OPTION_SOURCE_MAC = 1;

    /** Option: target link-layer address. */
    public static final int OPTION_TARGET_MAC = 2;

    /** Hop limit of every honest message: it has crossed no router (RFC 4861, 7.1.1). */
    public static final int HOP_LIMIT = 255;

    /** Flag of an advertisement: the sender is a router. */
    public static final int ROUTER = 0x8000_0000;

    /** Flag of an advertisement: it answers a solicitation. */
    public static final int SOLICITED = 0x4000_0000;

    /** Flag of an advertisement: it replaces what the receiver knew. */
    public static final int OVERRIDE = 0x2000_0000;

    /** High half of every solicited-node group, ff02::1:ff00:0/104 (RFC 4291, 2.7.1). */
    public static final long SOLICITED_NODE_HIGH = 0xFF02_0000_0000_0000L;

    /** Bytes that an option has at least, and the unit of its length. */
    public static final int OPTION_UNIT = 8;

    static final int FLAGS_OFFSET = 4;
    static final int TARGET_OFFSET = 8;

    private static final long SOLICITED_NODE_LOW = 0x0000_0001_FF00_0000L;

    private Nd() {}

    /** First eight bytes of the target. */
    public static long targetHigh(long nd) {
        return Memory.i64be(nd + TARGET_OFFSET);
    }

    /** Last eight bytes of the target. */
    public static long targetLow(long nd) {
        return Memory.i64be(nd + TARGET_OFFSET + 8);
    }

    /** {@link #ROUTER}, {@link #SOLICITED}, {@link #OVERRIDE} of an advertisement. */
    public static int flags(long nd) {
        return Memory.i32be(nd + FLAGS_OFFSET) & (ROUTER | SOLICITED | OVERRIDE);
    }

    /** Low half of the group that a solicitation of this address is sent to. */
    public static long solicitedNodeLow(long addressLow) {
        return SOLICITED_NODE_LOW | (addressLow & 0xFF_FFFF);
    }

    /**
     * Finds the first option of a type.
     *
     * @param length bytes of the message, all contiguous
     * @return address of the option, whose bytes all lie within the message; 0 where there is none,
     *     or where an option before it has length 0 or reaches beyond the message
     */
    public static long option(long nd, int length, int type) {
        int at = LENGTH;
        while (at + OPTION_UNIT <= length) {
            final int bytes = optionLength(nd + at);
            if (bytes == 0 || at + bytes > length) {
                return 0;
            }
            if (Memory.u8(nd + at) == type) {
                return nd + at;
            }
            at += bytes;
        }
        return 0;
    }

    /**
     * Bytes before the options of a message, by its ICMPv6 type; 0 for what is not of neighbour
     * discovery.
     */
    public static int optionsOffset(int type) {
        return switch (type) {
            case Icmpv6.ROUTER_SOLICITATION -> 8;
            case Icmpv6.ROUTER_ADVERTISEMENT -> 16;
            case Icmpv6.NEIGHBOR_SOLICITATION, Icmpv6.NEIGHBOR_ADVERTISEMENT -> LENGTH;
            case Icmpv6.REDIRECT -> 40;
            default -> 0;
        };
    }

    /** Whether an option holds a source or target link-layer address. */
    public static boolean isMacOption(long option) {
        final int type = Memory.u8(option);
        return type == OPTION_SOURCE_MAC || type == OPTION_TARGET_MAC;
    }

    /** Bytes of an option, 0 to 2,040; 0 makes the message malformed. */
    public static int optionLength(long option) {
        return Memory.u8(option + 1) * OPTION_UNIT;
    }

    /** The MAC address in a source or target link-layer address option. */
    public static long optionMac(long option) {
        return Memory.mac(option + 2);
    }

    /** Replaces the MAC address in a source or target link-layer address option. */
    public static void putOptionMac(long option, long mac) {
        Memory.putMac(option + 2, mac);
    }

    /**
     * Writes a message with one MAC option, {@value #LENGTH} + {@value #MAC_OPTION_LENGTH} bytes,
     * checksum 0: {@link Icmpv6#seal} is the last step.
     *
     * @param type {@link Icmpv6#NEIGHBOR_SOLICITATION} (source MAC option) or {@link
     *     Icmpv6#NEIGHBOR_ADVERTISEMENT} (target MAC option)
     * @param flags of an advertisement; 0 in a solicitation
     */
    public static void write(
            long nd, int type, int flags, long targetHigh, long targetLow, long mac) {
        final int option =
                type == Icmpv6.NEIGHBOR_SOLICITATION ? OPTION_SOURCE_MAC : OPTION_TARGET_MAC;
        Memory.put32be(nd, type << 24);
        Memory.put32be(nd + FLAGS_OFFSET, flags);
        Memory.put64be(nd + TARGET_OFFSET, targetHigh);
        Memory.put64be(nd + TARGET_OFFSET + 8, targetLow);
        Memory.put16be(nd + LENGTH, option << 8 | 1);
        Memory.putMac(nd + LENGTH + 2, mac);
    }
}
