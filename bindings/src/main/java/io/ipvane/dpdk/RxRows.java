// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

/**
 * The block of native memory that {@link EthDevice#receive} fills: a row a frame, so that nobody
 * has to read an mbuf again, and behind the rows the mbufs as an array. The shim asserts the
 * offsets.
 *
 * <p>A row has {@value #ROW_BYTES} bytes: the address of the mbuf, that of the frame's first byte,
 * the 32-bit length of the frame and that of its first segment; the other bytes are the caller's.
 */
public final class RxRows {
    /** The most frames of a burst. */
    public static final int FRAMES = 64;

    /** Bytes from one row to the next. */
    public static final int ROW_BYTES = 64;

    /** Offset in a row of the mbuf. */
    public static final int MBUF = 0;

    /** Offset in a row of the address of the first byte. */
    public static final int DATA = 8;

    /** Offset in a row of the two lengths. */
    public static final int LENGTHS = 16;

    /** Offset in the block of the array of mbufs; rows may have second lines before that. */
    public static final int MBUFS = 2 * FRAMES * ROW_BYTES;

    /** Bytes of the block. */
    public static final int BYTES = MBUFS + FRAMES * Long.BYTES;

    private RxRows() {}
}
