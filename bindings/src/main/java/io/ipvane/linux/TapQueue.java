// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;

/**
 * One queue of a {@link Tap}: frames between its descriptor and the mbufs of a pool, one native
 * call a burst.
 *
 * <p>{@link #receive} and the accessors of what it gave belong to one lcore, {@link #transmit} to
 * one lcore (the same or another); neither allocates on the heap, blocks or throws. Counters may be
 * read by any thread and may be stale.
 */
public final class TapQueue implements AutoCloseable {
    /** Most frames that one call gives. */
    public static final int MAX_BURST = 64;

    // Offsets in struct tap_queue of the shim, which asserts the same numbers.
    private static final int DATA = 0;
    private static final int CONTIGUOUS = 512;
    private static final int LENGTH = 768;
    private static final int RX_NO_MBUF = 1024;
    private static final int RX_INVALID = 1032;
    private static final int RX_DRAINED = 1040;
    private static final int TX_DOWN = 1088;
    private static final int TX_REFUSED = 1096;

    private final int descriptor;
    private final long address;

    /**
     * Opens a queue. It keeps up to 65 mbufs of the pool ready, and one of the large ones.
     *
     * @param queue 0 to {@link Tap#queues()} - 1
     * @param mempool address of the pool that received frames are put in
     * @param large address of the pool for what does not fit the first mbuf of a frame, whose mbufs
     *     are so long that it fits one of them; or 0: such a frame is copied into a chain, as also
     *     where this pool is empty
     * @throws LinuxException where the pool's mbufs take less than 256 bytes, or both together less
     *     than 65,557
     */
    public TapQueue(Tap tap, int queue, long mempool, long large) {
        try (Arena arena = Arena.ofConfined()) {
            final long result = arena.allocate(8, 8).address();
            descriptor = tap.fd(queue);
            LinuxException.check(
                    Shim.tapQueueNew(descriptor, mempool, large, result),
                    "open queue " + queue + " of " + tap);
            address = Memory.i64(result);
        }
    }

    /**
     * Reads frames that wait; fewer than asked once they have 256 KiB. What their sender left to be
     * done (checksum, segmentation) stands in their mbufs, see {@code native/offload.h}.
     *
     * @param mbufs address of an array that gets their mbuf addresses
     * @param max 1 to {@value #MAX_BURST}
     * @return frames read, 0 where none waits, or {@code -errno} where the device is gone
     */
    public int receive(long mbufs, int max) {
        return Shim.tapRx(address, mbufs, max);
    }

    /**
     * Whether the last {@link #receive} has left nothing: all that comes from then on is told of at
     * {@link #descriptor}.
     */
    public boolean isDrained() {
        return Memory.i32(address + RX_DRAINED) != 0;
    }

    /** For a {@link ReadySet}: told of with each frame that comes, and when the device goes. */
    public int descriptor() {
        return descriptor;
    }

    /** Address of the first byte of frame {@code i} of the last {@link #receive}. */
    public long data(int i) {
        return Memory.i64(address + DATA + 8L * i);
    }

    /** Bytes in the first segment of frame {@code i} of the last {@link #receive}. */
    public int contiguous(int i) {
        return Memory.i32(address + CONTIGUOUS + 4L * i);
    }

    /** Bytes of frame {@code i} of the last {@link #receive}, all segments. */
    public int length(int i) {
        return Memory.i32(address + LENGTH + 4L * i);
    }

    /**
     * Writes frames. A frame that the device refuses for good (it is down, deleted, or the frame is
     * shorter than an Ethernet header) is accepted all the same, freed and counted in {@link
     * #transmitRefused}.
     *
     * @param mbufs address of an array of mbuf addresses
     * @return frames accepted, which are freed; the others still belong to the caller
     */
    public int transmit(long mbufs, int count) {
        return Shim.tapTx(address, mbufs, count);
    }

    /** Calls of {@link #receive} that had to stop because the pool was empty. */
    public long receiveNoMbuf() {
        return Memory.i64(address + RX_NO_MBUF);
    }

    /** Frames dropped because what they asked to have done for them contradicts their bytes. */
    public long receiveInvalid() {
        return Memory.i64(address + RX_INVALID);
    }

    /** Frames accepted by {@link #transmit} that the device refused: dropped, {@code dev_down}. */
    public long transmitRefused() {
        return Memory.i64(address + TX_DOWN) + Memory.i64(address + TX_REFUSED);
    }

    /** Gives back the mbufs that it holds. The lcores no longer use it; the tap is closed after. */
    @Override
    public void close() {
        Shim.tapQueueFree(address);
    }
}
