// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.bench.harness.ReferenceSwitch.Stage;
import io.ipvane.burst.Burst;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * The stages of the pipeline one at a time over the same frames, and all in turn as the switch runs
 * them, by the short way into the lanes; frames a second.
 *
 * <p>Work is cut in another way in C: its first pass also hashes and prefetches for the second, and
 * reads from the mbuf what Java has in rows since it received. So one stage alone compares roughly;
 * {@link DispatchBench} does exactly.
 */
public class StageBench {
    @Benchmark
    @OperationsPerInvocation(StageBursts.FRAMES)
    public void parse(StageBursts at) {
        for (int i = 0; i < StageBursts.BURSTS; i++) {
            at.stages.parse().process(at.bursts[i]);
        }
    }

    @Benchmark
    @Baseline(of = "parse", label = "C")
    @OperationsPerInvocation(StageBursts.FRAMES)
    public long parseC(StageBursts at) {
        return at.inC(Stage.PARSE);
    }

    @Benchmark
    @OperationsPerInvocation(StageBursts.FRAMES)
    public void lookup(StageBursts at) {
        for (int i = 0; i < StageBursts.BURSTS; i++) {
            at.stages.lookup().process(at.bursts[i]);
        }
    }

    @Benchmark
    @Baseline(of = "lookup", label = "C")
    @OperationsPerInvocation(StageBursts.FRAMES)
    public long lookupC(StageBursts at) {
        return at.inC(Stage.LOOKUP);
    }

    @Benchmark
    @OperationsPerInvocation(StageBursts.FRAMES)
    public void decide(StageBursts at) {
        for (int i = 0; i < StageBursts.BURSTS; i++) {
            at.stages.decide().process(at.bursts[i]);
        }
    }

    @Benchmark
    @Baseline(of = "decide", label = "C")
    @OperationsPerInvocation(StageBursts.FRAMES)
    public long decideC(StageBursts at) {
        return at.inC(Stage.DECIDE);
    }

    @Benchmark
    @OperationsPerInvocation(StageBursts.FRAMES)
    public void rewrite(StageBursts at) {
        for (int i = 0; i < StageBursts.BURSTS; i++) {
            at.stages.rewrite().process(at.bursts[i]);
        }
    }

    @Benchmark
    @Baseline(of = "rewrite", label = "C")
    @OperationsPerInvocation(StageBursts.FRAMES)
    public long rewriteC(StageBursts at) {
        return at.inC(Stage.REWRITE);
    }

    @Benchmark
    @OperationsPerInvocation(StageBursts.FRAMES)
    public void pipeline(StageBursts at) {
        for (int i = 0; i < StageBursts.BURSTS; i++) {
            at.stages.whole().process(at.bursts[i]);
            at.bursts[i].size = Burst.MAX;
        }
    }

    @Benchmark
    @Baseline(of = "pipeline", label = "C")
    @OperationsPerInvocation(StageBursts.FRAMES)
    public long pipelineC(StageBursts at) {
        return at.inC(Stage.ALL);
    }
}
