// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.snapshot.Quiescence;
import io.ipvane.snapshot.SnapshotPublisher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Grace ends when no role can still hold what was retired, and then it does end. */
class EpochReportTest {
    private final SnapshotPublisher publisher = new SnapshotPublisher();
    private final Quiescence quiescence = new Quiescence(publisher, 3);
    private final EpochReport receive = new EpochReport(quiescence, publisher, 0, EpochReport.HEAD);
    private final EpochReport run = new EpochReport(quiescence, publisher, 1, 0);
    private final EpochReport transmit = new EpochReport(quiescence, publisher, 2, 1);

    private void idle(EpochReport role) {
        role.begin();
        role.end(true);
    }

    private void idleAll() {
        idle(receive);
        idle(run);
        idle(transmit);
    }

    @Test
    void shouldPassAfterOneIdleTurnOfEachRoleInOrder() {
        final long ticket = quiescence.retire();
        idleAll();
        assertTrue(quiescence.passed(ticket));
    }

    /** Receive is far ahead, and a burst it took long ago still lies in the ring. */
    @Test
    void shouldNotPassWhileAnOlderBurstWaitsInTheRing() {
        idleAll();
        receive.begin();
        final long burst = publisher.epoch(); // handed to the ring
        receive.end(false);
        final long ticket = quiescence.retire();
        idle(receive);
        idle(receive);
        assertFalse(quiescence.passed(ticket), "run has not seen the burst");

        run.begin();
        run.finished(burst);
        run.end(false);
        transmit.begin();
        transmit.finished(burst);
        transmit.end(false);
        assertFalse(quiescence.passed(ticket), "the burst that is over was older");
        idle(run);
        idle(transmit);
        assertTrue(quiescence.passed(ticket));
    }

    /**
     * Run finds the ring empty, then is held up; meanwhile receive hands a burst over and reports.
     * What run reports then must be what receive had reported before.
     */
    @Test
    void shouldReportWhatTheRoleBeforeHadReportedBeforeTheRingWasFoundEmpty() {
        idleAll();
        run.begin(); // and finds the ring empty
        final long ticket = quiescence.retire();
        idle(receive);
        run.end(true);
        idle(transmit);
        assertFalse(quiescence.passed(ticket));
        idle(run);
        idle(transmit);
        assertTrue(quiescence.passed(ticket));
    }

    @Test
    void shouldLetEverythingPassOnceAllHaveLeft() {
        receive.leave();
        run.leave();
        transmit.leave();
        assertTrue(quiescence.passed(quiescence.retire()));
    }

    /**
     * Three roles on three threads, cut into steps that a seeded die interleaves: read what is
     * before, look at the ring, work, hand on, report. No burst that began before a ticket may be
     * held anywhere once the ticket has passed.
     */
    @Test
    void shouldNeverPassWhileABurstThatBeganBeforeIsHeld() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        final Role[] roles = {
            new Role(receive, null), new Role(run, null), new Role(transmit, null)
        };
        roles[1] = new Role(run, roles[0].out);
        roles[2] = new Role(transmit, roles[1].out);
        final List<Long> tickets = new ArrayList<>();
        int passed = 0;
        for (int i = 0; i < 200_000; i++) {
            if (random.nextInt(20) == 0) {
                tickets.add(quiescence.retire());
            }
            roles[random.nextInt(3)].step(random);
            long oldest = Long.MAX_VALUE;
            for (Role role : roles) {
                oldest = Math.min(oldest, role.oldest());
            }
            while (!tickets.isEmpty() && quiescence.passed(tickets.get(0))) {
                assertTrue(
                        oldest >= tickets.get(0),
                        "a burst of epoch "
                                + oldest
                                + " after ticket "
                                + tickets.get(0)
                                + ", seed "
                                + seed);
                tickets.remove(0);
                passed++;
            }
        }
        assertTrue(passed > 1_000, passed + " tickets passed, seed " + seed);
        for (int turn = 0; turn < 4; turn++) {
            for (Role role : roles) {
                role.finishTurn(random);
            }
        }
        assertEquals(publisher.epoch(), quiescence.reached());
    }

    /** One role as a machine of single steps; {@code in} null makes it the head. */
    private final class Role {
        private final EpochReport report;
        private final Queue<Long> in;
        private final Queue<Long> out = new ArrayDeque<>();
        private Long held;
        private boolean worked;
        private int at;

        Role(EpochReport report, Queue<Long> in) {
            this.report = report;
            this.in = in;
        }

        long oldest() {
            final long waiting = in == null || in.isEmpty() ? Long.MAX_VALUE : in.peek();
            return held == null ? waiting : Math.min(held, waiting);
        }

        void step(SplittableRandom random) {
            switch (at) {
                case 0 -> report.begin();
                case 1 -> {
                    if (in == null) {
                        held = random.nextBoolean() ? Long.valueOf(publisher.epoch()) : null;
                    } else {
                        held = in.peek(); // the slot is given back at the end of the turn
                    }
                    worked = held != null;
                }
                case 2 -> {
                    if (worked) {
                        report.finished(held);
                        if (this.report != transmit) {
                            out.add(held);
                        }
                        if (in != null) {
                            in.remove();
                        }
                        held = null;
                    }
                }
                default -> report.end(!worked);
            }
            at = (at + 1) % 4;
        }

        void finishTurn(SplittableRandom random) {
            do {
                if (in == null && at == 1) {
                    held = null;
                    worked = false;
                    at = 2;
                } else {
                    step(random);
                }
            } while (at != 0 || (in != null && !in.isEmpty()));
            report.begin();
            report.end(true);
        }
    }
}
