// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.lang.invoke.MethodHandle;

/**
 * What the sender of a frame has left to the device: a transport checksum that is only begun, and a
 * payload to be split into segments. It stands in the mbuf; {@code native/offload.h} says how.
 *
 * <p>Hot path, any thread that holds the frame; no allocation.
 */
public final class TxOffload {
    // RTE_MBUF_F_TX_*: the shim asserts the same numbers.
    private static final long CHECKSUM = 3L << 52;
    private static final long SPLITS = 1L << 50 | 1L << 42;

    /** Of a long frame in a tunnel: where the tunnel's header is stands in the mbuf as well. */
    private static final long TUNNELLED = 1L << 59 | 1L << 60;

    /** OFFLOAD_FLAGS of the shim. */
    private static final long FLAGS =
            CHECKSUM | SPLITS | 1L << 55 | 1L << 56 | TUNNELLED | 1L << 40 | 1L << 39;

    private static final long UDP_CHECKSUM = 3L << 52;

    // Of struct rte_tcp_hdr and struct rte_udp_hdr.
    private static final int TCP_FIELD = 16;
    private static final int UDP_FIELD = 6;

    private static final int L2_LENGTH_MASK = 0x7F;

    /** Lowest bit of outer_l2_len among the lengths; it has as many as l2_len. */
    private static final int OUTER_L2_SHIFT = 49;

    private static final MethodHandle FINISH =
            NativeLibrary.critical("ipvane_mbuf_finish_checksum", null, POINTER);
    private static final MethodHandle SPLIT =
            NativeLibrary.critical("ipvane_mbuf_split", JAVA_INT, POINTER, POINTER, JAVA_INT);

    private TxOffload() {}

    /** Completes the checksum of a frame that is not to be split, if that is left to be done. */
    public static void finishChecksum(long mbuf) {
        if ((Memory.i64(mbuf + MbufLayout.OL_FLAGS) & (CHECKSUM | SPLITS)) == 0) {
            return;
        }
        try {
            FINISH.invokeExact(mbuf);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /**
     * Says that what stands in front of a frame has become longer, or shorter: by a VLAN tag, or by
     * the header of a tunnel, which is told of no more once it is gone.
     */
    public static void moveFront(long mbuf, int longer) {
        if (!isPending(mbuf)) {
            return;
        }
        long fields = Memory.i64(mbuf + MbufLayout.TX_OFFLOAD);
        final long flags = Memory.i64(mbuf + MbufLayout.OL_FLAGS);
        if ((flags & TUNNELLED) != 0) {
            final int outer = (int) (fields >>> OUTER_L2_SHIFT) & L2_LENGTH_MASK;
            if (outer + longer < 0) {
                Memory.put64(mbuf + MbufLayout.OL_FLAGS, flags & ~TUNNELLED);
            }
            fields = moved(fields, OUTER_L2_SHIFT, longer);
        }
        Memory.put64(mbuf + MbufLayout.TX_OFFLOAD, moved(fields, 0, longer));
    }

    private static long moved(long fields, int shift, int longer) {
        final long mask = (long) L2_LENGTH_MASK << shift;
        return (fields & ~mask) | ((fields + ((long) longer << shift)) & mask);
    }

    /** Whether anything is left to be done. */
    public static boolean isPending(long mbuf) {
        return (Memory.i64(mbuf + MbufLayout.OL_FLAGS) & (CHECKSUM | SPLITS)) != 0;
    }

    /** Bytes of the longest frame that becomes of this one: its own, or those of a segment. */
    public static int longest(long mbuf) {
        final int length = Memory.i32(mbuf + MbufLayout.PKT_LEN);
        if ((Memory.i64(mbuf + MbufLayout.OL_FLAGS) & SPLITS) == 0) {
            return length;
        }
        // Bit fields, lowest first: l2_len 7, l3_len 9, l4_len 8, tso_segsz 16.
        final long fields = Memory.i64(mbuf + MbufLayout.TX_OFFLOAD);
        final int headers =
                (int) ((fields & L2_LENGTH_MASK) + (fields >>> 7 & 0x1FF) + (fields >>> 16 & 0xFF));
        return Math.min(length, headers + (int) (fields >>> 24 & 0xFFFF));
    }

    /** Where the transport header is whose checksum is left to be done; -1 where none is. */
    public static int unfinishedFrom(long mbuf) {
        if (!isPending(mbuf)) {
            return -1;
        }
        final long fields = Memory.i64(mbuf + MbufLayout.TX_OFFLOAD);
        return (int) ((fields & L2_LENGTH_MASK) + (fields >>> 7 & 0x1FF));
    }

    /** Where the checksum itself is, of a frame where one is left to be done. */
    public static int unfinishedField(long mbuf) {
        final boolean udp = (Memory.i64(mbuf + MbufLayout.OL_FLAGS) & CHECKSUM) == UDP_CHECKSUM;
        return unfinishedFrom(mbuf) + (udp ? UDP_FIELD : TCP_FIELD);
    }

    /** Says that nothing is left to be done. */
    public static void forget(long mbuf) {
        final long flags = Memory.i64(mbuf + MbufLayout.OL_FLAGS);
        Memory.put64(mbuf + MbufLayout.OL_FLAGS, flags & ~FLAGS);
    }

    /**
     * Makes finished frames of one that is to be split, which stays the caller's.
     *
     * @param frames address of an array of mbuf addresses
     * @param most how many it has room for
     * @return how many there are; 0 where there would be more, or the pool is empty
     */
    public static int split(long mbuf, long frames, int most) {
        try {
            return (int) SPLIT.invokeExact(mbuf, frames, most);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }
}
