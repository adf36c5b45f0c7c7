// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** One benchmark of a case, measured in every round; scores are millions a second of CPU time. */
final class Measurement {
    private static final String BYTES_PER_OPERATION = "gc.alloc.rate.norm";
    private static final String MEGABYTES_A_SECOND = "gc.alloc.rate";
    private static final double MEGABYTE = 1 << 20;
    private static final double MILLION = 1e6;

    private final String method;
    private final List<Double> rounds = new ArrayList<>();
    private final List<Double> errors = new ArrayList<>();
    private double bytes = Double.MAX_VALUE;

    private Measurement(String method) {
        this.method = method;
    }

    /** The results of all rounds; frames, where those that others forwarded are counted. */
    static Measurement of(String method, List<RunResult> results) {
        final Measurement measurement = new Measurement(method);
        results.forEach(result -> measurement.add(result, true));
        return measurement;
    }

    /** What the benchmark's own thread did, even so. */
    static Measurement ofThread(String method, List<RunResult> results) {
        final Measurement measurement = new Measurement(method);
        results.forEach(result -> measurement.add(result, false));
        return measurement;
    }

    private void add(RunResult result, boolean frames) {
        final List<Double> scores = new ArrayList<>();
        for (BenchmarkResult fork : result.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                final Map<String, ? extends Result<?>> others = secondary(iteration);
                final Result<?> counted = others.get(Frames.RESULT);
                if (counted != null && frames) {
                    final double score = counted.getScore();
                    scores.add(score);
                    bytes =
                            Math.min(
                                    bytes,
                                    others.get(MEGABYTES_A_SECOND).getScore()
                                            * MEGABYTE
                                            / (MILLION * score));
                } else {
                    scores.add(
                            iteration.getPrimaryResult().getScore()
                                    / others.get(CpuShare.RESULT).getScore());
                    bytes = Math.min(bytes, others.get(BYTES_PER_OPERATION).getScore());
                }
            }
        }
        rounds.add(median(scores));
        errors.add((Collections.max(scores) - Collections.min(scores)) / 2);
    }

    @SuppressWarnings({"rawtypes", "unchecked"}) // JMH's own types are raw.
    private static Map<String, ? extends Result<?>> secondary(IterationResult result) {
        return (Map) result.getSecondaryResults();
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

    /** Allocated on the heap by an operation, the least of all iterations: more is JMH's own. */
    double bytes() {
        return bytes;
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
