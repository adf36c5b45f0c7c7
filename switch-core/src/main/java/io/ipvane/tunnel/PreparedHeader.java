// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.HotPath;
import io.ipvane.memory.Memory;

/**
 * An outer header in native memory, finished but for what differs from frame to frame, and what is
 * needed to finish it. {@link OuterHeader} writes it, once; readers find it by {@link RemoteTable}.
 *
 * <pre>
 *  0 length      4 longest     8 uplink     12 flags     16 firstPort   20 ports
 * 24 ipSum      28 udpSum     32 nextHop0   40 nextHop1  48 tos  49 ttl  52 tunnel
 * 56 Ethernet, IP, UDP and VXLAN header, 50 or 70 bytes: lengths, IPv4 identification, UDP source
 *    port, checksums and VNI are 0, and TOS and TTL too
 * </pre>
 *
 * <p>The sums are those of all words that never differ, so that a checksum is a few additions.
 */
@HotPath
final class PreparedHeader {
    /** Bytes from one to the next: two cache lines. */
    static final int BYTES = 128;

    /** Flag: the outer packet is IPv6. */
    static final int IPV6 = 1;

    /** Flag: it has a UDP checksum. */
    static final int SUMS = 1 << 1;

    /** Flag: its next hop has no MAC address yet. */
    static final int UNRESOLVED = 1 << 2;

    /** Flag: the type of service is the inner packet's. */
    static final int INHERITS_TOS = 1 << 3;

    /** Flag: the time to live is the inner packet's. */
    static final int INHERITS_TTL = 1 << 4;

    /** Flag: whether routers may fragment it is the inner packet's to say. */
    static final int INHERITS_DF = 1 << 5;

    /** Flag: congestion marks are copied outwards (RFC 6040). */
    static final int COPIES_CONGESTION = 1 << 6;

    /**
     * Flags of a header that takes more than congestion marks from the inner packet, or has sums.
     */
    static final int NOT_PLAIN = IPV6 | SUMS | INHERITS_TOS | INHERITS_TTL | INHERITS_DF;

    /** Offset of the header itself. */
    static final int HEADER = 56;

    private static final int LENGTH = 0;
    private static final int LONGEST = 4;
    private static final int UPLINK = 8;
    private static final int FLAGS = 12;
    private static final int FIRST_PORT = 16;
    private static final int PORTS = 20;
    private static final int IP_SUM = 24;
    private static final int UDP_SUM = 28;
    private static final int NEXT_HOP0 = 32;
    private static final int NEXT_HOP1 = 40;
    private static final int TOS = 48;
    private static final int TTL = 49;
    private static final int TUNNEL = 52;

    private PreparedHeader() {}

    /** Bytes of the header. */
    static int length(long slot) {
        return Memory.i32(slot, LENGTH);
    }

    /** Bytes of the longest inner frame that fits the uplink. */
    static int longest(long slot) {
        return Memory.i32(slot, LONGEST);
    }

    /** Place of the uplink that the outer packet leaves by. */
    static int uplink(long slot) {
        return Memory.i32(slot, UPLINK);
    }

    static int flags(long slot) {
        return Memory.i32(slot, FLAGS);
    }

    static int firstPort(long slot) {
        return Memory.i32(slot, FIRST_PORT);
    }

    /** How many source ports there are. */
    static int ports(long slot) {
        return Memory.i32(slot, PORTS);
    }

    /** Unfolded sum of the IPv4 header. */
    static int ipSum(long slot) {
        return Memory.i32(slot, IP_SUM);
    }

    /** Unfolded sum of pseudo header, UDP header and VXLAN header. */
    static int udpSum(long slot) {
        return Memory.i32(slot, UDP_SUM);
    }

    /** The next hop, laid out as in a row. */
    static long nextHop0(long slot) {
        return Memory.i64(slot, NEXT_HOP0);
    }

    static long nextHop1(long slot) {
        return Memory.i64(slot, NEXT_HOP1);
    }

    /** Type of service, ECN bits 0. */
    static int tos(long slot) {
        return Memory.u8(slot + TOS);
    }

    static int ttl(long slot) {
        return Memory.u8(slot + TTL);
    }

    /** Row of the tunnel's counters. */
    static int tunnel(long slot) {
        return Memory.i32(slot, TUNNEL);
    }

    static void lengths(long slot, int length, int longest) {
        Memory.put32(slot, LENGTH, length);
        Memory.put32(slot, LONGEST, longest);
    }

    static void places(long slot, int tunnel, int uplink) {
        Memory.put32(slot, TUNNEL, tunnel);
        Memory.put32(slot, UPLINK, uplink);
    }

    static void flags(long slot, int flags) {
        Memory.put32(slot, FLAGS, flags);
    }

    static void ports(long slot, int first, int count) {
        Memory.put32(slot, FIRST_PORT, first);
        Memory.put32(slot, PORTS, count);
    }

    static void sums(long slot, int ipSum, int udpSum) {
        Memory.put32(slot, IP_SUM, ipSum);
        Memory.put32(slot, UDP_SUM, udpSum);
    }

    static void nextHop(long slot, long high, long low) {
        Memory.put64(slot, NEXT_HOP0, high);
        Memory.put64(slot, NEXT_HOP1, low);
    }

    static void tosAndTtl(long slot, int tos, int ttl) {
        Memory.put8(slot + TOS, tos);
        Memory.put8(slot + TTL, ttl);
    }
}
