// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static io.ipvane.memory.NativeLibrary.POINTER;

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

    private static final int L2_LENGTH_MASK = 0x7F;

    private static final MethodHandle FINISH =
            NativeLibrary.critical("ipvane_mbuf_finish_checksum", null, POINTER);

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

    /** Says that the L2 header of a frame has become longer, or shorter: by a VLAN tag. */
    public static void moveFront(long mbuf, int longer) {
        if (isPending(mbuf)) {
            final long fields = Memory.i64(mbuf + MbufLayout.TX_OFFLOAD);
            final long l2 = ((fields & L2_LENGTH_MASK) + longer) & L2_LENGTH_MASK;
            Memory.put64(mbuf + MbufLayout.TX_OFFLOAD, (fields & ~L2_LENGTH_MASK) | l2);
        }
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
}
