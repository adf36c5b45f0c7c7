// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Burst;
import io.ipvane.linux.ReadySet;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Frames come to random queues after random pauses, some as long as an lcore needs to fall asleep:
 * each is taken. Nothing but its own coming has its queue asked, so one that is missed stays.
 */
class NoFrameLeftLyingPropertyTest {
    private static final int QUEUES = 64;
    private static final int FRAMES = 4_000;
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final Rig rig = new Rig();
    private final ReadySet ready = new ReadySet();
    private final Receiver receiver =
            new Receiver(rig.publisher, rig.shard, Trails.inMemory(rig.arena).add(0));
    private final Rest rest = new Rest(ready, receiver.queues(), () -> true, () -> {});
    private final List<ToldDevice> devices = new ArrayList<>();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final Thread lcore = new Thread(this::run, "lcore");

    @BeforeEach
    void start() {
        for (int i = 0; i < QUEUES; i++) {
            final ToldDevice device =
                    new ToldDevice(new MemoryDevice("p" + i, Frames.OWN, rig.pool));
            devices.add(device);
            receiver.queues().add(new PolledQueue(new RxQueue(device, 0, Rig.C1)));
        }
        receiver.queues().watch(ready);
        lcore.start();
    }

    /** What an lcore does. */
    private void run() {
        final Burst burst = new Burst(rig.arena);
        while (!stop.get()) {
            int size = 0;
            final int asked = receiver.begin();
            for (int q = 0; q < asked; q++) {
                size += receiver.receive(q, burst);
                rig.pool.free(burst.mbufs, burst.size);
            }
            taken.addAndGet(size);
            rest.idle(size);
        }
    }

    @AfterEach
    void close() throws InterruptedException {
        stop.set(true);
        rest.end();
        lcore.join();
        receiver.queues().watch(null);
        ready.close();
        devices.forEach(ToldDevice::close);
        rig.close();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void shouldTakeEachFrameHoweverLongNobodySpoke(long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final byte[] frame = Frames.udp4().build();
        for (int sent = 0; sent < FRAMES; ) {
            final int together = 1 + random.nextInt(3);
            for (int i = 0; i < together; i++) {
                devices.get(random.nextInt(QUEUES)).inject(frame);
            }
            sent += together;
            await(sent, "seed " + seed + ": frame " + sent + " was left lying");
            pause(random);
        }
    }

    private void await(long sent, String otherwise) {
        final long patience = System.nanoTime() + PATIENCE_NANOS;
        while (taken.get() < sent) {
            assertTrue(System.nanoTime() < patience, otherwise);
            LockSupport.parkNanos(1_000);
        }
    }

    /** None, about as long as a queue is asked or an lcore spins, or until it sleeps. */
    private static void pause(SplittableRandom random) {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> Thread.onSpinWait();
            case 3, 4, 5 -> spin(random.nextInt(200_000));
            case 6 -> LockSupport.parkNanos(random.nextInt(500_000));
            default -> LockSupport.parkNanos(random.nextInt(3_000_000));
        }
    }

    private static void spin(long nanos) {
        final long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}
