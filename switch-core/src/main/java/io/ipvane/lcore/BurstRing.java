// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;
import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;
import java.lang.foreign.Arena;

/**
 * The Disruptor ring between receive, run and transmit: a slot <i>is</i> a burst, so that a
 * hand-over copies nothing. One producer; run polls behind it, transmit behind run, or behind the
 * producer where nobody polls for run.
 *
 * <p>{@value #SLOTS} slots: more would only let a slow stage add latency, and fewer bursts in
 * flight stay in cache. The producer never calls a waiting {@code next()}: it looks for room first.
 */
@HotPath
final class BurstRing {
    static final int SLOTS = 8;

    private final RingBuffer<Burst> ring;
    private final EventPoller<Burst> run;
    private final EventPoller<Burst> transmit;

    /**
     * An empty ring.
     *
     * @param runsApart whether run polls by itself; else transmit runs each burst first
     */
    BurstRing(Arena arena, boolean runsApart) {
        ring =
                RingBuffer.createSingleProducer(
                        () -> new Burst(arena), SLOTS, new BusySpinWaitStrategy());
        run = ring.newPoller();
        transmit = runsApart ? ring.newPoller(run.getSequence()) : ring.newPoller();
        ring.addGatingSequences(transmit.getSequence());
    }

    /** Producer: the slot that {@link #publish} would hand on, or null where the ring is full. */
    Burst free() {
        return ring.hasAvailableCapacity(1) ? ring.get(ring.getCursor() + 1) : null;
    }

    /** Producer: hands the slot that {@link #free} gave to the next role. */
    void publish() {
        ring.publish(ring.next());
    }

    /** Runs stages over the slots received so far. */
    boolean run(EventPoller.Handler<Burst> handler) {
        return poll(run, handler);
    }

    /** Empties the slots that run is done with. */
    boolean transmit(EventPoller.Handler<Burst> handler) {
        return poll(transmit, handler);
    }

    private static boolean poll(EventPoller<Burst> poller, EventPoller.Handler<Burst> handler) {
        try {
            return poller.poll(handler) == EventPoller.PollState.PROCESSING;
        } catch (Exception e) {
            // Handlers catch what stages throw; the checked exception is only in Disruptor's
            // signature.
            throw new IllegalStateException("a burst handler threw", e);
        }
    }
}
