// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Turns of an lcore on the test's thread: what they count, and what is done between them. */
class LcoreAgentTest {
    private final List<String> calls = new ArrayList<>();
    private final FakeRole first = new FakeRole("first");
    private final FakeRole second = new FakeRole("second");
    private final LcoreAgent agent = new LcoreAgent("lcore-7", 7, new LcoreRole[] {first, second});

    private final class FakeRole implements LcoreRole {
        private final String name;
        private int work;
        private RuntimeException failure;

        FakeRole(String name) {
            this.name = name;
        }

        @Override
        public int doWork() {
            calls.add(name);
            if (failure != null) {
                throw failure;
            }
            return work;
        }

        @Override
        public void close() {
            calls.add(name + " closed");
        }
    }

    @Test
    void shouldTurnEveryRoleUpstreamFirstAndSayHowMuchTheyDid() {
        first.work = 5;
        second.work = 2;
        assertEquals(7, agent.doWork());
        assertEquals(7, agent.turn());
        assertEquals(List.of("first", "second", "first", "second"), calls);
        calls.clear();
        agent.closeRoles();
        assertEquals(List.of("first closed", "second closed"), calls);
        assertEquals("lcore-7", agent.roleName());
        assertEquals(7, agent.lcore());
    }

    @Test
    void shouldTellBusyTurnsFromIdleOnes() {
        agent.doWork();
        final long idle = agent.idleNanos();
        assertEquals(0, agent.busyNanos());
        first.work = 1;
        final long begin = System.nanoTime();
        agent.doWork();
        agent.doWork();
        final long most = System.nanoTime() - begin;
        assertEquals(idle, agent.idleNanos(), "no turn was idle since");
        assertTrue(agent.busyNanos() > 0);
        first.work = 0;
        final long busy = agent.busyNanos();
        agent.doWork();
        assertEquals(busy, agent.busyNanos());
        assertTrue(agent.idleNanos() > idle);
        assertTrue(most > 0);
    }

    /** A frame that ends a sleep must not make the sleep look like work. */
    @Test
    void shouldCountASleepAsIdleWhateverTheNextTurnFinds() throws InterruptedException {
        agent.doWork();
        final long idle = agent.idleNanos();
        Thread.sleep(20);
        agent.awoke();
        assertTrue(agent.idleNanos() - idle >= 20_000_000);
        final long begin = System.nanoTime();
        first.work = 1;
        agent.doWork();
        final long most = System.nanoTime() - begin + 10_000_000;
        assertTrue(agent.busyNanos() < most, "the sleep is no work");
    }

    @Test
    void shouldGoOnAfterAnExceptionAndKeepIt() {
        first.failure = new IllegalStateException("a defect");
        assertEquals(0, agent.doWork());
        assertSame(first.failure, agent.takeLastError());
        assertNull(agent.takeLastError());
        first.failure = null;
        second.work = 1;
        assertEquals(1, agent.doWork());
        assertNull(agent.takeLastError());
    }

    @Test
    void shouldDoWhatIsAskedOnTheThreadOfWhoAsksWhereItDoesNotRun() {
        final AtomicReference<Thread> by = new AtomicReference<>();
        assertFalse(agent.ran());
        agent.execute(() -> by.set(Thread.currentThread()));
        assertSame(Thread.currentThread(), by.get());
        agent.started().completeExceptionally(new IllegalStateException("no such CPU"));
        assertFalse(agent.ran());
        by.set(null);
        agent.execute(() -> by.set(Thread.currentThread()));
        assertSame(Thread.currentThread(), by.get());
        agent.onClose();
        assertEquals(List.of(), calls, "whoever could not start it closes its roles");
    }

    /** The test's thread is the lcore's here. */
    @Test
    void shouldDoWhatIsAskedBetweenTwoTurnsOfItsOwn() {
        agent.started().complete(null);
        assertTrue(agent.ran());
        final AtomicReference<Thread> by = new AtomicReference<>();
        final CompletableFuture<Void> woken = new CompletableFuture<>();
        agent.wakeBy(() -> woken.complete(null));
        final CompletableFuture<Void> asked =
                CompletableFuture.runAsync(
                        () -> agent.execute(() -> by.set(Thread.currentThread())));
        woken.join();
        while (!asked.isDone()) {
            agent.doWork();
        }
        asked.join();
        assertSame(Thread.currentThread(), by.get());
        by.set(null);
        agent.doWork();
        assertNull(by.get(), "once");
    }
}
