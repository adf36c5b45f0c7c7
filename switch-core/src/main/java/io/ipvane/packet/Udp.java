// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import io.ipvane.memory.Memory;

/**
 * One UDP header in native memory; {@code udp} is the address of its first byte. The caller has
 * checked the length.
 *
 * <pre>
 *  0                       2                       4                       6                       8
 * +-----------------------+-----------------------+-----------------------+-----------------------+
 * | source port           | destination port      | length with header    | checksum, 0 for none  |   RFC 768
 * +-----------------------+-----------------------+-----------------------+-----------------------+
 * </pre>
 */
public final class Udp {
    /** Bytes of the header. */
    public static final int LENGTH = 8;

    /** Port of DHCP and BOOTP servers, and of relays (RFC 2131, section 4.1). */
    public static final int PORT_DHCP_SERVER = 67;

    /** Port of DHCP and BOOTP clients. */
    public static final int PORT_DHCP_CLIENT = 68;

    static final int DESTINATION_OFFSET = 2;
    static final int LENGTH_OFFSET = 4;
    static final int CHECKSUM_OFFSET = 6;

    private Udp() {}

    /** Source port, 0 to 65,535. */
    public static int sourcePort(long udp) {
        return Memory.u16be(udp);
    }

    /** Destination port, 0 to 65,535. */
    public static int destinationPort(long udp) {
        return Memory.u16be(udp + DESTINATION_OFFSET);
    }

    /** Bytes of header and payload; below {@value #LENGTH} it is malformed. */
    public static int length(long udp) {
        return Memory.u16be(udp + LENGTH_OFFSET);
    }

    /** Checksum as it stands; 0 says that there is none. */
    public static int checksum(long udp) {
        return Memory.u16be(udp + CHECKSUM_OFFSET);
    }

    /** Writes ports and length; the checksum is 0, none, until {@link #seal4}. */
    public static void write(long udp, int sourcePort, int destinationPort, int length) {
        Memory.put32be(udp, sourcePort << 16 | (destinationPort & 0xFFFF));
        Memory.put32be(udp + LENGTH_OFFSET, length << 16);
    }

    /**
     * Mends the checksum after a MAC address at an even offset changed; where there is none, there
     * is still none.
     */
    public static void mendMac(long udp, long before, long after) {
        final int checksum = checksum(udp);
        if (checksum != 0) {
            putChecksum(udp, InternetChecksum.updateMac(checksum, before, after));
        }
    }

    /**
     * Computes the checksum over header, payload and the pseudo header of IPv4.
     *
     * @param ip address of the IPv4 header; all of the datagram that {@link #length} names is
     *     contiguous
     */
    public static void seal4(long ip, long udp) {
        final int length = length(udp);
        Memory.put16be(udp + CHECKSUM_OFFSET, 0);
        final long sum =
                InternetChecksum.sum(ip + Ipv4.SOURCE_OFFSET, 8)
                        + Ipv4.PROTOCOL_UDP
                        + length
                        + InternetChecksum.sum(udp, length);
        putChecksum(udp, ~InternetChecksum.fold(sum) & 0xFFFF);
    }

    /** Writes source port and length, and no checksum. */
    public static void putSourceAndLength(long udp, int sourcePort, int length) {
        Memory.put16be(udp, sourcePort);
        Memory.put32be(udp + LENGTH_OFFSET, length << 16);
    }

    /** Writes a computed checksum, 0 as the other zero. */
    public static void putChecksum(long udp, int checksum) {
        // 0 would say that there is none; all ones is the other zero (RFC 768).
        Memory.put16be(udp + CHECKSUM_OFFSET, checksum == 0 ? 0xFFFF : checksum);
    }
}
