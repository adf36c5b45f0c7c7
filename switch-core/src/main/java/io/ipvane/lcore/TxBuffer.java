// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.TxLanes;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.device.Device;
import io.ipvane.egress.LaneDevice;
import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Frames of one lcore on their way to one tx queue of one port. Sent when full and at the end of
 * every turn; what the queue refuses is freed and counted, since waiting would turn loss into
 * latency and let one slow receiver hold up the others.
 *
 * <p>Owned by the lcore that transmits.
 */
@HotPath
final class TxBuffer {
    /** Frames that fit: what several rx queues give in one turn. */
    static final int CAPACITY = 256;

    private final TxLanes lanes;
    private final Device device;
    private final int queue;
    private final int port;
    private final FramePool pool;
    private final CounterShard counters;
    private final Trail trail;
    private final long mbufs;

    /** Which of the waiting frames are copies of a group frame, as bits. */
    private final long[] copies = new long[CAPACITY / Long.SIZE];

    private boolean hasCopies;

    /**
     * An empty buffer.
     *
     * @param mbufs from {@link #memory}; no other buffer uses it
     */
    TxBuffer(
            long mbufs,
            TxLanes lanes,
            Device device,
            int queue,
            int port,
            FramePool pool,
            CounterShard counters,
            Trail trail) {
        this.lanes = lanes;
        this.device = device;
        this.queue = queue;
        this.port = port;
        this.pool = pool;
        this.counters = counters;
        this.trail = trail;
        this.mbufs = mbufs;
        lanes.reset(port, mbufs);
    }

    /** Memory for a buffer. */
    static long memory(Arena arena) {
        return arena.allocate(CAPACITY * 8L, 64).address();
    }

    /** The port that this sends by. */
    int port() {
        return port;
    }

    /** Whether frames may be added that no stage has had a look at. */
    boolean takesUnseen() {
        return !(device instanceof LaneDevice);
    }

    /** Takes a frame over; sends everything first if there is no room. */
    void add(long mbuf, int length) {
        if (waiting() == CAPACITY) {
            flush();
        }
        lanes.add(port, mbuf, length);
        lanes.use(1L << port);
    }

    /** As {@link #add}, for a copy of a group frame. */
    void addCopy(long mbuf, int length) {
        add(mbuf, length);
        final int last = waiting() - 1;
        copies[last / Long.SIZE] |= 1L << last;
        hasCopies = true;
    }

    private int waiting() {
        return (int) (lanes.cursor(port) - mbufs) / Long.BYTES;
    }

    /** Sends what waits; afterwards nothing does. */
    void flush() {
        final int waiting = waiting();
        if (waiting == 0) {
            return;
        }
        final long bytes = lanes.bytes(port);
        lanes.reset(port, mbufs);
        trail.sending(port, waiting);
        final int sent = device.transmit(queue, mbufs, waiting);
        counters.add(port, PortCounter.TRANSMIT_PACKETS_COLUMN, sent);
        counters.add(port, PortCounter.TRANSMIT_BYTES_COLUMN, bytes);
        if (hasCopies) {
            counters.add(port, PortCounter.TRANSMIT_GROUP_COLUMN, copies(0, sent));
        }
        if (sent < waiting) {
            refused(sent, waiting);
        }
        if (hasCopies) {
            Arrays.fill(copies, 0);
            hasCopies = false;
        }
    }

    /** Frees what the queue refused, counts it, and takes its bytes back. */
    private void refused(int sent, int waiting) {
        long bytes = 0;
        for (int i = sent; i < waiting; i++) {
            bytes += pool.length(Memory.i64(mbufs + i * 8L));
        }
        final int lostCopies = copies(sent, waiting);
        counters.add(port, PortCounter.TRANSMIT_BYTES_COLUMN, -bytes);
        counters.add(port, BurstDrop.MCAST_RING_FULL.column(), lostCopies);
        counters.add(port, BurstDrop.RING_FULL.column(), waiting - sent - lostCopies);
        pool.free(mbufs + sent * 8L, waiting - sent);
    }

    /** How many of the frames from {@code from} to before {@code to} are copies. */
    private int copies(int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += (int) (copies[i / Long.SIZE] >>> i) & 1;
        }
        return count;
    }
}
