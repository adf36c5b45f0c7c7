// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.IdleMode;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.PortCounter;
import io.ipvane.snapshot.Quiescence;
import io.ipvane.testing.Frames;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Single turns of the lcores of each plan: what they say they did, and which epochs they report.
 */
class TurnsTest {
    private static final byte[] TO_C1 = Frames.udp4().build();

    private final Rig rig = new Rig();
    private final MemorySegment trails = rig.arena.allocate(Trails.BYTES, 8);

    @AfterEach
    void nothingLeaks() {
        rig.close();
    }

    private TopologyRunner runner(ThreadPlan plan) {
        rig.addresses.put4(Rig.WIRE, 0x0A00000B, Rig.C1);
        return new TopologyRunner(
                ThreadTopology.of(
                        plan,
                        IdleMode.BACKOFF,
                        plan == ThreadPlan.PIPELINE ? List.of(4, 5, 6) : List.of(4)),
                rig.devices,
                rig.pool,
                rig.counters,
                rig.publisher,
                rig.mailboxes,
                rig.arena,
                new Trails(trails));
    }

    /** Three frames of the wire, and one of the conductor that is finished. */
    private void work() {
        for (int i = 0; i < 3; i++) {
            rig.devices[Rig.WIRE].inject(TO_C1);
        }
        finished();
    }

    private void finished() {
        rig.mailbox.toLcore().finished(Rig.C2, rig.pool.frame(TO_C1));
    }

    /** Frames for a role that has them in its hands, a burst for one behind a ring. */
    @ParameterizedTest
    @CsvSource({"RUN_TO_COMPLETION, 4", "SHARED, 5", "PIPELINE, 6"})
    void shouldSayHowMuchATurnDid(ThreadPlan plan, int worked) {
        try (TopologyRunner runner = runner(plan)) {
            assertEquals(0, runner.step());
            work();
            assertEquals(worked, runner.step());
            assertEquals(3, rig.sent(Rig.C1));
            assertEquals(1, rig.sent(Rig.C2));
            assertEquals(3, rig.counters.sum(Rig.WIRE, PortCounter.RECEIVE_PACKETS_COLUMN));
            assertEquals(
                    3L * TO_C1.length,
                    rig.counters.sum(Rig.WIRE, PortCounter.RECEIVE_BYTES_COLUMN));
            assertEquals(0, runner.step());
        }
    }

    @Test
    void shouldPassABurstFromLcoreToLcore() {
        try (TopologyRunner runner = runner(ThreadPlan.PIPELINE)) {
            work();
            assertEquals(3, runner.step(0));
            assertEquals(1, runner.step(1));
            assertEquals(0, rig.sent(Rig.C1));
            assertEquals(2, runner.step(2));
            assertEquals(3, rig.sent(Rig.C1));
            assertEquals(0, runner.step(0) + runner.step(1) + runner.step(2));
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldLetAnEpochPassWithTheTurnThatBeganAfterIt(ThreadPlan plan) {
        try (TopologyRunner runner = runner(plan)) {
            final Quiescence quiescence = runner.quiescence();
            for (boolean works : new boolean[] {false, true, false}) {
                if (works) {
                    work();
                }
                final long ticket = quiescence.retire();
                assertFalse(quiescence.passed(ticket));
                runner.step();
                assertTrue(quiescence.passed(ticket), "works: " + works);
                assertEquals(
                        List.of(quiescence.reached()),
                        runner.status().stream().map(LcoreStatus::epoch).distinct().toList());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldSendWhatTheConductorHasFinishedWhenItStopsAndHoldNoEpochBack(ThreadPlan plan) {
        final TopologyRunner runner = runner(plan);
        runner.step();
        finished();
        runner.close();
        assertEquals(1, rig.sent(Rig.C2));
        assertEquals(Long.MAX_VALUE, runner.quiescence().reached());
        finished();
        runner.close();
        assertEquals(1, rig.sent(Rig.C2), "the second time does nothing");
    }

    @Test
    void shouldSayWhatEachLcoreRuns() {
        try (TopologyRunner runner = runner(ThreadPlan.PIPELINE)) {
            assertEquals(
                    "lcore-4 4 [receive], lcore-5 5 [run], lcore-6 6 [transmit]",
                    runner.status().stream()
                            .map(s -> s.thread() + " " + s.lcore() + " " + s.roles())
                            .collect(Collectors.joining(", ")));
        }
        try (TopologyRunner runner = runner(ThreadPlan.SHARED)) {
            assertEquals(List.of("receive", "run", "transmit"), runner.status().getFirst().roles());
            assertSame(rig.devices[Rig.C1], runner.device(Rig.C1));
            assertNull(runner.device(rig.devices.length));
        }
    }

    @Test
    void shouldLeaveATrailOfWhatItDoes() {
        try (TopologyRunner runner = runner(ThreadPlan.RUN_TO_COMPLETION)) {
            assertEquals("c1", trails.getString(Trails.NAMES + 32L * Rig.C1));
            rig.devices[Rig.WIRE].inject(TO_C1);
            runner.step();
            assertEquals(1, trails.get(JAVA_LONG, Trail.BURSTS));
            assertEquals((long) Rig.WIRE << 32 | 1, trails.get(JAVA_LONG, Trail.LAST + 8));
            assertEquals(Trail.SENDING | (long) Rig.C1 << 32 | 1, trails.get(JAVA_LONG, Trail.NOW));
            runner.step();
            assertEquals(
                    Trail.RECEIVING, trails.get(JAVA_LONG, Trail.NOW) & 0xFFL << 56, "it looked");
        }
    }
}
