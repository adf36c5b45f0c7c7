// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import io.ipvane.memory.Memory;

/**
 * The common start of an ICMPv6 message in native memory; {@code icmp} is the address of its first
 * byte. The caller has checked the length.
 *
 * <pre>
 *  0       1       2               4
 * +-------+-------+---------------+
 * | type  | code  | checksum      |   RFC 4443, section 2.1
 * +-------+-------+---------------+
 * </pre>
 */
public final class Icmpv6 {
    /** Bytes of the common start. */
    public static final int LENGTH = 4;

    /** Bytes of the start of an error; the packet that it is about follows. */
    public static final int ERROR_LENGTH = 8;

    /** Type: destination unreachable. */
    public static final int UNREACHABLE = 1;

    /** Type: packet too big. */
    public static final int PACKET_TOO_BIG = 2;

    /** Type: redirect, RFC 4861. */
    public static final int REDIRECT = 137;

    /** Type: multicast listener query, RFC 2710 and RFC 3810. */
    public static final int LISTENER_QUERY = 130;

    /** Type: multicast listener report, version 1, RFC 2710. */
    public static final int LISTENER_REPORT = 131;

    /** Type: multicast listener done, RFC 2710. */
    public static final int LISTENER_DONE = 132;

    /** Type: multicast listener report, version 2, RFC 3810. */
    public static final int LISTENER_REPORT_V2 = 143;

    /** Type: router solicitation, RFC 4861. */
    public static final int ROUTER_SOLICITATION = 133;

    /** Type: router advertisement, RFC 4861. */
    public static final int ROUTER_ADVERTISEMENT = 134;

    /** Type: neighbour solicitation, RFC 4861. */
    public static final int NEIGHBOR_SOLICITATION = 135;

    /** Type: neighbour advertisement, RFC 4861. */
    public static final int NEIGHBOR_ADVERTISEMENT = 136;

    private static final int ECHO_REQUEST = 128;
    private static final int ECHO_REPLY = 129;

    static final int CODE_OFFSET = 1;
    static final int CHECKSUM_OFFSET = 2;

    private Icmpv6() {}

    /** Message type, 0 to 255. */
    public static int type(long icmp) {
        return Memory.u8(icmp);
    }

    /** Whether a listener says by such a message which groups it listens to. */
    public static boolean isMembership(int type) {
        return type == LISTENER_REPORT || type == LISTENER_DONE || type == LISTENER_REPORT_V2;
    }

    /** Message code, 0 to 255. */
    public static int code(long icmp) {
        return Memory.u8(icmp + CODE_OFFSET);
    }

    /** Checksum as it stands. */
    public static int checksum(long icmp) {
        return Memory.u16be(icmp + CHECKSUM_OFFSET);
    }

    /** Whether a type is that of an error: RFC 4443, section 2.1. */
    public static boolean isError(int type) {
        return type < 128;
    }

    /** Whether a message of this type has an identifier, which its answer repeats: an echo. */
    public static boolean hasIdentifier(int type) {
        return type == ECHO_REQUEST || type == ECHO_REPLY;
    }

    /**
     * Writes the start of an error, checksum not included.
     *
     * @param rest the four bytes behind the checksum: the MTU, or 0
     */
    public static void writeError(long icmp, int type, int code, int rest) {
        Memory.put8(icmp, type);
        Memory.put8(icmp + CODE_OFFSET, code);
        Memory.put32be(icmp + LENGTH, rest);
    }

    /** Mends the checksum after a MAC address at an even offset of the message changed. */
    public static void mendMac(long icmp, long before, long after) {
        Memory.put16be(
                icmp + CHECKSUM_OFFSET, InternetChecksum.updateMac(checksum(icmp), before, after));
    }

    /**
     * Whether the checksum fits the message and the addresses of the IPv6 header right before it.
     *
     * @param ip address of the IPv6 header; its whole payload is contiguous
     */
    public static boolean checksumValid(long ip) {
        return sumWithPseudoHeader(ip) == 0;
    }

    /**
     * Computes the checksum of the message right behind an IPv6 header. Payload length and
     * addresses are in place.
     *
     * @param ip address of the IPv6 header; its whole payload is contiguous
     */
    public static void seal(long ip) {
        final long checksum = ip + Ipv6.LENGTH + CHECKSUM_OFFSET;
        Memory.put16be(checksum, 0);
        Memory.put16be(checksum, sumWithPseudoHeader(ip));
    }

    /** RFC 8200, section 8.1: addresses, upper-layer length and next header count too. */
    private static int sumWithPseudoHeader(long ip) {
        final int length = Ipv6.payloadLength(ip);
        final long sum =
                InternetChecksum.sum(ip + Ipv6.SOURCE_OFFSET, 32)
                        + InternetChecksum.sum(ip + Ipv6.LENGTH, length)
                        + length
                        + Ipv6.NEXT_ICMPV6;
        return ~InternetChecksum.fold(sum) & 0xFFFF;
    }
}
