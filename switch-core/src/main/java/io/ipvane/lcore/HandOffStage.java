// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import java.util.function.IntConsumer;

/**
 * Behind parse, where more lcores than one forward: frames whose conversation is at home on another
 * lcore leave the burst and are handed to that one. Only frames of segments that track connections
 * have a home.
 *
 * <p>Owned by the lcore that runs it.
 */
@HotPath
final class HandOffStage implements Stage {
    private final HandOff handOff;
    private final int self;
    private final FlowHome flowHome;
    private final FramePool pool;
    private final CounterShard counters;
    private final IntConsumer wake;

    /** The frames that go to each lcore, as bits; 0 between two bursts. */
    private final long[] leaving;

    /**
     * @param self place of this lcore among those that hand off to each other
     * @param counters of this lcore
     * @param wake says to an lcore that there is something for it
     */
    HandOffStage(
            HandOff handOff,
            int self,
            FlowHome flowHome,
            FramePool pool,
            CounterShard counters,
            IntConsumer wake) {
        this.handOff = handOff;
        this.self = self;
        this.flowHome = flowHome;
        this.pool = pool;
        this.counters = counters;
        this.wake = wake;
        this.leaving = new long[handOff.lcores()];
    }

    @Override
    public void process(Burst burst) {
        final PortEntry ingress = ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress);
        if (ingress.segment.tracks()) {
            burst.whole = true;
            sort(burst, ingress.segment.domain());
        }
    }

    private void sort(Burst burst, int zone) {
        long staying = 0;
        for (int i = 0; i < burst.size; i++) {
            final int home = flowHome.of(zone, burst, i);
            if (home == FlowHome.ANYWHERE || home == self) {
                staying |= 1L << i;
            } else {
                leaving[home] |= 1L << i;
            }
        }
        if (Long.bitCount(staying) == burst.size) {
            return;
        }
        for (int home = 0; home < leaving.length; home++) {
            if (leaving[home] != 0) {
                give(burst, leaving[home], home);
                leaving[home] = 0;
            }
        }
        burst.keep(staying);
    }

    private void give(Burst burst, long some, int home) {
        final Burst room = handOff.room(self, home);
        if (room != null) {
            room.take(burst, some);
            handOff.publish(self, home);
            wake.accept(home);
            return;
        }
        counters.add(
                burst.ingress,
                PortCounter.COUNT + LcoreDrop.HAND_OFF_FULL.number(),
                Long.bitCount(some));
        for (long left = some; left != 0; left &= left - 1) {
            pool.free(burst.mbuf(Long.numberOfTrailingZeros(left)));
        }
    }
}
