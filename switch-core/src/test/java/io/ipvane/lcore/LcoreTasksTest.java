// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What others want of an lcore is done once, by it, in its time or not at all. */
class LcoreTasksTest {
    private static final int CALLERS = 8;
    private static final int EACH = 300;
    private static final long LONG = 60_000_000_000L;

    private static void wakeNobody() {
        // The lcore looks by itself.
    }

    @Test
    void shouldDoWhatManyThreadsWantOnceEachAndInTheOrderOfEach() throws InterruptedException {
        final LcoreTasks tasks = new LcoreTasks("lcore-0", LONG);
        final AtomicBoolean stopping = new AtomicBoolean();
        final Thread lcore =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (!stopping.get()) {
                                        tasks.runAll();
                                        LockSupport.parkNanos(1_000);
                                    }
                                });
        // Written by the lcore alone: no task runs beside another.
        final int[] last = new int[CALLERS];
        final int[] done = new int[1];
        final List<Thread> wrong = new ArrayList<>();
        final List<CompletableFuture<Void>> callers = new ArrayList<>();
        for (int c = 0; c < CALLERS; c++) {
            final int caller = c;
            callers.add(
                    CompletableFuture.runAsync(
                            () -> {
                                for (int i = 1; i <= EACH; i++) {
                                    final int number = i;
                                    tasks.execute(
                                            () -> {
                                                if (Thread.currentThread() != lcore
                                                        || ++last[caller] != number) {
                                                    wrong.add(Thread.currentThread());
                                                }
                                                done[0]++;
                                            },
                                            LcoreTasksTest::wakeNobody);
                                }
                            },
                            task -> Thread.ofPlatform().start(task)));
        }
        callers.forEach(CompletableFuture::join);
        stopping.set(true);
        lcore.join();
        assertEquals(List.of(), wrong);
        assertEquals(CALLERS * EACH, done[0]);
    }

    @Test
    void shouldNeverDoWhatAnLcoreDidNotComeTo() {
        final LcoreTasks tasks = new LcoreTasks("lcore-3", 1_000_000);
        final AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
            final LcoreBusyException busy =
                    assertThrows(
                            LcoreBusyException.class,
                            () -> tasks.execute(done::incrementAndGet, LcoreTasksTest::wakeNobody));
            assertTrue(busy.getMessage().startsWith("lcore-3 has not ended its turn"));
        }
        tasks.runAll();
        assertEquals(0, done.get());
    }

    @Test
    void shouldWakeTheLcoreOnceTheTaskWaits() {
        final LcoreTasks tasks = new LcoreTasks("lcore-0", LONG);
        final AtomicInteger done = new AtomicInteger();
        tasks.execute(done::incrementAndGet, tasks::runAll);
        assertEquals(1, done.get());
    }

    @Test
    void shouldLeaveToTheCallerWhatComesAfterTheEnd() throws InterruptedException {
        final LcoreTasks tasks = new LcoreTasks("lcore-0", LONG);
        final CountDownLatch asked = new CountDownLatch(1);
        final CompletableFuture<Thread> ran = new CompletableFuture<>();
        final Thread caller =
                Thread.ofPlatform()
                        .start(
                                () ->
                                        tasks.execute(
                                                () -> ran.complete(Thread.currentThread()),
                                                asked::countDown));
        asked.await();
        assertFalse(ran.isDone());
        tasks.end();
        assertEquals(caller, ran.join());
        tasks.runAll();
    }
}
