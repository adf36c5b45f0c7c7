// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import io.ipvane.bench.latency.Measurement.Late;
import io.ipvane.bench.latency.Measurement.Span;
import java.util.List;

/**
 * Where late frames lie on the time axis: in or just after a pause of the JVM, else in or just
 * after a time in which the generator stood still, else neither: the switch's thread was not on its
 * CPU, or the host took the CPU away, or it was slow.
 *
 * @param inPause frames
 * @param inStall frames
 * @param elsewhere frames
 */
public record Causes(long inPause, long inStall, long elsewhere) {
    /** Nothing was late. */
    static final Causes NONE = new Causes(0, 0, 0);

    /** Sorts the late frames of one phase of one start. */
    static Causes of(Start start, Measurement measurement) {
        final List<Pause> pauses = start.pausesIn(measurement);
        long inPause = 0;
        long inStall = 0;
        long elsewhere = 0;
        for (Late late : measurement.late()) {
            // What was due before a stop and had not come back yet is as late as what came after.
            final long from = late.offset() - Measurement.LATE_NANOS;
            final long to = late.offset() + Measurement.WINDOW_NANOS + late.worst();
            final long zero = measurement.start();
            if (pauses.stream().anyMatch(p -> p.meets(zero + from, zero + to))) {
                inPause += late.frames();
            } else if (stalled(measurement.stalls(), from, to)) {
                inStall += late.frames();
            } else {
                elsewhere += late.frames();
            }
        }
        return new Causes(inPause, inStall, elsewhere);
    }

    /** Only a stall that is itself late makes frames late. */
    private static boolean stalled(List<Span> stalls, long from, long to) {
        return stalls.stream()
                .anyMatch(s -> s.length() >= Measurement.LATE_NANOS && s.meets(from, to));
    }

    Causes plus(Causes other) {
        return new Causes(
                inPause + other.inPause, inStall + other.inStall, elsewhere + other.elsewhere);
    }

    long all() {
        return inPause + inStall + elsewhere;
    }

    @Override
    public String toString() {
        return all() == 0
                ? "no late frame"
                : "%d late frames: pause %d %%, generator %d %%, elsewhere %d %%"
                        .formatted(all(), share(inPause), share(inStall), share(elsewhere));
    }

    private long share(long of) {
        return Math.round(100.0 * of / all());
    }
}
