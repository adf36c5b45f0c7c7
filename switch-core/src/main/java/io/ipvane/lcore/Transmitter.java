// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.TxLanes;
import io.ipvane.counters.CounterShard;
import io.ipvane.device.Device;
import io.ipvane.egress.EgressLanes;
import io.ipvane.egress.LaneDevice;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.upcall.ControlMailbox;
import java.lang.foreign.Arena;

/**
 * The lanes of one lcore and the tx queues behind them: devices come and go, and what waits in a
 * lane is sent when it is full and at the end of every turn. The only producer of its tx queues.
 *
 * <p>Owned by the lcore that transmits.
 */
@HotPath
final class Transmitter implements EgressLanes {
    private final Arena arena;
    private final int queue;
    private final TxBuffer[] buffers;
    private final FramePool pool;
    private final CounterShard counters;
    private final ControlMailbox mailbox;
    private final Trail trail;
    private final TxLanes lanes;

    /**
     * Memory of the buffer that a port's index has or had, or 0: where the cursor of an empty lane
     * is. Written by the attaching thread.
     */
    private final long[] blocks;

    /** No buffer stands at this index or above. */
    private int end;

    /**
     * Frames added since the last flush, and those that may yet be added unseen: no buffer gets
     * more, and it is never above its capacity.
     */
    private int added;

    /** Of which snapshot the limits of the buffers are; its generation. */
    private long limitsOf = Long.MIN_VALUE;

    /**
     * Sends nowhere yet.
     *
     * @param arena lives longer
     * @param ports how many ports there may be
     * @param queue tx queue of this lcore on each of them
     * @param mailbox of this lcore
     * @param trail of this lcore
     */
    Transmitter(
            Arena arena,
            int ports,
            int queue,
            FramePool pool,
            CounterShard counters,
            ControlMailbox mailbox,
            Trail trail) {
        this.mailbox = mailbox;
        this.trail = trail;
        this.arena = arena;
        this.queue = queue;
        this.buffers = new TxBuffer[ports];
        this.blocks = new long[ports];
        this.lanes = new TxLanes(arena, ports);
        this.pool = pool;
        this.counters = counters;
    }

    /**
     * A buffer for {@link #attach}, made by the thread that attaches devices, so that the lcore
     * need not allocate. Nothing stands at this index.
     */
    TxBuffer prepare(int port, Device device) {
        if (blocks[port] == 0) {
            blocks[port] = TxBuffer.memory(arena);
        }
        if (device instanceof LaneDevice sender) {
            sender.serve(queue, this, counters, mailbox);
        }
        return new TxBuffer(blocks[port], lanes, device, queue, port, pool, counters, trail);
    }

    /** Sends by a device from now on. */
    void attach(TxBuffer buffer) {
        buffers[buffer.port()] = buffer;
        end = Math.max(end, buffer.port() + 1);
        limitsOf = Long.MIN_VALUE;
    }

    /** Sends what waits for a device, and nothing more by it; no harm where there is none. */
    void detach(int port) {
        if (buffers[port] != null) {
            buffers[port].flush();
            buffers[port] = null;
            lanes.limit(port, TxLanes.NOT_UNSEEN);
        }
    }

    @Override
    public TxLanes makeRoom(Burst burst) {
        final ForwardingSnapshot snapshot = (ForwardingSnapshot) burst.snapshot;
        if (snapshot.generation() != limitsOf) {
            setLimits(snapshot);
        }
        if (added > TxBuffer.CAPACITY - Burst.MAX) {
            flush();
        }
        added += burst.size;
        return lanes;
    }

    private void setLimits(ForwardingSnapshot snapshot) {
        for (int i = 0; i < end; i++) {
            final PortEntry to = snapshot.entry(i);
            final boolean plain =
                    to != null && to.up && buffers[i] != null && buffers[i].takesUnseen();
            lanes.limit(i, plain ? to.maxFrame : TxLanes.NOT_UNSEEN);
        }
        limitsOf = snapshot.generation();
    }

    @Override
    public boolean has(int port) {
        return Integer.compareUnsigned(port, buffers.length) < 0 && buffers[port] != null;
    }

    @Override
    public void add(int port, long mbuf, int length) {
        count();
        buffers[port].add(mbuf, length);
    }

    @Override
    public void addCopy(int port, long mbuf, int length) {
        count();
        buffers[port].addCopy(mbuf, length);
    }

    /** One frame may have become many: room is kept for the rest of its burst. */
    private void count() {
        if (added == TxBuffer.CAPACITY) {
            flush();
            added = Burst.MAX;
        }
        added++;
    }

    /** Ends a turn: nothing waits in a buffer afterwards. */
    void flush() {
        for (long used = lanes.takeUsed(); used != 0; used = lanes.takeUsed()) {
            flush(used);
        }
        added = 0;
    }

    /** What a {@link LaneDevice} is given goes into lanes again. */
    private void flush(long used) {
        for (long left = used; left != 0; left &= left - 1) {
            for (int i = Long.numberOfTrailingZeros(left); i < end; i += Long.SIZE) {
                // Most lanes that share a bit are empty: their buffers are not even looked at.
                if (lanes.bytes(i) != 0 && buffers[i] != null) {
                    buffers[i].flush();
                }
            }
        }
    }
}
