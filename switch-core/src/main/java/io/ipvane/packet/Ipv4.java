// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import io.ipvane.memory.Memory;

/**
 * One IPv4 header in native memory; {@code ip} is the address of its first byte. The caller has
 * checked the length.
 *
 * <pre>
 *  0               1               2               3
 * +-------+-------+-----------+---+-------------------------------+
 * |Version|  IHL  |    DSCP   |ECN|          Total Length         |
 * +-------+-------+-----------+---+-----+-------------------------+
 * |         Identification        |Flags|     Fragment Offset     |
 * +---------------+---------------+-----+-------------------------+
 * |      TTL      |    Protocol   |        Header Checksum        |
 * +---------------+---------------+-------------------------------+
 * |                         Source Address                        |
 * +---------------------------------------------------------------+
 * |                      Destination Address                      |   RFC 791, section 3.1
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv4 {
    /** Bytes of a header without options. */
    public static final int MIN_LENGTH = 20;

    /** Protocol number of ICMP. */
    public static final int PROTOCOL_ICMP = 1;

    /** Protocol number of IGMP. */
    public static final int PROTOCOL_IGMP = 2;

    /** Protocol number of UDP. */
    public static final int PROTOCOL_UDP = 17;

    static final int TYPE_OF_SERVICE_OFFSET = 1;
    static final int TOTAL_LENGTH_OFFSET = 2;
    static final int IDENTIFICATION_OFFSET = 4;
    static final int FRAGMENT_OFFSET = 6;
    static final int TTL_OFFSET = 8;
    static final int PROTOCOL_OFFSET = 9;
    static final int CHECKSUM_OFFSET = 10;
    static final int SOURCE_OFFSET = 12;
    static final int DESTINATION_OFFSET = 16;

    private static final int DONT_FRAGMENT = 0x4000;
    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int OFFSET_MASK = 0x1FFF;
    private static final int MORE_OR_OFFSET = MORE_FRAGMENTS | OFFSET_MASK;
    private static final int VERSION_4_IHL_5 = 0x4500_0000;

    private Ipv4() {}

    /** IP version, 0 to 15: 4 in an IPv4 header. */
    public static int version(long ip) {
        return Memory.u8(ip) >>> 4;
    }

    /** Bytes of the header with options, 0 to 60; less than {@value #MIN_LENGTH} is malformed. */
    public static int headerLength(long ip) {
        return (Memory.byteAt(ip) & 0x0F) * 4;
    }

    /** Bytes of header and payload; what lies behind them in the frame is a trailer. */
    public static int totalLength(long ip) {
        return Memory.u16be(ip + TOTAL_LENGTH_OFFSET);
    }

    /** Whether routers may not fragment the packet. */
    public static boolean dontFragment(long ip) {
        return (Memory.u16be(ip + FRAGMENT_OFFSET) & DONT_FRAGMENT) != 0;
    }

    /** Whether this is a part of a larger datagram: the first, a middle or the last one. */
    public static boolean isFragment(long ip) {
        return (Memory.u16be(ip + FRAGMENT_OFFSET) & MORE_OR_OFFSET) != 0;
    }

    /** Bytes of the datagram before this part of it: 0 in the first fragment and in a whole one. */
    public static int fragmentOffset(long ip) {
        return (Memory.u16be(ip + FRAGMENT_OFFSET) & OFFSET_MASK) * 8;
    }

    /** Whether parts of the datagram follow. */
    public static boolean moreFragments(long ip) {
        return (Memory.u16be(ip + FRAGMENT_OFFSET) & MORE_FRAGMENTS) != 0;
    }

    /**
     * Makes the header that of a fragment; the checksum is the caller's to compute.
     *
     * @param totalLength bytes of header and payload
     * @param offset bytes of the datagram before it, a multiple of 8
     * @param more whether parts follow
     */
    public static void putFragment(long ip, int totalLength, int offset, boolean more) {
        Memory.put16be(ip + TOTAL_LENGTH_OFFSET, totalLength);
        Memory.put16be(ip + FRAGMENT_OFFSET, (offset / 8) | (more ? MORE_FRAGMENTS : 0));
    }

    /** Type of service: DSCP, and ECN in the lowest two bits. */
    public static int typeOfService(long ip) {
        return Memory.u8(ip + TYPE_OF_SERVICE_OFFSET);
    }

    /** Replaces the type of service and mends the checksum. */
    public static void mendTypeOfService(long ip, int value) {
        final int before = Memory.u16be(ip);
        final int after = (before & 0xFF00) | value;
        Memory.put16be(ip, after);
        final int mended = InternetChecksum.update(checksum(ip), before, after);
        Memory.put16be(ip + CHECKSUM_OFFSET, mended);
    }

    /** Replaces the type of service: DSCP and ECN. */
    public static void putTypeOfService(long ip, int value) {
        Memory.put8(ip + TYPE_OF_SERVICE_OFFSET, value);
    }

    /** Time to live, 0 to 255. */
    public static int ttl(long ip) {
        return Memory.u8(ip + TTL_OFFSET);
    }

    /** Protocol of the payload, 0 to 255. */
    public static int protocol(long ip) {
        return Memory.u8(ip + PROTOCOL_OFFSET);
    }

    /** Replaces the length of header and payload; the checksum is then to be sealed. */
    public static void putTotalLength(long ip, int totalLength) {
        Memory.put16be(ip + TOTAL_LENGTH_OFFSET, totalLength);
    }

    /** Header checksum as it stands. */
    public static int checksum(long ip) {
        return Memory.u16be(ip + CHECKSUM_OFFSET);
    }

    /** Replaces the identification, and says whether the packet may be fragmented: no fragment. */
    public static void putIdentification(long ip, int id, boolean dontFragment) {
        Memory.put32be(ip + IDENTIFICATION_OFFSET, id << 16 | (dontFragment ? DONT_FRAGMENT : 0));
    }

    /** Replaces the time to live. */
    public static void putTtl(long ip, int ttl) {
        Memory.put8(ip + TTL_OFFSET, ttl);
    }

    /** Replaces the header checksum. */
    public static void putChecksum(long ip, int checksum) {
        Memory.put16be(ip + CHECKSUM_OFFSET, checksum);
    }

    /** Source address, host order. */
    public static int source(long ip) {
        return Memory.i32be(ip + SOURCE_OFFSET);
    }

    /** Destination address, host order. */
    public static int destination(long ip) {
        return Memory.i32be(ip + DESTINATION_OFFSET);
    }

    /** Whether the header checksum fits the header, options included. */
    public static boolean checksumValid(long ip) {
        return InternetChecksum.of(ip, headerLength(ip)) == 0;
    }

    /** Computes the header checksum anew over the header, options included. */
    public static void seal(long ip) {
        Memory.put16be(ip + CHECKSUM_OFFSET, 0);
        Memory.put16be(ip + CHECKSUM_OFFSET, InternetChecksum.of(ip, headerLength(ip)));
    }

    /**
     * Writes a header of {@value #MIN_LENGTH} bytes with its checksum: no options, not a fragment,
     * identification 0 (RFC 6864 allows it for what is never fragmented), do not fragment.
     *
     * @param totalLength bytes of header and payload
     */
    public static void write(
            long ip, int totalLength, int protocol, int ttl, int source, int destination) {
        Memory.put32be(ip, VERSION_4_IHL_5 | (totalLength & 0xFFFF));
        Memory.put32be(ip + IDENTIFICATION_OFFSET, DONT_FRAGMENT);
        Memory.put8(ip + TTL_OFFSET, ttl);
        Memory.put8(ip + PROTOCOL_OFFSET, protocol);
        Memory.put32be(ip + SOURCE_OFFSET, source);
        Memory.put32be(ip + DESTINATION_OFFSET, destination);
        seal(ip);
    }
}
