// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Two systems in one scenario, and what is asked of the ratio between them.
 *
 * @param better how the ratio is taken, so that more is better for us
 * @param note what the peer does more or less than we do
 */
public record Comparison(
        String title, Series ours, Series theirs, Better better, Target target, String note) {
    /** Two starts whose CPUs were further apart than this, one to the other, say nothing. */
    private static final double SAME_PLACEMENT = 1.5;

    /** Which way a metric points. */
    public enum Better {
        HIGHER,
        LOWER
    }

    /** Where more is better. */
    public static Comparison ofRates(
            String title, Series ours, Series theirs, Target target, String note) {
        return new Comparison(title, ours, theirs, Better.HIGHER, target, note);
    }

    /**
     * Ours over theirs, start by start; only of starts under equal placement, unless there are
     * none.
     */
    List<Double> ratios() {
        final int pairs = Math.min(ours.values().size(), theirs.values().size());
        final List<Double> equal =
                IntStream.range(0, pairs).filter(this::equal).mapToObj(this::ratio).toList();
        return equal.isEmpty() ? IntStream.range(0, pairs).mapToObj(this::ratio).toList() : equal;
    }

    private boolean equal(int i) {
        if (ours.placement().isEmpty() || theirs.placement().isEmpty()) {
            return true;
        }
        final double a = ours.placement().get(i);
        final double b = theirs.placement().get(i);
        return Math.max(a, b) <= SAME_PLACEMENT * Math.min(a, b);
    }

    private double ratio(int i) {
        final double ratio = ours.values().get(i) / theirs.values().get(i);
        return better == Better.HIGHER ? ratio : 1 / ratio;
    }

    /** The median of {@link #ratios}. */
    double ratio() {
        return Series.median(ratios());
    }

    /** "met", "aim met", "missed", or empty. */
    String verdict() {
        return target.verdict(ratio());
    }

    /** Lowest and highest ratio, and of how many pairs. */
    String range() {
        final List<Double> ratios = ratios();
        return "%.2f-%.2f of %d"
                .formatted(Collections.min(ratios), Collections.max(ratios), ratios.size());
    }
}
