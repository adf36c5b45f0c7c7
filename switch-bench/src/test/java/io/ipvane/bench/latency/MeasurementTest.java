// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.bench.latency.Intruder.Side;
import io.ipvane.bench.latency.Measurement.Late;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** From what the loop in C leaves to what is kept of it. */
class MeasurementTest {
    private static final Phase MPPS = new Phase(1_000_000, 1);
    private static final ThreadTime NO_TIME = new ThreadTime(0, 0, 0);

    private static Measurement measured(
            List<Intruder> onGenerator, List<Intruder> onSwitch, int... latencies) {
        return measured(MPPS, new long[0], new long[0], onGenerator, onSwitch, latencies);
    }

    private static Measurement measured(
            Phase phase,
            long[] dues,
            long[] stalls,
            List<Intruder> onGenerator,
            List<Intruder> onSwitch,
            int... latencies) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, 19);
            final long received = Arrays.stream(latencies).filter(l -> l != 0).count();
            final long[] results = {1_000, latencies.length, received, 0, 0, stalls.length / 2, 0};
            for (int i = 0; i < results.length; i++) {
                out.setAtIndex(ValueLayout.JAVA_LONG, 12 + i, results[i]);
            }
            return Measurement.of(
                    phase,
                    new FrameClock.Raw(
                            out.address(),
                            phase.rate(),
                            arena.allocateFrom(ValueLayout.JAVA_INT, latencies),
                            arena.allocateFrom(ValueLayout.JAVA_LONG, dues),
                            arena.allocateFrom(ValueLayout.JAVA_LONG, stalls)),
                    onGenerator,
                    onSwitch,
                    NO_TIME,
                    NO_TIME,
                    new MachineTime(0, 0));
        }
    }

    /** So many frames of 900 ns. */
    private static int[] frames(int count) {
        final int[] latencies = new int[count];
        Arrays.fill(latencies, 900);
        return latencies;
    }

    @Test
    void shouldGiveThePercentilesOfAllFrames() {
        final int[] latencies = new int[10_000];
        Arrays.setAll(latencies, i -> i + 1);
        final Histogram histogram =
                Measurement.decode(measured(List.of(), List.of(), latencies).histogram());
        assertEquals(10_000, histogram.getTotalCount());
        assertEquals(5_000.0, (double) histogram.getValueAtPercentile(50), 5);
        assertEquals(9_999.0, (double) histogram.getValueAtPercentile(99.99), 10);
    }

    @Test
    void shouldCountALostFrameAsLateAsItWasWaitedFor() {
        final Measurement measured = measured(List.of(), List.of(), 800, 0, 800, 800);
        final Histogram histogram = Measurement.decode(measured.histogram());
        assertEquals(3, measured.received());
        assertEquals(4, histogram.getTotalCount());
        assertTrue(histogram.getMaxValue() >= FrameClock.PATIENCE_NANOS);
    }

    @Test
    void shouldKeepTheMillisecondsInWhichLateFramesWereDueAtAFixedRate() {
        final int[] latencies = frames(3_000);
        latencies[10] = 25_000;
        latencies[11] = 30_000;
        latencies[2_999] = 20_000;
        assertEquals(
                List.of(new Late(0, 30_000, 2, ""), new Late(2_000_000, 20_000, 1, "")),
                measured(List.of(), List.of(), latencies).late());
    }

    @Test
    void shouldPlaceOneFrameInFlightWhereItWasSent() {
        final long[] dues = {0, 600, 1_600_000, 2_500_000};
        assertEquals(
                List.of(new Late(0, 1_500_000, 1, ""), new Late(2_000_000, 40_000, 1, "")),
                measured(
                                new Phase(0, 1),
                                dues,
                                new long[0],
                                List.of(),
                                List.of(),
                                500,
                                1_500_000,
                                600,
                                40_000)
                        .late());
    }

    @Test
    void shouldNameWhoRanForLongestWhereFramesWereLate() {
        final int[] latencies = frames(5_000);
        latencies[500] = 25_000;
        latencies[2_500] = 25_000;
        latencies[4_500] = 25_000;
        assertEquals(
                List.of(
                        "switch:conductor on switch's cpu",
                        "other:kdamond.0 on generator's cpu",
                        "generator stood still"),
                measured(
                                MPPS,
                                new long[0],
                                new long[] {4_510_000, 30_000},
                                List.of(
                                        new Intruder("short", Side.OTHER, 480_000, 5_000),
                                        new Intruder("kdamond.0", Side.OTHER, 2_480_000, 30_000)),
                                List.of(
                                        new Intruder("conductor", Side.SWITCH, 490_000, 15_000),
                                        new Intruder("conductor", Side.SWITCH, 2_490_000, 15_000)),
                                latencies)
                        .late()
                        .stream()
                        .map(Late::who)
                        .toList());
    }

    @Test
    void shouldTakeOutOfTheQuietFramesThoseThatAnotherProgramHeldUpAndThoseQueuedBehindThem() {
        final Intruder other = new Intruder("javac", Side.OTHER, 100_000, 200_000);
        final Measurement measured = measured(List.of(), List.of(other), frames(1_000));
        // From 100 us to 300, as long again, and 20 us; the first two overlap its begin.
        assertEquals(580.0, (double) Measurement.decode(measured.quiet()).getTotalCount(), 2);
        assertEquals(1_000, Measurement.decode(measured.histogram()).getTotalCount());
    }

    @Test
    void shouldLeaveInTheQuietFramesThoseThatTheSwitchHeldUpItself() {
        final Intruder own = new Intruder("conductor", Side.SWITCH, 100_000, 200_000);
        final Measurement measured = measured(List.of(), List.of(own), frames(1_000));
        assertEquals(1_000, Measurement.decode(measured.quiet()).getTotalCount());
    }
}
