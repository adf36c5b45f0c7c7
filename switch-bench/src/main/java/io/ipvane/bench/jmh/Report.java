// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The report as JSON: the environment, and one result a benchmark and case, baselines too.
 *
 * <pre>
 * { "environment": { "cpu": ..., "commit": ... },
 *   "results": [ { "benchmark": "lookup.lookup", "params": { "family": "4", ... },
 *                  "score": 123.4, "error": 1.2, "unit": "ops/us", "bytesPerOp": 0.0, "gc.alloc.rate.norm": 0.001,
 *                  "ratios": { "C": 0.93 } },
 *                { "benchmark": "lookup.lookupC", ..., "baseline": "C" } ] }
 * </pre>
 */
final class Report {
    private static final String UNIT = "ops/us";

    private final List<Map<String, Object>> results = new ArrayList<>();

    void add(Comparison comparison) {
        final Map<String, Map<String, Object>> baselines = new LinkedHashMap<>();
        for (Comparison.Line line : comparison.lines()) {
            final Map<String, Object> subject = result(comparison.of(), line.subject());
            final Map<String, Object> ratios = new LinkedHashMap<>();
            line.baselines()
                    .forEach(
                            (label, baseline) -> {
                                ratios.put(label, line.subject().ratio(baseline));
                                final Map<String, Object> other = result(comparison.of(), baseline);
                                other.put("baseline", label);
                                baselines.put(baseline.method(), other);
                            });
            subject.put("ratios", ratios);
            results.add(subject);
        }
        results.addAll(baselines.values());
    }

    private static Map<String, Object> result(BenchCase of, Measurement measurement) {
        final Map<String, Object> result = new LinkedHashMap<>();
        result.put("benchmark", of.title() + "." + measurement.method());
        result.put("params", of.parameters());
        result.put("score", measurement.score());
        result.put("error", measurement.error());
        result.put("unit", UNIT);
        result.put("rounds", measurement.rounds());
        result.put("bytesPerOp", measurement.bytes());
        result.put("gc.alloc.rate.norm", measurement.profiledBytes());
        return result;
    }

    void write(Path file) throws IOException {
        final Map<String, Object> all = new LinkedHashMap<>();
        all.put("environment", Environment.describe());
        all.put("results", results);
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(file.toFile(), all);
    }
}
