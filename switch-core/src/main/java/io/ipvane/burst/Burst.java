// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Up to {@value #MAX} frames that one rx queue gave at once, as a struct of arrays; also the slot
 * of a ring. Columns are written by the stages in the order of the comments below and never
 * cleared: only indices below {@link #size} mean anything.
 *
 * <p>Owned by the lcore that runs the current role; a ring hands it on. Allocated at start only.
 */
public final class Burst {
    /** Frames a burst can hold. */
    public static final int MAX = 64;

    /** {@link #family} of a frame without an L3 key. */
    public static final byte NO_KEY = 0;

    /**
     * {@link #family} of an IPv4 or ARP key: {@link #key0} holds the address as a host-order int.
     */
    public static final byte KEY_IPV4 = 4;

    /**
     * {@link #family} of an IPv6 or ND key: {@link #key0} and {@link #key1} hold it, host order.
     */
    public static final byte KEY_IPV6 = 6;

    // -- written by the device --

    /** Frames in this burst, 0 to {@link #MAX}. */
    public int size;

    /** Index of the port, uplink or host port that the frames came in by. */
    public int ingress;

    /** Epoch in which the frames were taken: all earlier epochs are over once they are done. */
    public long epoch;

    /** What the frames are decided by; null in an empty slot, so that it pins no old generation. */
    public Snapshot snapshot;

    /** Native array of {@link #MAX} mbuf addresses. */
    public final long mbufs;

    /** Address of the first byte of each frame. */
    public final long[] data = new long[MAX];

    /** Bytes that may be touched from {@link #data}: those of the first segment. */
    public final int[] contiguous = new int[MAX];

    /** Bytes of the whole frame. */
    public final int[] length = new int[MAX];

    // -- written by parse --

    /** Bits of {@link io.ipvane.burst.Facts}. */
    public final int[] facts = new int[MAX];

    /** Bytes from {@link #data} to the L3 header, VLAN tags skipped. */
    public final int[] l3 = new int[MAX];

    /** EtherType behind the VLAN tags. */
    public final int[] etherType = new int[MAX];

    /** Family of the destination key: {@link #NO_KEY}, {@link #KEY_IPV4}, {@link #KEY_IPV6}. */
    public final byte[] family = new byte[MAX];

    /** Destination key: IPv4 as a zero-extended host-order int, or the high half of IPv6. */
    public final long[] key0 = new long[MAX];

    /** Destination key: the low half of IPv6. */
    public final long[] key1 = new long[MAX];

    /** Source key of the same family, laid out like {@link #key0}. */
    public final long[] source0 = new long[MAX];

    /** Source key: the low half of IPv6. */
    public final long[] source1 = new long[MAX];

    /** Ordinal of the {@link DropReason} that goes with a discarding fact or a dropping verdict. */
    public final byte[] reason = new byte[MAX];

    // -- written by lookup, decide and rewrite --

    /** Index of the port that the frame is for. */
    public final int[] port = new int[MAX];

    /** Code of the verdict. */
    public final byte[] verdict = new byte[MAX];

    /**
     * Next hop that a frame waits for, laid out like {@link #key0}; meaningful with verdict
     * RESOLVE.
     */
    public final long[] nextHop0 = new long[MAX];

    /** Next hop: the low half of IPv6. */
    public final long[] nextHop1 = new long[MAX];

    /** A burst whose mbuf array lives as long as {@code arena}. */
    public Burst(Arena arena) {
        final MemorySegment array = arena.allocate(MAX * 8L, 64);
        mbufs = array.address();
    }

    /** Address of the mbuf of frame {@code i}. */
    public long mbuf(int i) {
        return Memory.i64(mbufs + i * 8L);
    }

    /** Replaces the mbuf of frame {@code i}. */
    public void mbuf(int i, long mbuf) {
        Memory.put64(mbufs + i * 8L, mbuf);
    }

    /** Empties the slot: no frames, and no snapshot kept alive. */
    public void clear() {
        size = 0;
        snapshot = null;
    }
}
