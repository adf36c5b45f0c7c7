// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

/**
 * Memory of frames. An mbuf is a baton: whoever holds its address frees it or hands it on, once.
 *
 * <p>Any thread may call; a thread registered with DPDK gets the pool's per-lcore cache.
 */
public interface FramePool {
    /**
     * A fresh frame of {@code length} bytes in one segment, contents undefined.
     *
     * @return mbuf address, or 0 where the pool is empty or the frame would not fit one segment
     */
    long allocate(int length);

    /**
     * Address of the first byte of the frame; {@link #contiguous} bytes may be touched from there.
     */
    long data(long mbuf);

    /** Bytes of the frame that lie in its first segment. */
    int contiguous(long mbuf);

    /** Bytes of the whole frame, all segments. */
    int length(long mbuf);

    /**
     * Bytes of the longest frame that reaches a wire for this one: less than {@link #length} where
     * its sender left it to the device to split it into segments (TSO, USO), else the same.
     */
    int longest(long mbuf);

    /**
     * One more frame with the same bytes, whose first 128 bytes (or all, if the frame is no longer
     * than 256) may be written without the original seeing it; the rest may be shared.
     *
     * @return mbuf address, or 0 where the pool is empty
     */
    long replicate(long mbuf);

    /**
     * Makes at least {@code bytes} of the frame contiguous, if the first segment has room for them.
     *
     * @return true if {@link #contiguous} is now at least {@code bytes}; addresses may have changed
     */
    boolean pullUp(long mbuf, int bytes);

    /**
     * Copies bytes of a frame out of it, from however many segments.
     *
     * @param from first byte
     * @param to where they go
     * @param bytes how many; the frame has at least {@code from + bytes}
     */
    void read(long mbuf, int from, long to, int bytes);

    /**
     * Adds bytes in front of the frame, contents undefined; {@link #data} is lower afterwards.
     *
     * @return false where the first segment has no room for them; nothing is changed then
     */
    boolean prepend(long mbuf, int bytes);

    /** Takes bytes off the front of the frame, which lie in its first segment. */
    void removeFront(long mbuf, int bytes);

    /**
     * Whether the sender of the frame left its transport checksum to the device: the field then
     * holds the sum of the pseudo header alone, and no change of the payload is to show there.
     */
    boolean checksumPending(long mbuf);

    /**
     * Completes the transport checksum where its sender has left that to the device; a frame that
     * is still to be split stays as it is.
     */
    void finishChecksum(long mbuf);

    /**
     * First byte of what the unfinished checksum covers, which is a transport header; -1 where none
     * is left to the device. It need not be the outermost one of the frame.
     */
    int unfinishedFrom(long mbuf);

    /** Where the unfinished checksum is: bytes from the start of a frame that has one. */
    int unfinishedField(long mbuf);

    /**
     * What {@link #mark(long, int)} has said of the frame last; anything where nobody has since it
     * came in.
     */
    int mark(long mbuf);

    /** Says something of the frame to whoever sends it; copies and pieces of it do not have it. */
    void mark(long mbuf, int mark);

    /** Says that the device has nothing left to do. */
    void forgetUnfinished(long mbuf);

    /**
     * The one's complement sum of the frame's big-endian 16-bit words, the first of which begins at
     * byte {@code from}: 0 to 0xFFFF.
     */
    int sum(long mbuf, int from);

    /**
     * Makes finished frames of one that is left to the device to split, which stays as it is.
     *
     * @param frames address of an array of mbuf addresses; these frames are the caller's
     * @param most how many it has room for
     * @return how many there are; 0 where there would be more, or the pool is empty
     */
    int split(long mbuf, long frames, int most);

    /** Cuts the frame to {@code length} bytes, which is not more than it has. */
    void trim(long mbuf, int length);

    /**
     * Frees {@code count} frames.
     *
     * @param mbufs address of an array of mbuf addresses
     */
    void free(long mbufs, int count);

    /** Frees one frame. */
    void free(long mbuf);

    /** Frames that could be allocated now: equal at start and end, or something leaked. */
    int available();
}
