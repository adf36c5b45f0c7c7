// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

import io.ipvane.memory.BurstLayout;
import io.ipvane.memory.Memory;

/**
 * What is known of one frame of a {@link Burst}: a cache line of native memory, a second one for
 * what few frames need, and a third for what a tunnel carries beside the frame, {@link TunnelMeta}.
 * A row is told by its address, {@link Burst#row}. Every column has one meaning.
 *
 * <p>Native and by rows, because then one address reaches every field at a constant distance: the
 * loops over a burst have a third fewer instructions than over a Java array a field, where each
 * array takes a register and each index a check.
 *
 * <pre>
 *   0 mbuf      8 data      16 length  20 contiguous
 *  24 key0     32 source0   40 facts   44 port   48 slot   56 owner   60 verdict
 * 4096 key1  4104 source1  4112 nextHop0  4120 nextHop1  4128 claim0  4136 claim1
 * 4144 reason  4148 decided  4152 action   4156 mtu
 * </pre>
 *
 * <p>Columns are never cleared: each says of which frames it means anything, and of the others it
 * holds what an earlier burst left there.
 */
@HotPath
public final class Row {
    /** Bytes from one row to the next. */
    public static final int BYTES = BurstLayout.ROW_BYTES;

    /** From the first line of a row to its second. */
    static final int SECOND = BurstLayout.NEXT_LINE;

    /** From the first line of a row to its third. */
    static final int THIRD = 2 * BurstLayout.NEXT_LINE;

    /** Offset of the keys, for {@link io.ipvane.table.AddressTable}. */
    public static final int KEY0 = 24;

    /** Offset of the source keys. */
    public static final int SOURCE0 = 32;

    /** Offset of the port that has the destination key. */
    public static final int PORT = 44;

    /** Offset of what {@link #slot(long)} reads. */
    public static final int SLOT = 48;

    /** Offset of the port that has the source key. */
    public static final int OWNER = 56;

    /** Offset of the low halves of IPv6 keys. */
    public static final int KEY1 = SECOND;

    /** Offset of the low halves of IPv6 source keys. */
    public static final int SOURCE1 = SECOND + 8;

    /** {@link #action(long)} of a frame that no rule speaks of. */
    public static final int NO_ACTION = 0;

    private static final int FACTS = 40;
    private static final int VERDICT = 60;
    private static final int NEXT_HOP0 = SECOND + 16;
    private static final int NEXT_HOP1 = SECOND + 24;
    private static final int CLAIM0 = SECOND + 32;
    private static final int CLAIM1 = SECOND + 40;
    private static final int REASON = SECOND + 48;
    private static final int DECIDED = SECOND + 52;
    private static final int ACTION = SECOND + 56;
    private static final int MTU = SECOND + 60;

    private Row() {}

    // -- written by the device --

    /** Address of the mbuf. */
    public static long mbuf(long row) {
        return Memory.i64(row, BurstLayout.MBUF);
    }

    /** Address of the first byte of the frame. */
    public static long data(long row) {
        return Memory.i64(row, BurstLayout.DATA);
    }

    /** Bytes of the whole frame. */
    public static int length(long row) {
        return Memory.i32(row, BurstLayout.LENGTH);
    }

    /** Bytes that may be touched from {@link #data}: those of the first segment. */
    public static int contiguous(long row) {
        return Memory.i32(row, BurstLayout.CONTIGUOUS);
    }

    static void frame(long row, long mbuf, long data, int contiguous, int length) {
        Memory.put64(row, BurstLayout.MBUF, mbuf);
        Memory.put64(row, BurstLayout.DATA, data);
        Memory.put32(row, BurstLayout.LENGTH, length);
        Memory.put32(row, BurstLayout.CONTIGUOUS, contiguous);
    }

    // -- written by parse --

    /**
     * Bits of {@link Facts}, and above them what {@link #family}, {@link #l3} and {@link
     * #etherType} read: one store says all that is usual of a frame.
     */
    public static int facts(long row) {
        return Memory.i32(row, FACTS);
    }

    /** Replaces the facts, and what stands above them. */
    public static void facts(long row, int facts) {
        Memory.put32(row, FACTS, facts);
    }

    /** Family of the keys: {@link Burst#NO_KEY}, {@link Burst#KEY_IPV4}, {@link Burst#KEY_IPV6}. */
    public static int family(long row) {
        return Facts.family(facts(row));
    }

    /**
     * Bytes from {@link #data} to the L3 header, VLAN tags skipped; 0 where even the Ethernet
     * header is not whole.
     */
    public static int l3(long row) {
        return Facts.l3(facts(row));
    }

    /** EtherType behind the VLAN tags, 0 where {@link #l3} is. */
    public static int etherType(long row) {
        return Facts.etherType(facts(row));
    }

    /** Destination key: IPv4 as a zero-extended host-order int, or the high half of IPv6. */
    public static long key0(long row) {
        return Memory.i64(row, KEY0);
    }

    /** Writes {@link #key0(long)}. */
    public static void key0(long row, long key) {
        Memory.put64(row, KEY0, key);
    }

    /** Destination key: the low half of IPv6; meaningless with IPv4. */
    public static long key1(long row) {
        return Memory.i64(row, KEY1);
    }

    /** Writes {@link #key1(long)}. */
    public static void key1(long row, long key) {
        Memory.put64(row, KEY1, key);
    }

    /** Source key of the same family, laid out like {@link #key0(long)}. */
    public static long source0(long row) {
        return Memory.i64(row, SOURCE0);
    }

    /** Writes {@link #source0(long)}. */
    public static void source0(long row, long key) {
        Memory.put64(row, SOURCE0, key);
    }

    /** Source key: the low half of IPv6; meaningless with IPv4. */
    public static long source1(long row) {
        return Memory.i64(row, SOURCE1);
    }

    /** Writes {@link #source1(long)}. */
    public static void source1(long row, long key) {
        Memory.put64(row, SOURCE1, key);
    }

    /**
     * The address that the sender of a neighbour advertisement claims to have, the high half; of
     * frames with the fact {@link Facts#CLAIM}.
     */
    public static long claim0(long row) {
        return Memory.i64(row, CLAIM0);
    }

    /** The low half of {@link #claim0}. */
    public static long claim1(long row) {
        return Memory.i64(row, CLAIM1);
    }

    static void claim(long row, long high, long low) {
        Memory.put64(row, CLAIM0, high);
        Memory.put64(row, CLAIM1, low);
    }

    /**
     * Why the frame is dropped, as the number of a {@link DropReason}; of frames with the fact
     * {@link Facts#DISCARD} or a verdict to drop them.
     */
    public static int reason(long row) {
        return Memory.i32(row, REASON);
    }

    /** Writes {@link #reason(long)}. */
    public static void reason(long row, int reason) {
        Memory.put32(row, REASON, reason);
    }

    // -- written by lookup, decide and rewrite --

    /** Index of the port that has the destination key, -1 where none has or there is no key. */
    public static int port(long row) {
        return Memory.i32(row, PORT);
    }

    /** Writes {@link #port(long)}. */
    public static void port(long row, int port) {
        Memory.put32(row, PORT, port);
    }

    /** Where in the address table the search for a key starts; scratch of one stage. */
    public static long slot(long row) {
        return Memory.i64(row, SLOT);
    }

    /** Index of the port that has the source key, where somebody asked; else anything. */
    public static int owner(long row) {
        return Memory.i32(row, OWNER);
    }

    /** Code of the verdict: what is to be done with the frame. */
    public static int verdict(long row) {
        return Memory.i32(row, VERDICT);
    }

    /** Writes {@link #verdict(long)}. */
    public static void verdict(long row, int code) {
        Memory.put32(row, VERDICT, code);
    }

    /**
     * Code of the verdict that the frame had before the conductor asked to see it, and has again
     * afterwards; of frames with the verdict CONTROL.
     */
    public static int decided(long row) {
        return Memory.i32(row, DECIDED);
    }

    static void decided(long row, int code) {
        Memory.put32(row, DECIDED, code);
    }

    /**
     * Index of what a rule says is to be done with the frame, {@link #NO_ACTION} for nothing; of
     * the frames of a burst that has passed the rules.
     */
    public static int action(long row) {
        return Memory.i32(row, ACTION);
    }

    /** Writes {@link #action(long)}. */
    public static void action(long row, int index) {
        Memory.put32(row, ACTION, index);
    }

    /**
     * The next hop that the frame waits for, laid out like {@link #key0(long)}; of frames with the
     * verdict RESOLVE.
     */
    public static long nextHop0(long row) {
        return Memory.i64(row, NEXT_HOP0);
    }

    /** The low half of {@link #nextHop0}, where it is an IPv6 address. */
    public static long nextHop1(long row) {
        return Memory.i64(row, NEXT_HOP1);
    }

    static void nextHop(long row, long high, long low) {
        Memory.put64(row, NEXT_HOP0, high);
        Memory.put64(row, NEXT_HOP1, low);
    }

    /**
     * Bytes of an L3 packet that its route lets pass, 0: as many as the port that it leaves by; of
     * frames with the verdicts RESOLVE and NARROW.
     */
    public static int mtu(long row) {
        return Memory.i32(row, MTU);
    }

    static void mtu(long row, int bytes) {
        Memory.put32(row, MTU, bytes);
    }
}
