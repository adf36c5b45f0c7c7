// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("dpdk")
class LcoreThreadTest {
    @BeforeEach
    void start() {
        TestEal.require();
    }

    private static <T> T onThread(Thread.Builder thread, Callable<T> task) throws Exception {
        final FutureTask<T> future = new FutureTask<>(task);
        thread.start(future).join();
        return future.get();
    }

    @Test
    void shouldGiveEveryThreadANumberAndTakeItBack() throws Exception {
        final int first =
                onThread(
                        Thread.ofPlatform(),
                        () -> {
                            try (LcoreThread thread = LcoreThread.register(LcoreThread.UNPINNED)) {
                                final int other =
                                        onThread(
                                                Thread.ofPlatform(),
                                                () -> {
                                                    try (var second = LcoreThread.register(-1)) {
                                                        return second.lcore();
                                                    }
                                                });
                                assertNotEquals(thread.lcore(), other);
                                return thread.lcore();
                            }
                        });
        assertEquals(
                first,
                onThread(
                        Thread.ofPlatform(),
                        () -> {
                            try (LcoreThread thread = LcoreThread.register(-1)) {
                                return thread.lcore();
                            }
                        }));
    }

    @Test
    void shouldPinTheThreadAndGiveItsCpusBack() throws Exception {
        onThread(
                Thread.ofPlatform(),
                () -> {
                    final BitSet before = LcoreThread.allowedCpus();
                    final int cpu = before.length() - 1;
                    final LcoreThread thread = LcoreThread.register(cpu);
                    assertEquals("{" + cpu + "}", LcoreThread.allowedCpus().toString());
                    thread.close();
                    thread.close();
                    assertEquals(before, LcoreThread.allowedCpus());
                    return null;
                });
    }

    @Test
    void shouldNotLetOtherThreadsInheritThePinningOfTheEal() throws Exception {
        assertEquals(
                Runtime.getRuntime().availableProcessors(),
                onThread(Thread.ofPlatform(), LcoreThread::allowedCpus).cardinality());
    }

    @Test
    void shouldRefuseACpuThatTheProcessMayNotUse() {
        final DpdkException refusal =
                assertThrows(DpdkException.class, () -> LcoreThread.register(1000));
        assertEquals(
                "lcore 1000: this process may use the CPUs "
                        + LcoreThread.allowedCpus()
                        + "; choose one of them",
                refusal.getMessage());
    }

    @Test
    void shouldRefuseAVirtualThread() throws Exception {
        final String refusal =
                onThread(
                        Thread.ofVirtual(),
                        () ->
                                assertThrows(DpdkException.class, () -> LcoreThread.register(-1))
                                        .getMessage());
        assertEquals("a virtual thread cannot be an lcore; use a platform thread", refusal);
    }

    @Test
    void shouldRefuseToBeClosedByAnotherThread() throws Exception {
        try (LcoreThread thread = LcoreThread.register(-1)) {
            final boolean refused =
                    onThread(
                            Thread.ofPlatform(),
                            () -> {
                                assertThrows(IllegalStateException.class, thread::close);
                                return true;
                            });
            assertTrue(refused);
        }
    }

    @Test
    void shouldKeepTheBalanceExactWhenACachingThreadGoes() throws Exception {
        try (Mempool pool = Mempool.create("lcore-test", 1023, 256)) {
            onThread(
                    Thread.ofPlatform(),
                    () -> {
                        try (LcoreThread thread = LcoreThread.register(-1)) {
                            final long[] frames = new long[600];
                            for (int i = 0; i < frames.length; i++) {
                                frames[i] = pool.allocate(64);
                            }
                            assertEquals(423, pool.available(), "lcore " + thread.lcore());
                            for (long frame : frames) {
                                Mempool.free(frame);
                            }
                            return null;
                        }
                    });
            assertEquals(1023, pool.available());
        }
    }
}
