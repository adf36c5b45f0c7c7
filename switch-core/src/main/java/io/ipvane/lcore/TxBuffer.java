// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.device.Device;
import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;

/**
 * Frames of one lcore on their way to one tx queue of one port. Sent when full and at the end of
 * every turn; what the queue refuses is freed and counted, since waiting would turn loss into
 * latency and let one slow receiver hold up the others.
 *
 * <p>Owned by the lcore that transmits.
 */
@HotPath
final class TxBuffer {
    static final int CAPACITY = 64;

    /** Marks in {@link #lengths} a copy of a group frame. */
    private static final int GROUP_COPY = 1 << 30;

    private final Device device;
    private final int queue;
    private final int port;
    private final FramePool pool;
    private final CounterShard counters;
    private final long mbufs;
    private final int[] lengths = new int[CAPACITY];
    private int count;

    TxBuffer(
            Arena arena,
            Device device,
            int queue,
            int port,
            FramePool pool,
            CounterShard counters) {
        this.device = device;
        this.queue = queue;
        this.port = port;
        this.pool = pool;
        this.counters = counters;
        this.mbufs = arena.allocate(CAPACITY * 8L, 64).address();
    }

    /** Takes a frame over; sends everything first if there is no room. */
    void add(long mbuf, int length, boolean groupCopy) {
        if (count == CAPACITY) {
            flush();
        }
        Memory.put64(mbufs + count * 8L, mbuf);
        lengths[count++] = groupCopy ? length | GROUP_COPY : length;
    }

    /** Sends what waits; afterwards nothing does. */
    void flush() {
        final int waiting = count;
        if (waiting == 0) {
            return;
        }
        count = 0;
        final int sent = device.transmit(queue, mbufs, waiting);
        countSent(sent);
        if (sent < waiting) {
            refused(sent, waiting);
        }
    }

    private void countSent(int sent) {
        long bytes = 0;
        long copies = 0;
        for (int i = 0; i < sent; i++) {
            bytes += lengths[i] & (GROUP_COPY - 1);
            copies += lengths[i] >>> 30;
        }
        counters.add(port, PortCounter.TRANSMIT_PACKETS_COLUMN, sent);
        counters.add(port, PortCounter.TRANSMIT_BYTES_COLUMN, bytes);
        counters.add(port, PortCounter.TRANSMIT_GROUP_COLUMN, copies);
    }

    private void refused(int sent, int waiting) {
        long copies = 0;
        for (int i = sent; i < waiting; i++) {
            copies += lengths[i] >>> 30;
        }
        final int column = PortCounter.COUNT;
        counters.add(port, column + DropReason.MCAST_RING_FULL.ordinal(), copies);
        counters.add(port, column + DropReason.RING_FULL.ordinal(), waiting - sent - copies);
        pool.free(mbufs + sent * 8L, waiting - sent);
    }
}
