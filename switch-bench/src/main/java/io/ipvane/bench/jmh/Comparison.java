// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;

/**
 * The measurements of one case, and which is compared with which.
 *
 * @param lines one a subject, in the order of their names
 */
record Comparison(BenchCase of, List<Line> lines) {
    /**
     * A subject and its baselines by their labels.
     *
     * @param hot whether it must not allocate
     */
    record Line(Measurement subject, boolean hot, Map<String, Measurement> baselines) {}

    private static final double NOTHING = 0.01;

    /** Compares what the rounds of a case have given. */
    static Comparison of(BenchCase of, List<RunResult> results) {
        final Map<String, List<RunResult>> byMethod = new TreeMap<>();
        for (RunResult result : results) {
            final String name = result.getParams().getBenchmark();
            byMethod.computeIfAbsent(
                            name.substring(name.lastIndexOf('.') + 1), m -> new ArrayList<>())
                    .add(result);
        }
        final BenchMethods methods = new BenchMethods(of.type());
        final List<Line> lines = new ArrayList<>();
        byMethod.forEach(
                (method, rounds) -> {
                    if (methods.isSubject(method)) {
                        lines.add(line(methods, method, byMethod));
                    }
                    if (methods.hasRate(method)) {
                        lines.add(alone(Measurement.ofThread(method + ".rate", rounds)));
                        lines.add(alone(Measurement.ofConductor(method + ".conductor", rounds)));
                    }
                });
        return new Comparison(of, lines);
    }

    private static Line line(
            BenchMethods methods, String subject, Map<String, List<RunResult>> byMethod) {
        final Map<String, Measurement> baselines = new LinkedHashMap<>();
        byMethod.forEach(
                (method, rounds) ->
                        methods.labelFor(method, subject)
                                .ifPresent(
                                        label ->
                                                baselines.put(
                                                        label, Measurement.of(method, rounds))));
        return new Line(
                Measurement.of(subject, byMethod.get(subject)),
                !methods.isControlPath(subject),
                baselines);
    }

    /** What has no baseline. */
    private static Line alone(Measurement measurement) {
        return new Line(measurement, false, Map.of());
    }

    /** A sentence for each subject on the hot path that allocates. */
    List<String> allocations() {
        return lines.stream()
                .filter(line -> line.hot() && line.subject().bytes() > NOTHING)
                .map(
                        line ->
                                "%s.%s %s allocates %.3f bytes an operation; the hot path must allocate none"
                                        .formatted(
                                                of.title(),
                                                line.subject().method(),
                                                of.label(),
                                                line.subject().bytes()))
                .toList();
    }
}
