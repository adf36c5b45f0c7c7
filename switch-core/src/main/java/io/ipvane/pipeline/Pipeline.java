// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.LaneOwner;
import io.ipvane.burst.LastError;
import io.ipvane.burst.Stage;
import io.ipvane.burst.Stages;
import io.ipvane.ipvlan.Verdict;
import java.lang.foreign.Arena;

/**
 * All stages in their order, from parsed bytes to verdict and finished headers. Sends nothing:
 * every frame leaves with a verdict that the lcore carries out.
 *
 * <p>An exception in a stage is a defect of ours, not of the frame's: the burst is dropped as
 * {@link BurstDrop#STAGE_ERROR}, the exception kept for the control plane to log, and the next
 * burst runs.
 */
@HotPath
public final class Pipeline implements Stage {
    /** What every burst passes. */
    private final Stage[] first;

    /** What is left of it passes these. */
    private final Stage[] others;

    private final LastError lastError = new LastError();

    /**
     * Stages of one lcore.
     *
     * @param arena lives longer
     * @param pool asked only for frames that must be rearranged
     */
    public Pipeline(Arena arena, FramePool pool) {
        this(arena, pool, new Stage[] {new ParseStage(pool)});
    }

    /**
     * As the other, for an lcore that transmits each burst before it runs the next: most frames are
     * sent on at once.
     */
    public Pipeline(Arena arena, FramePool pool, LaneOwner lanes) {
        this(arena, pool, new Stage[] {new ParseStage(pool), new CutThrough(lanes, pool)});
    }

    private Pipeline(Arena arena, FramePool pool, Stage[] first) {
        this(
                first,
                new Stage[] {
                    new LookupStage(arena),
                    new DecideStage(),
                    new LearnStage(),
                    new RouteStage(pool),
                    new RewriteStage(),
                    new RespondStage(pool),
                    new SnoopStage()
                });
    }

    private Pipeline(Stage[] first, Stage[] others) {
        this.first = first;
        this.others = others;
    }

    /** Stages for frames that have been with the conductor: they do not go there again. */
    public static Pipeline afterConductor(Arena arena, FramePool pool) {
        return new Pipeline(
                new Stage[] {new ParseStage(pool)},
                new Stage[] {
                    new LookupStage(arena),
                    new DecideStage(),
                    new RouteStage(pool),
                    new RewriteStage(),
                    new RespondStage(pool)
                });
    }

    /** Stages for frames whose verdict stands: parse, and then who writes it. */
    public static Pipeline decidedBy(Stage decision, FramePool pool) {
        return new Pipeline(new Stage[] {new ParseStage(pool)}, new Stage[] {decision});
    }

    @Override
    public void process(Burst burst) {
        try {
            Stages.run(first, burst);
            if (burst.size > 0) {
                Stages.run(others, burst);
            }
        } catch (RuntimeException | Error e) {
            failed(burst, e);
        }
    }

    private void failed(Burst burst, Throwable error) {
        lastError.set(error);
        for (int i = 0; i < burst.size; i++) {
            Drops.drop(burst, i, BurstDrop.STAGE_ERROR);
        }
        burst.anyVerdicts = 1L << Verdict.DROP;
    }

    /** Says and forgets the most recent exception of a stage, or null. Any thread. */
    public Throwable takeLastError() {
        return lastError.take();
    }
}
