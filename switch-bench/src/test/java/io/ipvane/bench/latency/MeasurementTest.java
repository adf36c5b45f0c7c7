// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.bench.latency.Measurement.Late;
import io.ipvane.bench.latency.Measurement.Span;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** From what the loop in C leaves to what is kept of it. */
class MeasurementTest {
    private static final Phase MPPS = new Phase(1_000_000, 1);
    private static final ThreadTime NO_TIME = new ThreadTime(0, 0, 0);

    private static Measurement measured(Phase phase, long[] stalls, int... latencies) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, 18);
            int received = 0;
            for (int latency : latencies) {
                received += latency == 0 ? 0 : 1;
            }
            final long[] results = {1_000, latencies.length, received, 0, 0, stalls.length / 2, 0};
            for (int i = 0; i < results.length; i++) {
                out.setAtIndex(ValueLayout.JAVA_LONG, 11 + i, results[i]);
            }
            return Measurement.of(
                    phase,
                    new FrameClock.Raw(
                            out.address(),
                            arena.allocateFrom(ValueLayout.JAVA_INT, latencies),
                            arena.allocateFrom(ValueLayout.JAVA_LONG, stalls)),
                    NO_TIME,
                    NO_TIME,
                    new MachineTime(0, 0));
        }
    }

    @Test
    void shouldGiveThePercentilesOfAllFrames() {
        final int[] latencies = new int[10_000];
        for (int i = 0; i < latencies.length; i++) {
            latencies[i] = i + 1;
        }
        final Histogram histogram = measured(MPPS, new long[0], latencies).decoded();
        assertEquals(10_000, histogram.getTotalCount());
        assertEquals(5_000.0, (double) histogram.getValueAtPercentile(50), 5);
        assertEquals(9_999.0, (double) histogram.getValueAtPercentile(99.99), 10);
    }

    @Test
    void shouldCountALostFrameAsLateAsItWasWaitedFor() {
        final Measurement measured = measured(MPPS, new long[0], 800, 0, 800, 800);
        assertEquals(3, measured.received());
        assertEquals(4, measured.decoded().getTotalCount());
        assertTrue(measured.decoded().getMaxValue() >= FrameClock.PATIENCE_NANOS);
    }

    @Test
    void shouldKeepTheMillisecondsInWhichLateFramesWereDueAtAFixedRate() {
        final int[] latencies = new int[3_000];
        java.util.Arrays.fill(latencies, 900);
        latencies[10] = 25_000;
        latencies[11] = 30_000;
        latencies[2_999] = 20_000;
        assertEquals(
                List.of(new Late(0, 30_000, 2), new Late(2_000_000, 20_000, 1)),
                measured(MPPS, new long[0], latencies).late());
    }

    @Test
    void shouldPlaceOneFrameInFlightBehindThoseBeforeIt() {
        assertEquals(
                List.of(new Late(0, 1_500_000, 1), new Late(1_000_000, 40_000, 1)),
                measured(new Phase(0, 1), new long[0], 500, 1_500_000, 600, 40_000).late());
    }

    @Test
    void shouldKeepStallsOfTheGenerator() {
        assertEquals(
                List.of(new Span(7_000, 6_000), new Span(90_000, 50_000)),
                measured(MPPS, new long[] {7_000, 6_000, 90_000, 50_000}, 900).stalls());
    }
}
