// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.bench.harness.ReferenceSwitch;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Which part of an iteration the measured thread had its CPU. JMH divides by the time of the wall;
 * what else runs on the machine, the JVM's compiler for one, would be the benchmark's fault.
 *
 * <p>{@link #begin} and {@link #end} by the measured thread, the profiler by JMH's, after that.
 */
public final class CpuShare implements InternalProfiler {
    /** Name of the secondary result, 0 to 1. */
    static final String RESULT = "cpu.share";

    private static volatile double share = 1;
    private static long wallBefore;
    private static long cpuBefore;

    static void begin() {
        wallBefore = System.nanoTime();
        cpuBefore = ReferenceSwitch.threadNanos();
    }

    static void end() {
        final double cpu = ReferenceSwitch.threadNanos() - cpuBefore;
        share = Math.min(1, cpu / (System.nanoTime() - wallBefore));
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        share = 1;
    }

    @Override
    public Collection<ScalarResult> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        return List.of(new ScalarResult(RESULT, share, "", AggregationPolicy.AVG));
    }

    @Override
    public String getDescription() {
        return "share of the time that the measured thread had its CPU";
    }
}
