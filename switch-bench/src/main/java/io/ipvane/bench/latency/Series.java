// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/** Every start of one system in one phase. */
record Series(String system, Phase phase, List<Sample> samples) {
    /**
     * What was seen of one start, its histograms unpacked.
     *
     * @param all every frame
     * @param quiet those that nobody from outside disturbed
     */
    record Sample(Start start, Measurement measurement, Histogram all, Histogram quiet) {
        static Sample of(Start start, Measurement measurement) {
            return new Sample(
                    start,
                    measurement,
                    Measurement.decode(measurement.histogram()),
                    Measurement.decode(measurement.quiet()));
        }

        /** Share of frames that others disturbed. */
        double disturbed() {
            return 1 - (double) quiet.getTotalCount() / Math.max(1, all.getTotalCount());
        }

        Causes causes() {
            final Causes causes = new Causes();
            causes.add(start, measurement);
            return causes;
        }
    }

    static Series of(List<Start> starts, String system, Phase phase) {
        return new Series(
                system,
                phase,
                starts.stream()
                        .filter(s -> s.system().equals(system) && s.in(phase) != null)
                        .map(s -> Sample.of(s, s.in(phase)))
                        .toList());
    }

    /** Those that meet a condition. */
    Series where(Predicate<Sample> condition) {
        return new Series(system, phase, samples.stream().filter(condition).toList());
    }

    boolean isEmpty() {
        return samples.isEmpty();
    }

    double[] each(ToDoubleFunction<Sample> value) {
        return samples.stream().mapToDouble(value).toArray();
    }

    double median(ToDoubleFunction<Sample> value) {
        return Row.median(each(value));
    }

    /** All starts in one. */
    Histogram merged(View view) {
        final Histogram sum = Measurement.empty();
        samples.forEach(s -> sum.add(view.of(s)));
        return sum;
    }

    Causes causes() {
        final Causes causes = new Causes();
        samples.forEach(s -> causes.add(s.start(), s.measurement()));
        return causes;
    }

    /** Compares two starts. */
    interface Comparison {
        double of(Sample ours, Sample theirs);
    }

    /** The comparison of every round that both have. */
    double[] against(Series theirs, Comparison comparison) {
        return samples.stream()
                .map(
                        ours ->
                                theirs.samples.stream()
                                        .filter(t -> t.start.round() == ours.start.round())
                                        .findFirst()
                                        .map(t -> comparison.of(ours, t))
                                        .orElse(null))
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .toArray();
    }
}
