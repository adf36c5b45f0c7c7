// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import io.ipvane.memory.Memory;

/**
 * One IPv6 header in native memory; {@code ip} is the address of its first byte. The caller has
 * checked the length. Addresses come as two host-order halves, high and low.
 *
 * <pre>
 *  0               1               2               3
 * +-------+---------------+---------------------------------------+
 * |Version| Traffic Class |              Flow Label               |
 * +-------+---------------+-------+---------------+---------------+
 * |         Payload Length        |  Next Header  |   Hop Limit   |
 * +-------------------------------+---------------+---------------+
 * |                    Source Address (16 bytes)                  |
 * +---------------------------------------------------------------+
 * |                 Destination Address (16 bytes)                |   RFC 8200, section 3
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv6 {
    /** Bytes of the fixed header. */
    public static final int LENGTH = 40;

    /** Next header number of hop-by-hop options. */
    public static final int NEXT_HOP_BY_HOP = 0;

    /** Next header number of a fragment header. */
    public static final int NEXT_FRAGMENT = 44;

    /** Next header number of ICMPv6. */
    public static final int NEXT_ICMPV6 = 58;

    /** Bytes that an extension header has at least, and the unit of its length. */
    public static final int EXTENSION_UNIT = 8;

    private static final int ROUTING = 43;
    private static final int DESTINATION_OPTIONS = 60;

    static final int PAYLOAD_LENGTH_OFFSET = 4;
    static final int NEXT_HEADER_OFFSET = 6;
    static final int HOP_LIMIT_OFFSET = 7;
    static final int SOURCE_OFFSET = 8;
    static final int DESTINATION_OFFSET = 24;

    private static final int VERSION_6 = 0x6000_0000;

    private Ipv6() {}

    /** IP version, 0 to 15: 6 in an IPv6 header. */
    public static int version(long ip) {
        return Memory.u8(ip) >>> 4;
    }

    /** Traffic class: DSCP, and ECN in the lowest two bits. */
    public static int trafficClass(long ip) {
        return Memory.u16be(ip) >>> 4 & 0xFF;
    }

    /** Replaces the traffic class. */
    public static void putTrafficClass(long ip, int value) {
        Memory.put16be(ip, (Memory.u16be(ip) & 0xF00F) | (value & 0xFF) << 4);
    }

    /** Flow label, 20 bits. */
    public static int flowLabel(long ip) {
        return Memory.i32be(ip) & 0xF_FFFF;
    }

    /**
     * Offset and more-fragments bit of a fragment header, given by its address: 0 in one of a
     * packet that is whole, 1 in a first fragment (RFC 8200, 4.5).
     */
    public static int fragmentWord(long header) {
        return Memory.u16be(header + 2) & 0xFFF9;
    }

    /** Bytes behind the fixed header, 0 to 65,535; 0 also stands in a jumbogram (RFC 2675). */
    public static int payloadLength(long ip) {
        return Memory.u16be(ip + PAYLOAD_LENGTH_OFFSET);
    }

    /** Replaces the number of bytes behind the fixed header. */
    public static void putPayloadLength(long ip, int payloadLength) {
        Memory.put16be(ip + PAYLOAD_LENGTH_OFFSET, payloadLength);
    }

    /** Replaces the hop limit. */
    public static void putHopLimit(long ip, int hopLimit) {
        Memory.put8(ip + HOP_LIMIT_OFFSET, hopLimit);
    }

    /** Number of the header behind the fixed one, 0 to 255. */
    public static int nextHeader(long ip) {
        return Memory.u8(ip + NEXT_HEADER_OFFSET);
    }

    /**
     * Whether a next header is one of options or routing: one that says in its first byte what
     * follows, and in its second how many units of 8 bytes it has beyond the first (RFC 8200, 4.3).
     */
    public static boolean isExtension(int nextHeader) {
        return nextHeader == NEXT_HOP_BY_HOP
                || nextHeader == ROUTING
                || nextHeader == DESTINATION_OPTIONS;
    }

    /** What follows an extension header, given by its address. */
    public static int extensionNext(long header) {
        return Memory.u8(header);
    }

    /** Bytes of an extension header, given by its address: 8 to 2,048. */
    public static int extensionLength(long header) {
        return EXTENSION_UNIT * (1 + Memory.u8(header + 1));
    }

    /** Hop limit, 0 to 255. */
    public static int hopLimit(long ip) {
        return Memory.u8(ip + HOP_LIMIT_OFFSET);
    }

    /** First eight bytes of the source. */
    public static long sourceHigh(long ip) {
        return Memory.i64be(ip, SOURCE_OFFSET);
    }

    /** Last eight bytes of the source. */
    public static long sourceLow(long ip) {
        return Memory.i64be(ip, SOURCE_OFFSET + 8);
    }

    /** First eight bytes of the destination. */
    public static long destinationHigh(long ip) {
        return Memory.i64be(ip, DESTINATION_OFFSET);
    }

    /** Last eight bytes of the destination. */
    public static long destinationLow(long ip) {
        return Memory.i64be(ip, DESTINATION_OFFSET + 8);
    }

    /**
     * Writes the first eight bytes, traffic class and flow label 0; the addresses go in by {@link
     * #putSource} and {@link #putDestination}.
     *
     * @param payloadLength bytes behind the fixed header
     */
    public static void write(long ip, int payloadLength, int nextHeader, int hopLimit) {
        Memory.put32be(ip, VERSION_6);
        Memory.put16be(ip + PAYLOAD_LENGTH_OFFSET, payloadLength);
        Memory.put8(ip + NEXT_HEADER_OFFSET, nextHeader);
        Memory.put8(ip + HOP_LIMIT_OFFSET, hopLimit);
    }

    /** Writes the source address. */
    public static void putSource(long ip, long high, long low) {
        Memory.put64be(ip + SOURCE_OFFSET, high);
        Memory.put64be(ip + SOURCE_OFFSET + 8, low);
    }

    /** Writes the destination address. */
    public static void putDestination(long ip, long high, long low) {
        Memory.put64be(ip + DESTINATION_OFFSET, high);
        Memory.put64be(ip + DESTINATION_OFFSET + 8, low);
    }
}
