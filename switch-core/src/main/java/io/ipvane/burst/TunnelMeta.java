// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

import io.ipvane.memory.Memory;

/**
 * What the outer headers of a frame said, or are to say: the third cache line of a {@link Row}.
 * Means something only in a burst that is {@link Burst#tunneled}; others never touch the line.
 *
 * <p>Addresses are laid out like {@link Row#key0(long)}: IPv4 as a zero-extended host-order int in
 * the first half, IPv6 in both. All other values are in host order.
 *
 * <pre>
 *  0 id   8 local0  16 local1  24 remote0  32 remote1
 * 40 flags  44 label  48 gbp  52 sourcePort  54 destinationPort  56 tos  57 ttl
 * </pre>
 */
@HotPath
public final class TunnelMeta {
    private static final int ID = Row.THIRD;
    private static final int LOCAL0 = Row.THIRD + 8;
    private static final int LOCAL1 = Row.THIRD + 16;
    private static final int REMOTE0 = Row.THIRD + 24;
    private static final int REMOTE1 = Row.THIRD + 32;
    private static final int FLAGS = Row.THIRD + 40;
    private static final int LABEL = Row.THIRD + 44;
    private static final int GBP = Row.THIRD + 48;
    private static final int SOURCE_PORT = Row.THIRD + 52;
    private static final int DESTINATION_PORT = Row.THIRD + 54;
    private static final int TOS = Row.THIRD + 56;
    private static final int TTL = Row.THIRD + 57;

    private TunnelMeta() {}

    /** The tunnel's number of the segment: a VNI, or whatever a key of up to 64 bits says. */
    public static long id(long row) {
        return Memory.i64(row, ID);
    }

    /** Writes {@link #id(long)}. */
    public static void id(long row, long id) {
        Memory.put64(row, ID, id);
    }

    /** High half of the switch's own end. */
    public static long local0(long row) {
        return Memory.i64(row, LOCAL0);
    }

    /** Low half of the switch's own end. */
    public static long local1(long row) {
        return Memory.i64(row, LOCAL1);
    }

    /** Writes the address of the switch's own end. */
    public static void local(long row, long high, long low) {
        Memory.put64(row, LOCAL0, high);
        Memory.put64(row, LOCAL1, low);
    }

    /** High half of the other end. */
    public static long remote0(long row) {
        return Memory.i64(row, REMOTE0);
    }

    /** Low half of the other end. */
    public static long remote1(long row) {
        return Memory.i64(row, REMOTE1);
    }

    /** Writes the address of the other end. */
    public static void remote(long row, long high, long low) {
        Memory.put64(row, REMOTE0, high);
        Memory.put64(row, REMOTE1, low);
    }

    /** Bits whose meaning is the tunnel's. */
    public static int flags(long row) {
        return Memory.i32(row, FLAGS);
    }

    /** Writes {@link #flags(long)}. */
    public static void flags(long row, int flags) {
        Memory.put32(row, FLAGS, flags);
    }

    /** Flow label of the outer IPv6 header, 20 bits. */
    public static int label(long row) {
        return Memory.i32(row, LABEL);
    }

    /** Writes {@link #label(long)}. */
    public static void label(long row, int label) {
        Memory.put32(row, LABEL, label);
    }

    /** Group-based policy of VXLAN: 16 bits of group, above them its flags. */
    public static int gbp(long row) {
        return Memory.i32(row, GBP);
    }

    /** Writes {@link #gbp(long)}. */
    public static void gbp(long row, int gbp) {
        Memory.put32(row, GBP, gbp);
    }

    /** Outer UDP source port. */
    public static int sourcePort(long row) {
        return Memory.u16(row + SOURCE_PORT);
    }

    /** Outer UDP destination port. */
    public static int destinationPort(long row) {
        return Memory.u16(row + DESTINATION_PORT);
    }

    /** Writes both UDP ports. */
    public static void ports(long row, int source, int destination) {
        Memory.put16(row + SOURCE_PORT, source);
        Memory.put16(row + DESTINATION_PORT, destination);
    }

    /** Type of service or traffic class of the outer header. */
    public static int tos(long row) {
        return Memory.u8(row + TOS);
    }

    /** Time to live or hop limit of the outer header. */
    public static int ttl(long row) {
        return Memory.u8(row + TTL);
    }

    /** Writes {@link #tos(long)} and {@link #ttl(long)}. */
    public static void tosAndTtl(long row, int tos, int ttl) {
        Memory.put8(row + TOS, tos);
        Memory.put8(row + TTL, ttl);
    }
}
