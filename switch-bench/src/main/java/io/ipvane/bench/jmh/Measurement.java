// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;

/** One benchmark of a case, measured in every round; scores are millions a second of CPU time. */
final class Measurement {
    private static final String BYTES_PER_OPERATION = "gc.alloc.rate.norm";
    private static final String MEGABYTES_A_SECOND = "gc.alloc.rate";
    private static final double MEGABYTE = 1 << 20;
    private static final double MILLION = 1e6;

    /** What JMH allocates in an iteration at most; 10 KiB were seen. */
    private static final double JMH_BYTES = 1 << 15;

    /** Nanoseconds in the microsecond by which JMH divides everything. */
    private static final double NANOS = 1e3;

    private final String method;
    private final List<Double> rounds = new ArrayList<>();
    private final List<Double> errors = new ArrayList<>();
    private double bytes = Double.MAX_VALUE;
    private double profiled = Double.MAX_VALUE;

    private Measurement(String method) {
        this.method = method;
    }

    /** The results of all rounds; frames by the time of lcores, where a switch was running. */
    static Measurement of(String method, List<RunResult> results) {
        return of(method, results, Measurement::score);
    }

    /** What the benchmark's thread told a running switch, by the time of the wall. */
    static Measurement ofThread(String method, List<RunResult> results) {
        return of(method, results, i -> i.getPrimaryResult().getScore());
    }

    /** The same by the time of the conductor. */
    static Measurement ofConductor(String method, List<RunResult> results) {
        return of(
                method,
                results,
                i -> i.getPrimaryResult().getScore() / (secondary(i, Frames.CONDUCTOR) / NANOS));
    }

    private static Measurement of(
            String method, List<RunResult> results, ToDoubleFunction<IterationResult> score) {
        final Measurement measurement = new Measurement(method);
        results.forEach(result -> measurement.add(result, score));
        return measurement;
    }

    private void add(RunResult result, ToDoubleFunction<IterationResult> score) {
        final List<Double> scores = new ArrayList<>();
        for (BenchmarkResult fork : result.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                scores.add(score.applyAsDouble(iteration));
                profiled = Math.min(profiled, profiled(iteration));
                bytes = Math.min(bytes, profiled(iteration) * shareOfBenchmark(iteration));
            }
        }
        rounds.add(median(scores));
        errors.add((Collections.max(scores) - Collections.min(scores)) / 2);
    }

    private static double score(IterationResult iteration) {
        return hasFrames(iteration)
                ? secondary(iteration, Frames.FRAMES) / (secondary(iteration, Frames.LCORE) / NANOS)
                : iteration.getPrimaryResult().getScore() / secondary(iteration, CpuShare.RESULT);
    }

    private static double profiled(IterationResult iteration) {
        return hasFrames(iteration)
                ? secondary(iteration, MEGABYTES_A_SECOND)
                        * MEGABYTE
                        / (MILLION * secondary(iteration, Frames.FRAMES))
                : secondary(iteration, BYTES_PER_OPERATION);
    }

    /** JMH counts what it allocates itself to start and end an iteration. */
    private static double shareOfBenchmark(IterationResult iteration) {
        final double seconds =
                iteration.getParams().getTime().convertTo(TimeUnit.MILLISECONDS) / 1e3;
        final double all = secondary(iteration, MEGABYTES_A_SECOND) * MEGABYTE * seconds;
        return Math.max(0, 1 - JMH_BYTES / all);
    }

    private static boolean hasFrames(IterationResult iteration) {
        return iteration.getSecondaryResults().containsKey(Frames.FRAMES);
    }

    private static double secondary(IterationResult iteration, String name) {
        return iteration.getSecondaryResults().get(name).getScore();
    }

    /** Name of the benchmark, which tells what is counted. */
    String method() {
        return method;
    }

    /** The median of the iterations of each round. */
    List<Double> rounds() {
        return List.copyOf(rounds);
    }

    /** The median of the rounds. */
    double score() {
        return median(rounds);
    }

    /** Half of the distance from the least to the greatest iteration: the median of the rounds. */
    double error() {
        return median(errors);
    }

    /** Allocated on the heap by an operation: the least of all iterations, less what JMH does. */
    double bytes() {
        return bytes;
    }

    /** What JMH's profiler says of that: the least of all iterations. */
    double profiledBytes() {
        return profiled;
    }

    /** How much faster this is than another, measured in turn with it: the median of the rounds. */
    double ratio(Measurement other) {
        final List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < rounds.size(); i++) {
            ratios.add(rounds.get(i) / other.rounds.get(i));
        }
        return median(ratios);
    }

    private static double median(List<Double> values) {
        final double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
