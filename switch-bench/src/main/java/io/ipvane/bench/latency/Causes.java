// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import io.ipvane.bench.latency.Measurement.Late;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What late frames coincide with on the time axis: a pause of the JVM, by its name; else who ran on
 * one of the two CPUs instead of its owner; else a time in which the generator stood still all the
 * same, so that the host or an interrupt had its CPU; else nothing that could be seen, which is the
 * host or an interrupt on the switch's CPU, or the switch itself.
 */
final class Causes {
    private static final int NAMED = 4;
    private static final String UNSEEN = "unseen";

    private final Map<String, Long> frames = new HashMap<>();

    /** Adds the late frames of one phase of one start. */
    void add(Start start, Measurement measurement) {
        final List<Pause> pauses = start.pausesIn(measurement);
        for (Late late : measurement.late()) {
            final long from = measurement.start() + late.offset() - Measurement.LATE_NANOS;
            final long to = from + Measurement.WINDOW_NANOS + late.worst();
            final String cause =
                    pauses.stream()
                            .filter(p -> p.length() >= Measurement.LATE_NANOS / 2)
                            .filter(p -> p.meets(from, to))
                            .findFirst()
                            .map(p -> "pause:" + p.operation())
                            .orElse(late.who().isEmpty() ? UNSEEN : late.who());
            frames.merge(cause, (long) late.frames(), Long::sum);
        }
    }

    /** Frames by cause. */
    Map<String, Long> frames() {
        return frames;
    }

    private long all() {
        return frames.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The largest, with their shares. */
    @Override
    public String toString() {
        if (frames.isEmpty()) {
            return "no frame later than 20 us";
        }
        return all()
                + " late: "
                + frames.entrySet().stream()
                        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                        .limit(NAMED)
                        .map(e -> e.getKey() + " " + Math.round(100.0 * e.getValue() / all()) + "%")
                        .collect(Collectors.joining(", "));
    }
}
