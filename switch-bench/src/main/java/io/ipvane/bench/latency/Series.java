// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * Every start of one system in one phase.
 *
 * @param disturbed starts left out because other programs used the CPUs
 */
record Series(String system, Phase phase, List<Sample> samples, int disturbed) {
    /** What was seen of one start, its histogram unpacked. */
    record Sample(Start start, Measurement measurement, Histogram histogram) {
        double micros(double percentile) {
            return histogram.getValueAtPercentile(percentile) / 1e3;
        }
    }

    /** Gathers them; where others have disturbed all, all are kept and said to be disturbed. */
    static Series of(List<Start> starts, String system, Phase phase) {
        final List<Sample> all = new ArrayList<>();
        final List<Sample> quiet = new ArrayList<>();
        for (Start start : starts) {
            final Measurement measurement = start.in(phase);
            if (start.system().equals(system) && measurement != null) {
                final Sample sample = new Sample(start, measurement, measurement.decoded());
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

    double medianMicros(double percentile) {
        return Row.median(each(s -> s.micros(percentile)));
    }

    /** All starts in one. */
    Histogram merged() {
        final Histogram sum = Measurement.empty();
        samples.forEach(s -> sum.add(s.histogram()));
        return sum;
    }

    Causes causes() {
        return samples.stream()
                .map(s -> Causes.of(s.start(), s.measurement()))
                .reduce(Causes.NONE, Causes::plus);
    }

    /** The sample of the same round, or null. */
    Sample ofRound(int round) {
        return samples.stream().filter(s -> s.start().round() == round).findFirst().orElse(null);
    }
}
