// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import io.ipvane.bench.latency.Series.Sample;
import org.HdrHistogram.Histogram;

/** Which frames are looked at, and which starts are good enough for that. */
enum View {
    /** Every frame, of starts beside which other programs hardly ran. */
    EVERY("every frame", "") {
        @Override
        boolean accepts(Sample sample) {
            return sample.measurement().undisturbed();
        }

        @Override
        Histogram of(Sample sample) {
            return sample.all();
        }
    },
    /** Frames that nobody from outside disturbed, of starts with enough of them. */
    QUIET("quiet", "_quiet") {
        @Override
        boolean accepts(Sample sample) {
            return sample.disturbed() <= 0.5;
        }

        @Override
        Histogram of(Sample sample) {
            return sample.quiet();
        }
    };

    private final String title;
    private final String suffix;

    View(String title, String suffix) {
        this.title = title;
        this.suffix = suffix;
    }

    String title() {
        return title;
    }

    /** Of the names of metrics. */
    String suffix() {
        return suffix;
    }

    /** Whether a start can be judged by these frames. */
    abstract boolean accepts(Sample sample);

    abstract Histogram of(Sample sample);

    double micros(Sample sample, double percentile) {
        return of(sample).getValueAtPercentile(percentile) / 1e3;
    }
}
