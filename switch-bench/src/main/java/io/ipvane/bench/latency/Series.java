// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * Every start of one system in one phase.
 *
 * @param disturbed starts left out because other programs used the CPUs
 */
record Series(String system, Phase phase, List<Sample> samples, int disturbed) {
    /**
     * What was seen of one start, its histograms unpacked.
     *
     * @param all every frame
     * @param quiet those that no other program disturbed
     */
    record Sample(Start start, Measurement measurement, Histogram all, Histogram quiet) {
        static Sample of(Start start, Measurement measurement) {
            return new Sample(
                    start,
                    measurement,
                    Measurement.decode(measurement.histogram()),
                    Measurement.decode(measurement.quiet()));
        }

        double micros(double percentile) {
            return all.getValueAtPercentile(percentile) / 1e3;
        }

        double quietMicros(double percentile) {
            return quiet.getValueAtPercentile(percentile) / 1e3;
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

    /** Gathers them; where others have disturbed all, all are kept and said to be disturbed. */
    static Series of(List<Start> starts, String system, Phase phase) {
        final List<Sample> all = new ArrayList<>();
        final List<Sample> quiet = new ArrayList<>();
        for (Start start : starts) {
            final Measurement measurement = start.in(phase);
            if (start.system().equals(system) && measurement != null) {
                final Sample sample = Sample.of(start, measurement);
                all.add(sample);
                if (measurement.undisturbed()) {
                    quiet.add(sample);
                }
            }
        }
        return new Series(system, phase, quiet.isEmpty() ? all : quiet, all.size() - quiet.size());
    }

    /** Whether there is nothing to judge by. */
    boolean voided() {
        return samples.size() == disturbed;
    }

    double[] each(ToDoubleFunction<Sample> value) {
        return samples.stream().mapToDouble(value).toArray();
    }

    double median(ToDoubleFunction<Sample> value) {
        return Row.median(each(value));
    }

    /** All starts in one. */
    Histogram merged(Function<Sample, Histogram> which) {
        final Histogram sum = Measurement.empty();
        samples.forEach(s -> sum.add(which.apply(s)));
        return sum;
    }

    Causes causes() {
        final Causes causes = new Causes();
        samples.forEach(s -> causes.add(s.start(), s.measurement()));
        return causes;
    }

    /** The sample of the same round, or null. */
    Sample ofRound(int round) {
        return samples.stream().filter(s -> s.start().round() == round).findFirst().orElse(null);
    }
}
