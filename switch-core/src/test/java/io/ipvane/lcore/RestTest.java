// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.linux.ReadySet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long an lcore without queues sleeps, which nothing but the bell wakes. */
class RestTest {
    /** More turns than it spins and yields. */
    private static final int TURNS = 300;

    private final ReadySet ready = new ReadySet();
    private boolean settled = true;
    private int sleeps;
    private final Rest rest = new Rest(ready, new RxQueues(), () -> settled, () -> sleeps++);

    @AfterEach
    void close() {
        ready.close();
    }

    /** Nanoseconds of one sleep, of which there was at least one before. */
    private long slept() {
        final long begun = System.nanoTime();
        rest.idle(0);
        return System.nanoTime() - begun;
    }

    private void fallAsleep() {
        settled = false;
        for (int i = 0; i < TURNS; i++) {
            rest.idle(0);
        }
        settled = true;
    }

    @Test
    void shouldSleepUntilSomebodyRings() {
        fallAsleep();
        assertTrue(slept() > Rest.AWAIT_NANOS / 2);
        rest.wake();
        rest.wake();
        assertTrue(slept() < Rest.AWAIT_NANOS / 2, "rung before it slept");
        assertTrue(slept() > Rest.AWAIT_NANOS / 2, "rung twice, and woken once");
    }

    /** Turns that spin or yield are no sleeps. */
    @Test
    void shouldSayThatASleepHasEnded() {
        for (int i = 0; i < TURNS / 2; i++) {
            rest.idle(0);
        }
        assertEquals(0, sleeps);
        fallAsleep();
        final int before = sleeps;
        rest.wake();
        rest.idle(0);
        assertEquals(before + 1, sleeps);
    }

    /** Its own report may be what another lcore waits for. */
    @Test
    void shouldSleepShortlyWhileAnEpochIsNotOver() {
        fallAsleep();
        settled = false;
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            shortest = Math.min(shortest, slept());
        }
        assertTrue(shortest < Rest.AWAIT_NANOS / 2);
    }

    @Test
    void shouldNotSleepOnceItIsToEnd() {
        fallAsleep();
        rest.end();
        assertTrue(slept() < Rest.AWAIT_NANOS / 2);
    }
}
