// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;

/** One row of {@code latency.json}; the names of the components are its keys. */
public record Row(
        String scenario,
        String system,
        String metric,
        String unit,
        double median,
        double min,
        double max,
        int runs,
        String bottleneck) {
    private static final MathContext DIGITS = new MathContext(4);

    /** Of one value a start. */
    static Row of(
            String scenario,
            String system,
            String metric,
            String unit,
            double[] values,
            String bottleneck) {
        return new Row(
                scenario,
                system,
                metric,
                unit,
                rounded(median(values)),
                rounded(Arrays.stream(values).min().orElseThrow()),
                rounded(Arrays.stream(values).max().orElseThrow()),
                values.length,
                bottleneck);
    }

    /** The lower of the middle two where their number is even. */
    static double median(double[] values) {
        final double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(sorted.length - 1) / 2];
    }

    /** Metric, median and range, for people. */
    String range() {
        return metric + " " + median + " (" + min + "-" + max + ")";
    }

    private static double rounded(double value) {
        return new BigDecimal(value).round(DIGITS).doubleValue();
    }
}
