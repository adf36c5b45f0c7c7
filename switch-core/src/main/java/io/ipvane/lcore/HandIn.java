// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import com.lmax.disruptor.EventPoller;
import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.burst.Stages;
import io.ipvane.snapshot.Quiescence;

/**
 * Takes in the bursts that other lcores hand to this one, which go on behind parse.
 *
 * <p>A reader of its own in the grace period. What it reports is what all lcores had reported
 * <i>before</i> their rings were found empty: whoever hands on a burst of an epoch has not reported
 * a later one, so that such a burst was in its ring by then. It waits for nobody who waits for it,
 * since what is handed in is not handed on.
 *
 * <p>Owned by the lcore that runs it.
 */
@HotPath
final class HandIn {
    private final HandOff handOff;
    private final int self;
    private final Stage[] stages;
    private final Quiescence quiescence;
    private final int[] givers;
    private final int reader;
    private final EventPoller.Handler<Burst> handler = this::onBurst;
    private long candidate;
    private int taken;

    /**
     * @param self place of this lcore among those that hand off to each other
     * @param stages from behind parse to the egress
     * @param givers numbers of the readers that hand off to this one
     * @param reader its own number
     */
    HandIn(
            HandOff handOff,
            int self,
            Stage[] stages,
            Quiescence quiescence,
            int[] givers,
            int reader) {
        this.handOff = handOff;
        this.self = self;
        this.stages = stages.clone();
        this.quiescence = quiescence;
        this.givers = givers.clone();
        this.reader = reader;
    }

    private boolean onBurst(Burst burst, long sequence, boolean endOfBatch) {
        taken += burst.size;
        Stages.run(stages, burst);
        return true;
    }

    /** Everything that waits; says how many frames that was. */
    int doWork() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < givers.length; i++) {
            least = Math.min(least, quiescence.reported(givers[i]));
        }
        candidate = least;
        taken = 0;
        handOff.take(self, handler);
        return taken;
    }

    /** After the turn, when nothing of what was taken waits in a lane. */
    void end() {
        quiescence.report(reader, candidate);
    }

    /** The lcore has stopped for good. */
    void leave() {
        quiescence.leave(reader);
    }
}
