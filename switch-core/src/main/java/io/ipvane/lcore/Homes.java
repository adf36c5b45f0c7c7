// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.FramePool;
import io.ipvane.burst.Stage;
import io.ipvane.counters.CounterShard;
import io.ipvane.pipeline.Pipeline;
import io.ipvane.pipeline.TunnelStage;
import io.ipvane.snapshot.Quiescence;
import java.lang.foreign.Arena;
import java.security.SecureRandom;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * What lcores need that forward side by side, so that each conversation is at home on one of them:
 * rings between them, and the hash on which they agree. Built and emptied by the thread that starts
 * and stops the switch.
 */
final class Homes {
    private final Arena arena;
    private final FramePool pool;
    private final HandOff handOff;
    private final Quiescence quiescence;
    private final int firstReader;
    private final IntConsumer wake;
    private final long secret = new SecureRandom().nextLong();

    /**
     * Homes on so many lcores.
     *
     * @param lcores at least two; their roles are the readers from 0 on
     * @param firstReader number of the first reader that hands in; they have one each
     * @param wake says to an lcore that there is something for it
     */
    Homes(
            Arena arena,
            FramePool pool,
            int lcores,
            Quiescence quiescence,
            int firstReader,
            IntConsumer wake) {
        this.arena = arena;
        this.pool = pool;
        this.handOff = new HandOff(arena, lcores);
        this.quiescence = quiescence;
        this.firstReader = firstReader;
        this.wake = wake;
    }

    /** All stages of one of the lcores. */
    Pipeline pipeline(int self, Transmitter lanes, CounterShard counters, TunnelStage tunnels) {
        final FlowHome home = new FlowHome(handOff.lcores(), secret, pool, arena);
        return Pipeline.handingOff(
                arena,
                pool,
                lanes,
                counters,
                tunnels,
                new HandOffStage(handOff, self, home, pool, counters, wake));
    }

    /**
     * What is handed to one of the lcores.
     *
     * @param pipeline made by {@link Pipeline#handedIn}
     */
    HandIn handIn(int self, Pipeline pipeline, Stage egress) {
        return new HandIn(
                handOff,
                self,
                new Stage[] {pipeline, egress},
                quiescence,
                IntStream.range(0, handOff.lcores()).toArray(),
                firstReader + self);
    }

    /** Frees what nobody has taken in. No lcore runs any more. */
    void drain() {
        handOff.drain(pool);
    }
}
