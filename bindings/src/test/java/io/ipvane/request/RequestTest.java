// SPDX-License-Identifier: Apache-2.0
package io.ipvane.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Work is done once and waited for, or never. */
class RequestTest {
    private static final long LONG = TimeUnit.MINUTES.toNanos(1);
    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(1);

    private final AtomicInteger runs = new AtomicInteger();
    private final Request<Integer> request = new Request<>(runs::incrementAndGet);

    @Test
    void shouldAnswerWhatTheWorkSaid() {
        request.run();
        assertTrue(request.finish(0));
        assertEquals(1, request.answer());
    }

    @Test
    void shouldNeverRunWhatWasNotBegunInTime() {
        assertFalse(request.finish(SHORT));
        request.run();
        assertEquals(0, runs.get());
        assertFalse(request.isDone());
        assertThrows(IllegalStateException.class, request::answer);
    }

    @Test
    void shouldTakeTheWorkBackWhenTheAskerIsInterrupted() {
        Thread.currentThread().interrupt();
        assertFalse(request.finish(LONG));
        assertTrue(Thread.interrupted());
        request.run();
        assertEquals(0, runs.get());
    }

    @Test
    void shouldWaitForTheEndOfWhatHasBegunEvenWhenInterrupted() throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);
        final Request<Void> slow =
                Request.of(
                        () -> {
                            begun.countDown();
                            awaitQuietly(release);
                            runs.incrementAndGet();
                        });
        final Thread worker = new Thread(slow::run);
        worker.start();
        begun.await();
        final AtomicInteger seen = new AtomicInteger(-1);
        final Thread asker =
                new Thread(
                        () -> {
                            if (slow.finish(SHORT) && Thread.currentThread().isInterrupted()) {
                                seen.set(runs.get());
                            }
                        });
        asker.start();
        asker.interrupt();
        asker.join(20);
        assertTrue(asker.isAlive());
        release.countDown();
        asker.join();
        worker.join();
        assertEquals(1, seen.get());
    }

    @Test
    void shouldGiveTheAskerTheExceptionOfTheWork() {
        final IllegalArgumentException why = new IllegalArgumentException("no");
        final Request<Void> failing =
                Request.of(
                        () -> {
                            throw why;
                        });
        failing.run();
        assertTrue(failing.finish(0));
        assertSame(why, assertThrows(IllegalArgumentException.class, failing::answer));
    }

    /** Whoever is first: afterwards both agree whether the work was done. */
    @RepeatedTest(200)
    void shouldAgreeWhetherTheWorkWasDone() throws Exception {
        final Thread worker = new Thread(request::run);
        worker.start();
        final boolean withdrawn = request.withdraw();
        worker.join();
        assertEquals(withdrawn ? 0 : 1, runs.get());
        assertEquals(!withdrawn, request.isDone());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
