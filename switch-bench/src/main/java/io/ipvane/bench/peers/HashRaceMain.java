// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import io.ipvane.bench.harness.ReferenceSwitch;
import io.ipvane.bench.harness.RteHash;
import io.ipvane.burst.Burst;
import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.LcoreThread;
import io.ipvane.memory.Memory;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Grace;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The process behind {@link HashScenario}: both tables with the same addresses, asked the same in
 * turns of milliseconds on one thread, by the thread's CPU time.
 */
final class HashRaceMain {
    private static final int MEGABYTES = 256;
    private static final int KEY_BYTES = 8;
    private static final int LEAST_QUESTIONS = 1 << 17;
    private static final int WARM_UP = 40;
    private static final int ROUNDS = 40;
    private static final int SEED = 42;

    /** Nothing is deleted, so nothing waits. */
    private static final Grace NO_READERS =
            new Grace() {
                @Override
                public long retire() {
                    return 0;
                }

                @Override
                public boolean passed(long ticket) {
                    return true;
                }
            };

    private final Arena arena = Arena.ofConfined();
    private final AddressTable ours;
    private final RteHash theirs;
    private final int bursts;
    private final long keys;
    private final long ourOwners = arena.allocate((long) KEY_BYTES * Burst.MAX, 64).address();
    private final long slots = arena.allocate((long) KEY_BYTES * Burst.MAX, 64).address();
    private final long theirOwners = arena.allocate(4L * Burst.MAX, 64).address();

    private HashRaceMain(int entries) {
        ours = new AddressTable(entries, 0, NO_READERS);
        // At most half full, as ours is; a full one takes no further key.
        theirs = new RteHash(2 * entries, KEY_BYTES);
        final int[] addresses = addresses(entries);
        final long key = arena.allocate(KEY_BYTES, 8).address();
        for (int address : addresses) {
            ours.put4(0, address, address & 0x3FF);
            Memory.put64(key, address & 0xFFFF_FFFFL);
            theirs.put(key, address & 0x3FF);
        }
        bursts = Math.ceilDiv(Math.max(entries, LEAST_QUESTIONS), Burst.MAX);
        keys = arena.allocate((long) KEY_BYTES * Burst.MAX * bursts, 64).address();
        for (int i = 0; i < bursts * Burst.MAX; i++) {
            Memory.put64(keys + (long) KEY_BYTES * i, addresses[i % entries] & 0xFFFF_FFFFL);
        }
        check();
    }

    /** Some of 10.0.0.0/8, none twice, in no order. */
    private static int[] addresses(int entries) {
        return new SplittableRandom(SEED)
                .ints(0x0A00_0000, 0x0B00_0000)
                .distinct()
                .limit(entries)
                .toArray();
    }

    /** Both must know every address, and its owner. */
    private void check() {
        for (int burst = 0; burst < bursts; burst++) {
            ask(burst);
            theirs.find(keys(burst), KEY_BYTES, 1, theirOwners);
            for (int i = 0; i < Burst.MAX; i++) {
                final int address = Memory.i32(keys(burst) + (long) KEY_BYTES * i);
                final int our = Memory.i32(ourOwners + (long) KEY_BYTES * i);
                final int their = Memory.i32(theirOwners + 4L * i);
                if (our != (address & 0x3FF) || their != our) {
                    throw new IllegalStateException(
                            "address %x: owner %d, ours says %d, rte_hash %d"
                                    .formatted(address, address & 0x3FF, our, their));
                }
            }
        }
    }

    private long keys(int burst) {
        return keys + (long) KEY_BYTES * Burst.MAX * burst;
    }

    /** One burst, as the pipeline asks it. */
    private void ask(int burst) {
        ours.find4(0, keys(burst), slots, ourOwners, KEY_BYTES, Burst.MAX);
    }

    private double ours() {
        final long before = ReferenceSwitch.threadNanos();
        for (int burst = 0; burst < bursts; burst++) {
            ask(burst);
        }
        return rate(before);
    }

    private double theirs() {
        final long before = ReferenceSwitch.threadNanos();
        theirs.find(keys, KEY_BYTES, bursts, theirOwners);
        return rate(before);
    }

    private double rate(long before) {
        return (double) bursts * Burst.MAX * 1e3 / (ReferenceSwitch.threadNanos() - before);
    }

    private void race() {
        for (int i = 0; i < WARM_UP; i++) {
            ours();
            theirs();
        }
        final List<Double> our = new ArrayList<>();
        final List<Double> their = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            our.add(ours());
            their.add(theirs());
        }
        System.out.printf("ours %.2f theirs %.2f%n", Series.median(our), Series.median(their));
    }

    private void close() {
        ours.close();
        theirs.close();
        arena.close();
    }

    @SuppressWarnings("try") // The thread is registered for as long as the block runs.
    public static void main(String[] args) {
        try (Eal eal =
                        Eal.start(
                                new EalOptions(
                                        EalOptions.Hugepages.AUTO,
                                        MEGABYTES,
                                        List.of(),
                                        List.of()));
                LcoreThread thread = LcoreThread.register(Integer.parseInt(args[0]))) {
            final HashRaceMain race = new HashRaceMain(Integer.parseInt(args[1]));
            race.race();
            race.close();
        }
    }
}
