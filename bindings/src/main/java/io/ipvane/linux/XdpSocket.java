// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;

/**
 * One queue of an {@link XdpInterface}: frames between it and the mbufs of a pool, one native call
 * a burst.
 *
 * <p>{@link #receive} belongs to one lcore, {@link #transmit} to one lcore (the same or another);
 * neither allocates on the heap, blocks or throws. Counters may be read by any thread and may be
 * stale.
 */
public final class XdpSocket implements AutoCloseable {
    // Offsets in struct xdp_queue of the shim, which asserts the same numbers.
    private static final int RX_NO_MBUF = 0;
    private static final int RX_DRAINED = 8;
    private static final int RX_UNFINISHED = 16;
    private static final int TX_LOST = 64;
    private static final int TX_DOWN = 72;

    private final int descriptor;
    private final long address;
    private boolean closed;

    private XdpSocket(int descriptor, long address) {
        this.descriptor = descriptor;
        this.address = address;
    }

    /**
     * Opens a queue.
     *
     * @param pieces whether frames longer than a page are taken too
     * @param mempool address of the pool that received frames are put in
     * @param tried to follow "cannot"
     */
    static XdpSocket open(Link link, int queue, boolean pieces, long mempool, String tried) {
        try (Arena arena = Arena.ofConfined()) {
            final long result = arena.allocate(8, 8).address();
            final int fd =
                    LinuxException.check(
                            XdpShim.open(link.index(), queue, pieces ? 1 : 0, mempool, result),
                            tried);
            return new XdpSocket(fd, Memory.i64(result));
        }
    }

    /**
     * Takes frames that wait, and writes what there is to know of them; fewer than asked once they
     * have 256 KiB.
     *
     * @param rows address of a block laid out as {@link io.ipvane.memory.BurstLayout}
     * @param max 1 to {@link io.ipvane.memory.BurstLayout#FRAMES}
     * @return frames taken in the low 8 bits, above them the sum of their lengths in bytes
     */
    public long receive(long rows, int max) {
        return XdpShim.receive(address, rows, max);
    }

    /**
     * Whether the last {@link #receive} has left nothing, and nothing waits to be sent either: all
     * that comes from then on is told of at {@link #descriptor}.
     */
    public boolean isDrained() {
        return Memory.i32(address + RX_DRAINED) != 0;
    }

    /** For a {@link ReadySet}: told of with each frame that comes. */
    public int descriptor() {
        return descriptor;
    }

    /**
     * Sends the first frames of an array. What their senders left to the device is done first, in
     * software.
     *
     * @return frames that now belong to the device; the others still belong to the caller
     */
    public int transmit(long mbufs, int count) {
        return XdpShim.transmit(address, mbufs, count);
    }

    /** Calls of {@link #receive} that were cut short, and frames lost, by an empty pool. */
    public long receiveNoMbuf() {
        return Memory.i64(address + RX_NO_MBUF);
    }

    /** Frames whose transport checksum was recognised as unfinished, by its value. */
    public long receiveUnfinished() {
        return Memory.i64(address + RX_UNFINISHED);
    }

    /** Frames that the kernel had for this queue and no room to put. */
    public long receiveMissed() {
        return Math.max(0, XdpShim.missed(address));
    }

    /** Frames that were taken, and could not be sent or that the interface has dropped. */
    public long transmitLost() {
        return Memory.i64(address + TX_LOST);
    }

    /** Frames that were taken while the interface was down or gone. */
    public long transmitDown() {
        return Memory.i64(address + TX_DOWN);
    }

    /** Closes the socket; the lcores no longer use it. The second time does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            XdpShim.close(address);
        }
    }
}
