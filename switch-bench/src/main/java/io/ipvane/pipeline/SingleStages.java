// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.LaneOwner;
import io.ipvane.burst.Stage;
import io.ipvane.counters.CounterShard;
import java.lang.foreign.Arena;

/**
 * The stages of the pipeline one at a time, which the switch itself never needs. One thread. Lives
 * in their package so that they can stay what they are.
 *
 * @param parse bytes to facts and keys
 * @param lookup keys to ports; after parse
 * @param decide facts to verdicts; after lookup
 * @param rewrite verdicts to finished headers; after decide
 * @param whole all of them as an lcore runs them that transmits too: parse, then the short way,
 *     which empties the burst
 */
public record SingleStages(Stage parse, Stage lookup, Stage decide, Stage rewrite, Stage whole) {
    /** Stages of one lcore. */
    public static SingleStages of(
            Arena arena, FramePool pool, LaneOwner lanes, CounterShard counters) {
        return new SingleStages(
                new ParseStage(pool),
                new LookupStage(arena),
                new DecideStage(),
                new RewriteStage(),
                new Pipeline(arena, pool, lanes, counters));
    }

    /** The four stages in their order, which leave the frames where they are. */
    public void all(Burst burst) {
        parse.process(burst);
        lookup.process(burst);
        decide.process(burst);
        rewrite.process(burst);
    }
}
