// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import io.ipvane.memory.Memory;

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

    private TxOffload() {}

    /** Whether anything is left to be done. */
    static boolean isPending(long mbuf) {
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
                (int) ((fields & 0x7F) + (fields >>> 7 & 0x1FF) + (fields >>> 16 & 0xFF));
        return Math.min(length, headers + (int) (fields >>> 24 & 0xFFFF));
    }
}
