// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memory;

/**
 * The block of native memory that holds what is known of the frames of a burst: a row a frame, of
 * some cache lines, and behind the rows the mbufs as an array. The one definition on the Java side;
 * the shim, which fills the first 24 bytes of a row and the array, says what it was compiled with,
 * and the switch does not start where the two differ.
 *
 * <p>The first lines of all rows come first, then the second ones, and so on: loops that need only
 * the first walk through memory without a gap.
 */
public final class BurstLayout {
    /** The most frames of a burst. */
    public static final int FRAMES = 64;

    /** Bytes from one row to the next: a cache line. */
    public static final int ROW_BYTES = 64;

    /** Lines that a row has. */
    public static final int LINES = 3;

    /** Offset in a row of the mbuf's address. */
    public static final int MBUF = 0;

    /** Offset in a row of the address of the first byte. */
    public static final int DATA = 8;

    /** Offset in a row of the 32-bit length of the frame. */
    public static final int LENGTH = 16;

    /** Offset in a row of the 32-bit length of the frame's first segment. */
    public static final int CONTIGUOUS = 20;

    /** From the first line of a row to its second, and from that to the third. */
    public static final int NEXT_LINE = FRAMES * ROW_BYTES;

    /** Offset in the block of the array of mbufs. */
    public static final int MBUFS = LINES * NEXT_LINE;

    /** Bytes of the block. */
    public static final int BYTES = MBUFS + FRAMES * Long.BYTES;

    private BurstLayout() {}
}
