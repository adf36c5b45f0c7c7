// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.util.Collections;
import java.util.List;

/**
 * What one system did in one scenario, start by start.
 *
 * @param values one a start
 * @param placement nanoseconds between the two CPUs around each start; empty where one CPU did all
 * @param bottleneck what kept it from doing more
 */
public record Series(
        String scenario,
        String system,
        String metric,
        String unit,
        List<Double> values,
        List<Double> placement,
        String bottleneck) {
    /** The median of values; the lower of the middle two where their number is even. */
    static double median(List<Double> values) {
        return values.stream().sorted().toList().get((values.size() - 1) / 2);
    }

    /** As it is written to peers.json. */
    Row row() {
        return new Row(
                scenario,
                system,
                metric,
                unit,
                Row.rounded(median(values)),
                Row.rounded(Collections.min(values)),
                Row.rounded(Collections.max(values)),
                values.size(),
                bottleneck);
    }
}
