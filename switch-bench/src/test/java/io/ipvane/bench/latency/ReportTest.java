// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.bench.latency.Measurement.Late;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Phase ONE = new Phase(0, 1);
    private static final Phase LOADED = new Phase(1_000_000, 1);
    private static final long SECOND = 1_000_000_000L;

    /** Begins at 5 s. */
    private static Measurement measurement(
            Phase phase, long foreignMillis, List<Late> late, long... nanos) {
        final Histogram histogram = Measurement.empty();
        for (long each : nanos) {
            histogram.recordValue(each);
        }
        return new Measurement(
                phase,
                5 * SECOND,
                SECOND,
                nanos.length,
                nanos.length,
                0,
                0,
                0,
                late,
                Measurement.encode(histogram),
                Measurement.encode(histogram),
                new ThreadTime(0, 0, 0),
                new ThreadTime(0, 0, 0),
                new MachineTime(foreignMillis, 0));
    }

    private static Start start(String system, int round, Measurement... measurements) {
        return new Start(
                system, round, List.of(50.0, 50.0), false, List.of(measurements), List.of());
    }

    private static Start quick(String system, int round, Phase phase, long micros) {
        return start(system, round, measurement(phase, 0, List.of(), micros * 1_000));
    }

    @Test
    void shouldCompareStartsOfTheSameRound() {
        final List<Start> starts = new ArrayList<>();
        // Rounds differ by ten times, systems within a round by a fifth.
        for (int round = 0; round < 3; round++) {
            final long scale = (long) Math.pow(10, round);
            starts.add(quick("testpmd:io", round, ONE, 10 * scale));
            starts.add(quick("ipvane:zgc", round, ONE, 12 * scale));
        }
        final String verdict = new Report(starts).verdicts().getFirst();
        assertTrue(
                verdict.contains(" 1.2 (1.2-1.2) of 3 rounds") && verdict.endsWith(" met"),
                verdict);
    }

    @Test
    void shouldJudgeTheLoadedTailByItsDistanceToTheTailOfTestpmd() {
        assertVerdict(115, " missed");
        assertVerdict(90, " met");
        assertVerdict(60, "aim met");
    }

    private static void assertVerdict(long micros, String expected) {
        final String verdict =
                new Report(
                                List.of(
                                        quick("testpmd:io", 0, LOADED, 55),
                                        quick("ipvane:zgc", 0, LOADED, micros)))
                        .verdicts()
                        .getFirst();
        assertTrue(verdict.endsWith(expected), verdict);
    }

    @Test
    void shouldLeaveOutStartsThatOtherProgramsDisturbed() {
        final Report report =
                new Report(
                        List.of(
                                start("ipvane:zgc", 0, measurement(ONE, 51, List.of(), 900_000)),
                                quick("ipvane:zgc", 1, ONE, 2)));
        final Row median = report.rows().getFirst();
        assertEquals("p50", median.metric());
        assertEquals(1, median.runs());
        assertEquals(2.0, median.max(), 0.01);
    }

    @Test
    void shouldSayWhatLateFramesCoincideWith() {
        final Measurement measurement =
                measurement(
                        LOADED,
                        0,
                        List.of(
                                new Late(
                                        10_000_000,
                                        300_000,
                                        300,
                                        "switch:VM Thread on switch's cpu"),
                                new Late(20_000_000, 100_000, 90, "other:javac on switch's cpu"),
                                new Late(30_000_000, 25_000, 10, "")),
                        1);
        final Start start =
                new Start(
                        "ipvane:zgc",
                        0,
                        List.of(50.0, 50.0),
                        false,
                        List.of(measurement),
                        List.of(new Pause("G1", 5 * SECOND + 10_500_000, 300_000)));
        final Causes causes = new Causes();
        causes.add(start, measurement);
        assertEquals(
                Map.of("pause:G1", 300L, "other:javac on switch's cpu", 90L, "unseen", 10L),
                causes.frames());
    }
}
