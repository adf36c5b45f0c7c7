// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.IdleMode;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryDevice;
import io.ipvane.testing.MemoryPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who ends whose sleep, and what is left when all have ended. */
class SleepersTest {
    /** More turns than an lcore spins and yields. */
    private static final int TURNS = 260;

    private final Sleepers sleepers = new Sleepers(IdleMode.BACKOFF);

    @AfterEach
    void close() {
        sleepers.close();
    }

    /** Lcores without queues, so that nothing but the bell ends a long sleep. */
    private List<IdleStrategy> add(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> sleepers.add(new RxQueues(), () -> true, () -> {}))
                .toList();
    }

    private static boolean sleeps(IdleStrategy idle) {
        for (int i = 0; i < TURNS; i++) {
            final long begun = System.nanoTime();
            idle.idle(0);
            if (System.nanoTime() - begun > Rest.AWAIT_NANOS / 2) {
                return true;
            }
        }
        return false;
    }

    /** All have said that they will sleep, and slept once. */
    private List<IdleStrategy> asleep(int count) {
        final List<IdleStrategy> all = add(count);
        all.forEach(idle -> assertTrue(sleeps(idle)));
        return all;
    }

    private static boolean sleepsAtOnce(IdleStrategy idle) {
        final long begun = System.nanoTime();
        idle.idle(0);
        return System.nanoTime() - begun > Rest.AWAIT_NANOS / 2;
    }

    @Test
    void shouldWakeTheOneThatThereIsSomethingFor() {
        final List<IdleStrategy> all = asleep(3);
        sleepers.wake(1);
        assertTrue(sleepsAtOnce(all.get(0)));
        assertFalse(sleepsAtOnce(all.get(1)));
        assertTrue(sleepsAtOnce(all.get(2)));
        sleepers.wake(3);
    }

    @Test
    void shouldWakeAll() {
        final List<IdleStrategy> all = asleep(2);
        sleepers.wakeAll();
        all.forEach(idle -> assertFalse(sleepsAtOnce(idle)));
    }

    @Test
    void shouldLetNobodySleepAnyMoreWhenAllAreToEnd() {
        final List<IdleStrategy> all = asleep(2);
        sleepers.end();
        all.forEach(idle -> assertFalse(sleeps(idle)));
    }

    /** Who is asleep when it is to end need not sleep to its end. */
    @Test
    void shouldEndTheSleepOfOneThatIsToEnd() throws InterruptedException {
        final IdleStrategy idle = asleep(1).getFirst();
        final Thread sleeper = Thread.ofPlatform().start(() -> idle.idle(0));
        final long begun = System.nanoTime();
        sleepers.end();
        sleeper.join();
        assertTrue(System.nanoTime() - begun < Rest.AWAIT_NANOS / 2);
    }

    @Test
    void shouldSpinForEverWhereThatIsWanted() {
        try (Sleepers busy = new Sleepers(IdleMode.BUSY)) {
            assertSame(
                    BusySpinIdleStrategy.INSTANCE, busy.add(new RxQueues(), () -> true, () -> {}));
        }
    }

    private static long descriptors() throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(fd -> isOfReadySet(fd)).count();
        }
    }

    private static boolean isOfReadySet(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString().contains("event");
        } catch (IOException e) {
            return false;
        }
    }

    /** Devices go after lcores have ended. */
    @Test
    void shouldGiveBackItsDescriptorsAndLetQueuesGoAfterwards() throws IOException {
        final RxQueues queues = new RxQueues();
        try (MemoryPool pool = new MemoryPool(8, 2048);
                ToldDevice device = new ToldDevice(new MemoryDevice("any", Frames.OWN, pool))) {
            final RxQueue queue = new RxQueue(device, 0, 0);
            queues.add(new PolledQueue(queue));
            final long before = descriptors();
            sleepers.add(queues, () -> true, () -> {});
            assertEquals(before + 2, descriptors());
            for (int i = 0; i < 2 * RxQueues.SILENCES; i++) {
                final int asked = queues.begin();
                for (int q = 0; q < asked; q++) {
                    queues.silent(queues.get(q));
                }
            }
            sleepers.close();
            assertEquals(before, descriptors());
            assertFalse(queues.allAwaited());
            queues.remove(queue);
            assertEquals(0, queues.begin());
        }
    }
}
