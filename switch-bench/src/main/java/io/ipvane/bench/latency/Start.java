// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.util.List;

/**
 * One start of one system, and what was seen of it.
 *
 * @param round systems of one round ran one after the other
 * @param placement nanoseconds for a cache line from one CPU to the other, before and after
 * @param pauses of the JVM, from its start to its end
 */
public record Start(
        String system,
        int round,
        List<Double> placement,
        boolean hugepages,
        List<Measurement> measurements,
        List<Pause> pauses) {
    /** What was seen in one phase, or null. */
    Measurement in(Phase phase) {
        return measurements.stream().filter(m -> m.phase().equals(phase)).findFirst().orElse(null);
    }

    /** Pauses while a phase ran. */
    List<Pause> pausesIn(Measurement measurement) {
        final long end = measurement.start() + measurement.nanos();
        return pauses.stream().filter(p -> p.meets(measurement.start(), end)).toList();
    }
}
