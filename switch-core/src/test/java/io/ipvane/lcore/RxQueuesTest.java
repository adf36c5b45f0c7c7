// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Burst;
import io.ipvane.linux.ReadySet;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which queues a turn asks. */
class RxQueuesTest {
    private final Rig rig = new Rig();
    private final ReadySet ready = new ReadySet();
    private final Receiver receiver =
            new Receiver(rig.publisher, rig.shard, Trails.inMemory(rig.arena).add(0));
    private final RxQueues queues = receiver.queues();
    private final Burst burst = new Burst(rig.arena);
    private final List<ToldDevice> told = new ArrayList<>();
    private final List<MemoryDevice> polled = new ArrayList<>();

    @AfterEach
    void close() {
        queues.watch(null);
        ready.close();
        told.forEach(ToldDevice::close);
        polled.forEach(MemoryDevice::close);
        rig.close();
    }

    private MemoryDevice memory() {
        return new MemoryDevice("any", Frames.OWN, rig.pool);
    }

    private ToldDevice addTold() {
        return add(true);
    }

    /** Counts how often it is asked, and nothing tells of its frames. */
    private ToldDevice addCounted() {
        return add(false);
    }

    private ToldDevice add(boolean tells) {
        final ToldDevice device = new ToldDevice(memory(), tells);
        told.add(device);
        queues.add(new PolledQueue(new RxQueue(device, 0, Rig.C1)));
        return device;
    }

    private MemoryDevice addPolled() {
        final MemoryDevice device = memory();
        polled.add(device);
        queues.add(new PolledQueue(new RxQueue(device, 0, Rig.C1)));
        return device;
    }

    /** Frames that a turn takes. */
    private int turn() {
        int taken = 0;
        final int asked = receiver.begin();
        for (int q = 0; q < asked; q++) {
            taken += receiver.receive(q, burst);
            rig.pool.free(burst.mbufs, burst.size);
        }
        return taken;
    }

    private int turns(int count) {
        return IntStream.range(0, count).map(i -> turn()).sum();
    }

    private int askedOf(List<ToldDevice> devices) {
        return devices.stream().mapToInt(ToldDevice::asked).sum();
    }

    @Test
    void shouldAskEachQueueEachTurnWhileNoDescriptorIsWatched() {
        addTold();
        addPolled();
        assertEquals(0, turns(100));
        assertEquals(100, askedOf(told));
        assertFalse(queues.allAwaited());
    }

    @Test
    void shouldAskNobodyOnceAllWereSilent() {
        queues.watch(ready);
        IntStream.range(0, 150).forEach(i -> addTold());
        turns(RxQueues.SILENCES + 1);
        assertTrue(queues.allAwaited());
        askedOf(told);
        turns(1000);
        assertEquals(0, askedOf(told));

        told.get(77).inject(Frames.udp4().build());
        assertEquals(1, turn());
        assertEquals(1, askedOf(told));
        assertFalse(queues.allAwaited());
        turns(RxQueues.SILENCES + 1);
        assertTrue(queues.allAwaited());
    }

    @Test
    void shouldTakeWhatCameBeforeItsQueueWasAwaited() {
        final ToldDevice before = addTold();
        before.inject(Frames.udp4().build());
        queues.watch(ready);
        assertEquals(1, turns(1));
        turns(RxQueues.SILENCES - 1);
        before.inject(Frames.udp4().build());
        assertEquals(1, turns(2));
    }

    /** A turn that gives nothing because there is no memory has not emptied the queue. */
    @Test
    void shouldNotAwaitAQueueThatWasNotFoundEmpty() {
        queues.watch(ready);
        final ToldDevice device = addTold();
        device.poolIsEmpty = true;
        device.inject(Frames.udp4().build());
        assertEquals(0, turns(10 * RxQueues.SILENCES));
        assertFalse(queues.allAwaited());
        device.poolIsEmpty = false;
        assertEquals(1, turn());
    }

    @Test
    void shouldAskThoseThatMustBeAskedInEachTurnWithoutWork() {
        queues.watch(ready);
        final List<MemoryDevice> all = IntStream.range(0, 40).mapToObj(i -> addPolled()).toList();
        turns(2 * RxQueues.SILENCES);
        assertFalse(queues.allAwaited());
        for (MemoryDevice device : all) {
            device.inject(Frames.udp4().build());
        }
        assertEquals(40, turn());
    }

    /** One that speaks in each turn keeps nobody waiting for ever, neither told of nor asked. */
    @Test
    void shouldHearAllOthersWhileOneSpeaks() {
        queues.watch(ready);
        final MemoryDevice loud = addPolled();
        final List<MemoryDevice> resting =
                IntStream.range(0, 100).mapToObj(i -> addPolled()).toList();
        IntStream.range(0, 100).forEach(i -> addTold());
        turns(2 * RxQueues.SILENCES);
        loud.repeat(Frames.udp4().build());
        turns(RxQueues.SILENCES);
        resting.forEach(device -> device.inject(Frames.udp4().build()));
        told.forEach(device -> device.inject(Frames.udp4().build()));
        final long patience = System.nanoTime() + 10_000_000_000L;
        while (System.nanoTime() < patience
                && resting.stream().mapToLong(MemoryDevice::receivedFrames).sum() < 100) {
            turn();
        }
        assertEquals(100, resting.stream().mapToLong(MemoryDevice::receivedFrames).sum());
        loud.repeat();
        turn();
        assertEquals(0, turns(2), "told of, but not taken");
    }

    @Test
    void shouldForgetAQueueInWhateverStateItIs() {
        queues.watch(ready);
        final ToldDevice speaks = addTold();
        final ToldDevice awaited = addTold();
        addPolled();
        final MemoryDevice rests = addPolled();
        for (int i = 0; i < 2 * RxQueues.SILENCES; i++) {
            speaks.inject(Frames.udp4().build());
            turn();
        }
        queues.remove(new RxQueue(rests, 0, Rig.C1));
        queues.remove(new RxQueue(awaited, 0, Rig.C1));
        queues.remove(new RxQueue(speaks, 0, Rig.C1));
        queues.remove(new RxQueue(speaks, 0, Rig.C1));
        final ToldDevice later = addTold();
        for (ToldDevice device : told) {
            device.inject(Frames.udp4().build());
        }
        rests.inject(Frames.udp4().build());
        assertEquals(1, turns(100));
        queues.remove(new RxQueue(later, 0, Rig.C1));
        queues.remove(new RxQueue(polled.getFirst(), 0, Rig.C1));
        assertEquals(0, receiver.begin());
        assertTrue(queues.allAwaited());
    }

    /** Not once more, which would cost a system call a queue and turn. */
    @Test
    void shouldAskAQueueInSoManyTurnsBeforeItIsAwaited() {
        queues.watch(ready);
        final ToldDevice device = addTold();
        for (int round = 0; round < 5; round++) {
            turns(RxQueues.SILENCES - 1);
            device.inject(Frames.udp4().build());
            assertEquals(1, turn(), "silent for less in a row");
            assertEquals(RxQueues.SILENCES, device.asked());
        }
        // Once more, as the descriptor still tells of what has been taken.
        turns(2 * RxQueues.SILENCES + 2);
        assertEquals(2 * RxQueues.SILENCES, device.asked());
        assertTrue(queues.allAwaited());
    }

    @Test
    void shouldAskEachThatRestsOnceInATurnWithoutWork() {
        final List<ToldDevice> all = IntStream.range(0, 40).mapToObj(i -> addCounted()).toList();
        turns(2 * RxQueues.SILENCES);
        askedOf(all);
        turns(3);
        all.forEach(device -> assertEquals(3, device.asked()));
        queues.remove(new RxQueue(all.get(7), 0, Rig.C1));
        turns(3);
        all.forEach(device -> assertEquals(device == all.get(7) ? 0 : 3, device.asked()));
    }

    /** Those that rest are asked a few at a time and in turn, and the one that speaks each turn. */
    @Test
    void shouldAskThoseThatRestInTurnWhileOneSpeaks() {
        final ToldDevice loud = addCounted();
        final List<ToldDevice> all = IntStream.range(0, 50).mapToObj(i -> addCounted()).toList();
        turns(2 * RxQueues.SILENCES);
        loud.repeat(Frames.udp4().build());
        turns(2);
        loud.asked();
        askedOf(all);
        final int[] counts = new int[all.size()];
        for (int turn = 0; turn < 40 * RxQueues.LOOK_TURNS; turn++) {
            turn();
            int now = 0;
            for (int i = 0; i < counts.length; i++) {
                final int asked = all.get(i).asked();
                counts[i] += asked;
                now += asked;
            }
            assertTrue(now == 0 || now == RxQueues.VISITS, "in one turn: " + now);
        }
        assertEquals(40 * RxQueues.LOOK_TURNS, loud.asked());
        final int least = Arrays.stream(counts).min().orElseThrow();
        assertTrue(least > 5, () -> Arrays.toString(counts));
        assertTrue(
                Arrays.stream(counts).max().orElseThrow() <= least + 1,
                () -> Arrays.toString(counts));
    }

    @Test
    void shouldAskOneThatRestedEachTurnOnceItSpeaks() {
        final ToldDevice loud = addCounted();
        final List<ToldDevice> all = IntStream.range(0, 50).mapToObj(i -> addCounted()).toList();
        turns(2 * RxQueues.SILENCES);
        loud.repeat(Frames.udp4().build());
        turns(2);
        all.get(30).inject(Frames.udp4().build());
        for (int turn = 0; turn < 10 * RxQueues.LOOK_TURNS && turn() < 2; turn++) {
            askedOf(all);
        }
        askedOf(all);
        turns(RxQueues.SILENCES);
        assertEquals(RxQueues.SILENCES, all.get(30).asked());
        turns(10 * RxQueues.LOOK_TURNS);
        assertTrue(all.get(30).asked() < 5 * RxQueues.LOOK_TURNS, "it rests again");
    }

    /** One look tells of 64 at most; the next does not wait. */
    @Test
    void shouldHearOfAllThatSpokeAtOnceWhileOneSpeaks() {
        queues.watch(ready);
        final ToldDevice loud = addCounted();
        final List<ToldDevice> all = IntStream.range(0, 150).mapToObj(i -> addTold()).toList();
        loud.repeat(Frames.udp4().build());
        turns(4 * RxQueues.LOOK_TURNS);
        askedOf(all);
        turns(2 * RxQueues.LOOK_TURNS);
        assertEquals(0, askedOf(all), "all are awaited");
        all.forEach(device -> device.inject(Frames.udp4().build()));
        turns(RxQueues.LOOK_TURNS + 2);
        all.forEach(device -> assertTrue(device.asked() > 0));
    }

    @Test
    void shouldAskAllAgainWhereOtherDescriptorsAreWatchedOrNone() {
        queues.watch(ready);
        final List<ToldDevice> all = IntStream.range(0, 10).mapToObj(i -> addTold()).toList();
        turns(2 * RxQueues.SILENCES);
        assertTrue(queues.allAwaited());
        askedOf(all);
        queues.watch(null);
        assertFalse(queues.allAwaited());
        turns(5);
        assertEquals(50, askedOf(all));
        try (ReadySet other = new ReadySet()) {
            queues.watch(other);
            turns(2 * RxQueues.SILENCES);
            assertTrue(queues.allAwaited());
            all.get(3).inject(Frames.udp4().build());
            assertEquals(1, turn());
            queues.watch(null);
        }
    }

    /** Some speak, some rest; one of each goes, and all others are asked as before. */
    @Test
    void shouldGoOnAskingAllOthersWhenOneGoes() {
        final List<ToldDevice> all = IntStream.range(0, 12).mapToObj(i -> addCounted()).toList();
        final List<ToldDevice> speaking = all.subList(0, 6);
        for (int i = 0; i < 4 * RxQueues.SILENCES; i++) {
            speaking.forEach(device -> device.inject(Frames.udp4().build()));
            turn();
        }
        turn();
        for (int gone : new int[] {2, 8}) {
            queues.remove(new RxQueue(all.get(gone), 0, Rig.C1));
            askedOf(all);
            assertEquals(0, turn());
            for (int i = 0; i < all.size(); i++) {
                final boolean went = i == 2 || i == gone;
                assertEquals(went ? 0 : 1, all.get(i).asked(), "queue " + i);
            }
        }
    }
}
