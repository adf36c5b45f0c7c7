// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.LaneOwner;
import io.ipvane.burst.LastError;
import io.ipvane.burst.Stage;
import io.ipvane.burst.StageObserver;
import io.ipvane.burst.Stages;
import io.ipvane.counters.CounterShard;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.tunnel.Encap;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * All stages in their order, from parsed bytes to verdict and finished headers. Sends and counts
 * nothing: every frame leaves with a verdict that the lcore carries out. The exception is {@link
 * CutThrough}, which only an lcore's own pipeline has.
 *
 * <p>Stages have names, and {@link #run} shows an observer what each of them does. Whoever has a
 * frame and a snapshot may do so on a thread and with a pipeline of its own.
 *
 * <p>An exception in a stage is a defect of ours, not of the frame's: the burst is dropped as
 * {@link BurstDrop#STAGE_ERROR}, the exception kept for the control plane to log, and the next
 * burst runs.
 */
public final class Pipeline implements Stage {
    /** A stage and what it is called. */
    private record Step(String name, Stage stage) {}

    /** What every burst passes. */
    private final Stage[] first;

    /** What is left of it passes these. */
    private final Stage[] others;

    /** The same stages in the same order, each alone; and their names. */
    private final Stage[][] each;

    private final String[] names;
    private final LastError lastError = new LastError();

    /**
     * Stages of one lcore.
     *
     * @param arena lives longer
     * @param pool asked only for frames that must be rearranged
     */
    public Pipeline(Arena arena, FramePool pool) {
        this(List.of(parse(pool)), all(arena, pool));
    }

    /**
     * As the other, for an lcore that transmits each burst before it runs the next: most frames are
     * sent on at once.
     *
     * @param counters of the same lcore
     */
    public Pipeline(Arena arena, FramePool pool, LaneOwner lanes, CounterShard counters) {
        this(List.of(parse(pool), cutThrough(arena, pool, lanes, counters)), all(arena, pool));
    }

    /**
     * As the other, where tunnels may end.
     *
     * @param tunnels takes what is for them out of the burst
     */
    public static Pipeline splitting(
            Arena arena,
            FramePool pool,
            LaneOwner lanes,
            CounterShard counters,
            TunnelStage tunnels) {
        return new Pipeline(
                List.of(
                        parse(pool),
                        new Step("tunnels", tunnels),
                        cutThrough(arena, pool, lanes, counters)),
                all(arena, pool));
    }

    /**
     * As the other, for one lcore of several: some frames go to another one behind parse.
     *
     * @param handOff takes those frames out of the burst
     */
    public static Pipeline handingOff(
            Arena arena,
            FramePool pool,
            LaneOwner lanes,
            CounterShard counters,
            TunnelStage tunnels,
            Stage handOff) {
        return new Pipeline(
                List.of(
                        parse(pool),
                        new Step("tunnels", tunnels),
                        new Step("hand_off", handOff),
                        cutThrough(arena, pool, lanes, counters)),
                all(arena, pool));
    }

    private static Step cutThrough(
            Arena arena, FramePool pool, LaneOwner lanes, CounterShard counters) {
        return new Step(
                "cut_through", new CutThrough(lanes, pool, new Encap(arena, pool, counters)));
    }

    /** Stages for frames that another lcore has parsed and handed to this one. */
    public static Pipeline handedIn(Arena arena, FramePool pool) {
        return new Pipeline(List.of(), all(arena, pool));
    }

    private Pipeline(List<Step> first, List<Step> others) {
        this.first = stages(first);
        this.others = stages(others);
        final List<Step> steps = new ArrayList<>(first);
        steps.addAll(others);
        each = steps.stream().map(step -> stages(List.of(step))).toArray(Stage[][]::new);
        names = steps.stream().map(Step::name).toArray(String[]::new);
    }

    private static Stage[] stages(List<Step> steps) {
        return steps.stream().map(Step::stage).toArray(Stage[]::new);
    }

    private static Step parse(FramePool pool) {
        return new Step("parse", new ParseStage(pool));
    }

    private static List<Step> all(Arena arena, FramePool pool) {
        final RemoteStage remotes = new RemoteStage(pool);
        return List.of(
                new Step("lookup", new LookupStage(arena)),
                new Step("remote", remotes::find),
                new Step("decide", new DecideStage()),
                new Step("settle", remotes::settle),
                new Step("learn", new LearnStage()),
                new Step("source", new SourceStage()),
                new Step("speak", new SpeakStage()),
                new Step("route", new RouteStage(arena, pool)),
                new Step("rewrite", new RewriteStage()),
                new Step("respond", new RespondStage(pool)),
                new Step("snoop", new SnoopStage()));
    }

    /**
     * Stages for frames that have been with the conductor because of who sent them: nobody learns
     * from them, or asks about their source, a second time.
     */
    public static Pipeline afterConductor(Arena arena, FramePool pool) {
        final List<Step> others = new ArrayList<>(all(arena, pool));
        others.removeIf(step -> step.name().equals("learn") || step.name().equals("source"));
        return new Pipeline(List.of(parse(pool)), others);
    }

    /** Stages for frames whose verdict stands: parse, and then who writes it. */
    public static Pipeline decidedBy(Stage decision, FramePool pool) {
        return new Pipeline(List.of(parse(pool)), List.of(new Step("decided", decision)));
    }

    /** The names of all stages, in their order. */
    public List<String> stages() {
        return List.of(names);
    }

    @Override
    @HotPath
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

    /**
     * As {@link #process}, and shows the burst after each stage while it is {@link Burst#whole}: to
     * see all of its way it is to be so from the beginning. A burst that a stage has failed with is
     * shown as that leaves it, dropped, and no further.
     */
    @HotPath
    public void run(Burst burst, StageObserver observer) {
        boolean sound = true;
        for (int i = 0; i < each.length && sound && burst.size > 0; i++) {
            sound = runs(each[i], burst);
            if (burst.whole) {
                observer.after(names[i], burst);
            }
        }
    }

    @HotPath
    private boolean runs(Stage[] stage, Burst burst) {
        try {
            Stages.run(stage, burst);
            return true;
        } catch (RuntimeException | Error e) {
            failed(burst, e);
            return false;
        }
    }

    @HotPath
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
