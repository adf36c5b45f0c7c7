// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static Series series(List<Double> values, List<Double> placement) {
        return new Series("s", "x", "throughput", "Mpps", values, placement, "forwarding core");
    }

    private static Comparison rates(Series ours, Series theirs, Target target) {
        return Comparison.ofRates("t", ours, theirs, target, "");
    }

    @Test
    void shouldTakeRatiosBetweenNeighboursInTimeAndNotBetweenMedians() {
        // The machine was twice as fast during the last two starts.
        final Series ours = series(List.of(9.0, 18.0, 18.0), List.of());
        final Series theirs = series(List.of(10.0, 20.0, 10.0), List.of());
        assertEquals(List.of(0.9, 0.9, 1.8), rates(ours, theirs, Target.NONE).ratios());
        assertEquals(0.9, rates(ours, theirs, Target.NONE).ratio());
    }

    @Test
    void shouldLeaveOutStartsUnderUnequalPlacement() {
        final Series ours = series(List.of(10.0, 10.0), List.of(50.0, 50.0));
        final Series theirs = series(List.of(10.0, 2.0), List.of(60.0, 400.0));
        assertEquals(List.of(1.0), rates(ours, theirs, Target.NONE).ratios());
    }

    @Test
    void shouldTakeAllStartsWhereNoTwoHadEqualPlacement() {
        final Series ours = series(List.of(10.0, 20.0), List.of(50.0, 50.0));
        final Series theirs = series(List.of(10.0, 10.0), List.of(400.0, 400.0));
        assertEquals(List.of(1.0, 2.0), rates(ours, theirs, Target.NONE).ratios());
    }

    @Test
    void shouldTurnTheRatioWhereLessIsBetter() {
        final Comparison latency =
                new Comparison(
                        "t",
                        series(List.of(20.0), List.of()),
                        series(List.of(40.0), List.of()),
                        Comparison.Better.LOWER,
                        Target.of(1.5, 3),
                        "");
        assertEquals(2.0, latency.ratio());
        assertEquals("met", latency.verdict());
    }

    @Test
    void shouldSayWhichOfTargetAndAimWasReached() {
        assertEquals("missed", Target.of(0.9, 0.95).verdict(0.899));
        assertEquals("met", Target.of(0.9, 0.95).verdict(0.9));
        assertEquals("aim met", Target.of(0.9, 0.95).verdict(0.95));
        assertEquals("met", Target.of(0.9).verdict(5));
        assertEquals("", Target.NONE.verdict(0.1));
    }

    @Test
    void shouldRoundRowsToFourDigitsAndKeepTheirRange() {
        final Row row = series(List.of(3.14159, 1.0, 2.71828, 12345.6), List.of()).row();
        assertEquals(2.718, row.median());
        assertEquals(1.0, row.min());
        assertEquals(12350.0, row.max());
        assertEquals(4, row.runs());
    }
}
