// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import io.ipvane.bench.latency.Measurement.Late;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers late frames by the millisecond in which they were due, with who ran instead of whom.
 * Frames come in the order in which they were due.
 */
final class LateFrames {
    /** Nobody else ran on the generator's CPU, and still it stood: the host, or an interrupt. */
    private static final String STALL = "generator stood still";

    /** With both switches between threads, and caches cold after it, the shortest that is felt. */
    private static final long INTRUSION_NANOS = 2_000;

    private final List<Late> windows = new ArrayList<>();
    private final Spans onGenerator;
    private final Spans onSwitch;
    private final Spans stalls;
    private long window = -1;
    private long worst;
    private int frames;

    /**
     * @param stalls of the generator
     */
    LateFrames(List<Intruder> onGenerator, List<Intruder> onSwitch, List<Intruder> stalls) {
        this.onGenerator = new Spans(onGenerator);
        this.onSwitch = new Spans(onSwitch);
        this.stalls = new Spans(stalls);
    }

    /**
     * @param due offset, never less than the one before
     */
    void add(long due, long latency) {
        if (latency < Measurement.LATE_NANOS) {
            return;
        }
        final long at = due / Measurement.WINDOW_NANOS;
        if (at != window) {
            end();
            window = at;
        }
        worst = Math.max(worst, latency);
        frames++;
    }

    private void end() {
        if (frames > 0) {
            final long from = window * Measurement.WINDOW_NANOS;
            final long to = from + Measurement.WINDOW_NANOS + worst;
            // What was due before a stop and had not come back yet waits with what came after.
            windows.add(new Late(from, worst, frames, who(from - Measurement.LATE_NANOS, to)));
        }
        worst = 0;
        frames = 0;
    }

    private String who(long from, long to) {
        final Intruder generator = onGenerator.longest(from, to);
        final Intruder underTest = onSwitch.longest(from, to);
        if (underTest != null && (generator == null || generator.length() <= underTest.length())) {
            return underTest.label() + " on switch's cpu";
        }
        if (generator != null) {
            return generator.label() + " on generator's cpu";
        }
        return stalls.longest(from, to) != null ? STALL : "";
    }

    /** All of them; nothing may be added afterwards. */
    List<Late> windows() {
        end();
        return windows;
    }

    /** Stretches of time in order, asked about in order. */
    private static final class Spans {
        private final List<Intruder> spans;
        private int first;

        Spans(List<Intruder> spans) {
            this.spans = spans;
        }

        /** The longest that overlaps a window, or null. */
        Intruder longest(long from, long to) {
            while (first < spans.size() && spans.get(first).end() < from) {
                first++;
            }
            Intruder longest = null;
            for (int i = first; i < spans.size() && spans.get(i).offset() < to; i++) {
                final Intruder each = spans.get(i);
                if (each.meets(from, to)
                        && each.length() >= INTRUSION_NANOS
                        && (longest == null || each.length() > longest.length())) {
                    longest = each;
                }
            }
            return longest;
        }
    }
}
