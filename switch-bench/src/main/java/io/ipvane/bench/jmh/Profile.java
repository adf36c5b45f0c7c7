// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How long to measure.
 *
 * @param rounds how often each case is measured; a ratio is the median of as many
 * @param parameters values of parameters in place of those that the benchmarks name
 */
record Profile(
        int warmUps, int iterations, int millis, int rounds, Map<String, List<String>> parameters) {
    /** Everything within ten minutes. */
    static final Profile QUICK = new Profile(5, 5, 160, 1, Map.of());

    /** Everything three times, and the whole switch with full tables too: an hour and a half. */
    static final Profile FULL =
            new Profile(4, 5, 500, 3, Map.of("addresses", List.of("1000", "65536", "1000000")));

    /** The values of a parameter, given those that the benchmark names. */
    List<String> values(String parameter, List<String> named) {
        return parameters.getOrDefault(parameter, named);
    }

    ChainedOptionsBuilder apply(ChainedOptionsBuilder options) {
        return options.forks(1)
                .warmupIterations(warmUps)
                .warmupTime(TimeValue.milliseconds(millis))
                .measurementIterations(iterations)
                .measurementTime(TimeValue.milliseconds(millis));
    }
}
