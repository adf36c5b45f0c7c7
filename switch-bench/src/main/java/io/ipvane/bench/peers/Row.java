// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.math.BigDecimal;
import java.math.MathContext;

/** One row of {@code peers.json}; the names of the components are its keys. */
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

    /** To four digits: what is behind them is noise. */
    static double rounded(double value) {
        return new BigDecimal(value).round(DIGITS).doubleValue();
    }
}
