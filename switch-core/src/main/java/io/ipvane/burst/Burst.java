// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

import io.ipvane.memory.BurstLayout;
import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;

/**
 * Up to {@value #MAX} frames that one rx queue gave at once, a {@link Row} each; also the slot of a
 * ring. Only rows below {@link #size} mean anything.
 *
 * <p>Owned by the lcore that runs the current role; a ring hands it on. Allocated at start only.
 */
@HotPath
public final class Burst {
    /** Frames a burst can hold. */
    public static final int MAX = BurstLayout.FRAMES;

    /** {@link #family(int)} of a frame without an L3 key. */
    public static final int NO_KEY = 0;

    /** {@link #family(int)} of an IPv4 or ARP key: key0 holds the address as a host-order int. */
    public static final int KEY_IPV4 = 4;

    /** {@link #family(int)} of an IPv6 or ND key: key0 and key1 hold it, host order. */
    public static final int KEY_IPV6 = 6;

    /** Address of the rows: native, so that one call of the shim fills them. */
    public final long rows;

    /** Address of the array of mbufs that the device fills; a row has its own from then on. */
    public final long mbufs;

    // -- written by the device --

    /** Frames in this burst, 0 to {@link #MAX}. */
    public int size;

    /** Sum of the lengths of these frames. */
    public long bytes;

    // -- written by who receives --

    /** Index of the port, uplink or host port that the frames came in by. */
    public int ingress;

    /** Epoch in which the frames were taken: all earlier epochs are over once they are done. */
    public long epoch;

    /** What the frames are decided by; null in an empty slot, so that it pins no old generation. */
    public Snapshot snapshot;

    /**
     * Whether every frame passes stage by stage, none by a short way: something wants to see each
     * of them. Set before the short way begins; {@link #clear} takes it back.
     */
    public boolean whole;

    /** Whether the frames came out of a tunnel: their rows then have a {@link TunnelMeta}. */
    public boolean tunneled;

    // -- written by parse --

    /** The family of every frame's keys, or {@link #NO_KEY} where they are not all of one. */
    public int families;

    /** Every fact that some frame has, KNOWN, SOURCE_KNOWN and SPOOFED not yet among them. */
    public int anyFacts;

    // -- written by decide --

    /** Bit <i>n</i>: decide gave some frame the verdict <i>n</i>. */
    public long anyVerdicts;

    /** A burst whose rows live as long as {@code arena}. */
    public Burst(Arena arena) {
        rows = arena.allocate(BurstLayout.BYTES, Row.BYTES).address();
        mbufs = rows + BurstLayout.MBUFS;
    }

    /** Address of the row of frame {@code i}. */
    public long row(int i) {
        return rows + (long) i * Row.BYTES;
    }

    /** Forgets all frames but some: those whose bit is set move up, in their order. */
    public void keep(long some) {
        size = copy(this, some);
    }

    /**
     * Becomes some frames of another burst, those whose bit is set, in their order, with all that
     * is known of them; they are still in the other one.
     */
    public void take(Burst from, long some) {
        ingress = from.ingress;
        epoch = from.epoch;
        snapshot = from.snapshot;
        families = from.families;
        anyFacts = from.anyFacts;
        anyVerdicts = from.anyVerdicts;
        whole = from.whole;
        tunneled = from.tunneled;
        size = copy(from, some);
    }

    private int copy(Burst source, long some) {
        int copied = 0;
        for (long left = some; left != 0; left &= left - 1) {
            final long from = source.row(Long.numberOfTrailingZeros(left));
            final long to = row(copied++);
            Memory.copy(from, to, Row.BYTES);
            Memory.copy(from + Row.SECOND, to + Row.SECOND, Row.BYTES);
            if (tunneled) {
                Memory.copy(from + Row.THIRD, to + Row.THIRD, Row.BYTES);
            }
        }
        return copied;
    }

    /** Empties the slot: no frames, no snapshot kept alive, and nothing known of the next ones. */
    public void clear() {
        size = 0;
        snapshot = null;
        whole = false;
        tunneled = false;
    }

    /** {@link Row#mbuf(long)} of frame {@code i}. */
    public long mbuf(int i) {
        return Row.mbuf(row(i));
    }

    /** {@link Row#data(long)} of frame {@code i}. */
    public long data(int i) {
        return Row.data(row(i));
    }

    /** {@link Row#length(long)} of frame {@code i}. */
    public int length(int i) {
        return Row.length(row(i));
    }

    /** {@link Row#contiguous(long)} of frame {@code i}. */
    public int contiguous(int i) {
        return Row.contiguous(row(i));
    }

    /** {@link Row#facts(long)} of frame {@code i}. */
    public int facts(int i) {
        return Row.facts(row(i));
    }

    /** {@link Row#family(long)} of frame {@code i}. */
    public int family(int i) {
        return Row.family(row(i));
    }

    /** {@link Row#l3(long)} of frame {@code i}. */
    public int l3(int i) {
        return Row.l3(row(i));
    }

    /** {@link Row#etherType(long)} of frame {@code i}. */
    public int etherType(int i) {
        return Row.etherType(row(i));
    }

    /** {@link Row#key0(long)} of frame {@code i}. */
    public long key0(int i) {
        return Row.key0(row(i));
    }

    /** {@link Row#key1(long)} of frame {@code i}. */
    public long key1(int i) {
        return Row.key1(row(i));
    }

    /** {@link Row#source0(long)} of frame {@code i}. */
    public long source0(int i) {
        return Row.source0(row(i));
    }

    /** {@link Row#source1(long)} of frame {@code i}. */
    public long source1(int i) {
        return Row.source1(row(i));
    }

    /** {@link Row#reason(long)} of frame {@code i}. */
    public int reason(int i) {
        return Row.reason(row(i));
    }

    /** {@link Row#port(long)} of frame {@code i}. */
    public int port(int i) {
        return Row.port(row(i));
    }

    /** {@link Row#verdict(long)} of frame {@code i}. */
    public int verdict(int i) {
        return Row.verdict(row(i));
    }

    /** {@link Row#decided(long)} of frame {@code i}. */
    public int decided(int i) {
        return Row.decided(row(i));
    }

    /** {@link Row#nextHop0(long)} of frame {@code i}. */
    public long nextHop0(int i) {
        return Row.nextHop0(row(i));
    }

    /** {@link Row#nextHop1(long)} of frame {@code i}. */
    public long nextHop1(int i) {
        return Row.nextHop1(row(i));
    }

    /** {@link Row#claim0(long)} of frame {@code i}. */
    public long claim0(int i) {
        return Row.claim0(row(i));
    }

    /** {@link Row#claim1(long)} of frame {@code i}. */
    public long claim1(int i) {
        return Row.claim1(row(i));
    }

    /** Writes {@link Row#facts(long)} of frame {@code i}. */
    public void facts(int i, int facts) {
        Row.facts(row(i), facts);
    }

    /** Writes {@link Row#key0(long)} of frame {@code i}. */
    public void key0(int i, long key) {
        Row.key0(row(i), key);
    }

    /** Writes {@link Row#key1(long)} of frame {@code i}. */
    public void key1(int i, long key) {
        Row.key1(row(i), key);
    }

    /** Writes {@link Row#source0(long)} of frame {@code i}. */
    public void source0(int i, long key) {
        Row.source0(row(i), key);
    }

    /** Writes {@link Row#source1(long)} of frame {@code i}. */
    public void source1(int i, long key) {
        Row.source1(row(i), key);
    }

    /** Writes {@link Row#reason(long)} of frame {@code i}. */
    public void reason(int i, int ordinal) {
        Row.reason(row(i), ordinal);
    }

    /** Writes {@link Row#port(long)} of frame {@code i}. */
    public void port(int i, int port) {
        Row.port(row(i), port);
    }

    /** Writes {@link Row#verdict(long)} of frame {@code i}. */
    public void verdict(int i, int code) {
        Row.verdict(row(i), code);
    }

    /** Writes {@link Row#decided(long)} of frame {@code i}. */
    public void decided(int i, int code) {
        Row.decided(row(i), code);
    }

    /** Says which next hop frame {@code i} waits for. */
    public void nextHop(int i, long high, long low) {
        Row.nextHop(row(i), high, low);
    }

    /** {@link Row#mtu(long)} of frame {@code i}. */
    public int mtu(int i) {
        return Row.mtu(row(i));
    }

    /** Writes {@link Row#mtu(long)} of frame {@code i}. */
    public void mtu(int i, int bytes) {
        Row.mtu(row(i), bytes);
    }

    /** Says which address the sender of frame {@code i} claims. */
    public void claim(int i, long high, long low) {
        Row.claim(row(i), high, low);
    }

    /** Says where the bytes of frame {@code i} are and fills its row, where the shim does not. */
    public void frame(int i, long mbuf, long data, int contiguous, int length) {
        Memory.put64(mbufs + i * 8L, mbuf);
        Row.frame(row(i), mbuf, data, contiguous, length);
    }

    /** Says of which family the keys of frame {@code i} are. */
    public void family(int i, int family) {
        facts(i, Facts.withFamily(facts(i), family));
    }

    /**
     * Says where the L3 header of frame {@code i} is, and what it is.
     *
     * @param tags VLAN tags before it, 0 to 2
     */
    public void l2(int i, int tags, int etherType) {
        facts(i, Facts.withL2(facts(i), tags, etherType));
    }
}
