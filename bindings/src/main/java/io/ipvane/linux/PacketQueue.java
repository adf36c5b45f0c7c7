// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;

/**
 * One queue of a {@link PacketSocket}: frames between its descriptor and the mbufs of a pool, one
 * native call a burst.
 *
 * <p>{@link #receive} belongs to one lcore, {@link #transmit} to one lcore (the same or another);
 * neither allocates on the heap, blocks or throws. Counters may be read by any thread and may be
 * stale.
 */
public final class PacketQueue implements AutoCloseable {
    // Offsets in struct packet_queue of the shim, which asserts the same numbers.
    private static final int RX_NO_MBUF = 0;
    private static final int RX_INVALID = 8;
    private static final int RX_CUT = 16;
    private static final int RX_LOST = 24;
    private static final int RX_DRAINED = 32;
    private static final int TX_DOWN = 64;
    private static final int TX_REFUSED = 72;

    private final int descriptor;
    private final long address;

    /**
     * Opens a queue. It keeps up to 96 mbufs of the pool ready, and 8 of the large ones.
     *
     * @param queue 0 to {@link PacketSocket#queues()} - 1
     * @param mempool address of the pool that received frames are put in
     * @param large address of the pool for what does not fit the first mbuf of a frame, or 0; see
     *     {@link TapQueue}
     * @throws LinuxException where the pool's mbufs take less than 256 bytes, or both together less
     *     than 65,557
     */
    public PacketQueue(PacketSocket socket, int queue, long mempool, long large) {
        try (Arena arena = Arena.ofConfined()) {
            final long result = arena.allocate(8, 8).address();
            descriptor = socket.fd(queue);
            LinuxException.check(
                    PacketShim.queueNew(descriptor, socket.index(), mempool, large, result),
                    "open queue " + queue + " of " + socket);
            address = Memory.i64(result);
        }
    }

    /**
     * Reads frames that wait, writes what there is to know of them, and sends for their first
     * bytes; fewer than asked once they have 256 KiB. Their VLAN tags are in them. What their
     * sender left to be done stands in their mbufs, see {@code native/offload.h}.
     *
     * @param rows address of a block laid out as {@link io.ipvane.memory.BurstLayout}
     * @param max 1 to {@link io.ipvane.memory.BurstLayout#FRAMES}
     * @return frames taken in the low 8 bits, above them the sum of their lengths in bytes
     */
    public long receive(long rows, int max) {
        return PacketShim.receive(address, rows, max);
    }

    /**
     * Whether the last {@link #receive}, which gave nothing, has left nothing: all that comes from
     * then on is told of at {@link #descriptor}.
     */
    public boolean isDrained() {
        return Memory.i32(address + RX_DRAINED) != 0;
    }

    /** For a {@link ReadySet}: told of with each frame that comes, and when the interface goes. */
    public int descriptor() {
        return descriptor;
    }

    /**
     * Sends frames. One that the interface refuses (it is down or gone, its queue is full, a filter
     * drops it, it is too long) is accepted all the same, freed and counted.
     *
     * @param mbufs address of an array of mbuf addresses
     * @return frames accepted, which are freed; the others, for which the socket has no memory now,
     *     still belong to the caller
     */
    public int transmit(long mbufs, int count) {
        return PacketShim.transmit(address, mbufs, count);
    }

    /**
     * Calls of {@link #receive} that had to stop because the pool was empty, and frames lost so.
     */
    public long receiveNoMbuf() {
        return Memory.i64(address + RX_NO_MBUF);
    }

    /** Frames dropped because the pool was empty when they had been read. */
    public long receiveLost() {
        return Memory.i64(address + RX_LOST);
    }

    /** Frames dropped because what they asked to have done for them contradicts their bytes. */
    public long receiveInvalid() {
        return Memory.i64(address + RX_INVALID);
    }

    /** Frames dropped because they were longer than any may be. */
    public long receiveCut() {
        return Memory.i64(address + RX_CUT);
    }

    /** Frames accepted by {@link #transmit} while the interface was down or gone. */
    public long transmitDown() {
        return Memory.i64(address + TX_DOWN);
    }

    /** Frames accepted by {@link #transmit} that the interface, or a filter at it, refused. */
    public long transmitRefused() {
        return Memory.i64(address + TX_REFUSED);
    }

    /** Gives back the mbufs that it holds. The lcores no longer use it; the socket closes after. */
    @Override
    public void close() {
        PacketShim.queueFree(address);
    }
}
