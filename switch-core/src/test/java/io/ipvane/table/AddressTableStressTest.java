// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.table.AddressTable.Outcome;
import io.ipvane.table.Family.L3Key;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One writer, two readers, real threads, real grace periods, and tables that are replaced and freed
 * under way. Every value names its key, so that a reader can tell a foreign one.
 */
class AddressTableStressTest {
    private static final int READERS = 2;
    private static final int STABLE = 100;
    private static final int KEYS = 1_000;
    private static final int BURST = 64;
    private static final int DOMAIN = 7;
    private static final long MILLIS = 1_500;

    private final Generations grace = new Generations();
    private final AtomicReference<AddressTable> current = new AtomicReference<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean running = true;

    @ParameterizedTest
    @EnumSource
    @Timeout(60)
    void shouldNeverShowAForeignValueOrMissAnAddressThatStays(Family family) throws Exception {
        current.set(new AddressTable(300, 300, grace));
        final Writer writer = new Writer(family);
        writer.addStable();
        final AtomicLong hits = new AtomicLong();
        final List<Thread> readers = new ArrayList<>();
        for (int r = 0; r < READERS; r++) {
            final Reader reader = new Reader(family, r, hits);
            readers.add(Thread.ofPlatform().start(() -> guard(reader::run)));
        }
        guard(writer::run);
        running = false;
        for (final Thread reader : readers) {
            reader.join();
        }
        current.get().close();
        writer.superseded.forEach(old -> old.table.close());
        assertNull(failure.get());
        assertTrue(hits.get() > 1_000, "lookups that hit: " + hits);
        assertTrue(writer.rebuilds > 0, "the table was never replaced");
        assertTrue(writer.reused > 1_000, "additions after a deletion: " + writer.reused);
    }

    private void guard(Runnable body) {
        try {
            body.run();
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
            running = false;
        }
    }

    private static L3Key key(Family family, int i) {
        return family.key(DOMAIN, 0xFD00L << 48, 0x0A00_0000 + i);
    }

    /** A value that says which key it belongs to. */
    private static int value(int key, int port) {
        return key << 4 | port;
    }

    private record Superseded(AddressTable table, long ticket) {}

    private final class Writer {
        private final SplittableRandom random = new SplittableRandom(11);
        private final ArrayDeque<Superseded> superseded = new ArrayDeque<>();
        private final Family family;
        private int rebuilds;
        private int reused;

        Writer(Family family) {
            this.family = family;
        }

        void addStable() {
            for (int i = 0; i < STABLE; i++) {
                assertEquals(Outcome.ADDED, family.put(current.get(), key(family, i), value(i, 0)));
            }
        }

        void run() {
            final long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS);
            while (running && System.nanoTime() - end < 0) {
                final int i = random.nextInt(KEYS);
                final AddressTable table = current.get();
                if (i < STABLE) {
                    family.put(table, key(family, i), value(i, random.nextInt(16)));
                } else if (random.nextInt(3) < 2) {
                    family.remove(table, key(family, i));
                } else {
                    add(table, i);
                }
                closeWhatNobodyReads();
            }
        }

        private void add(AddressTable table, int i) {
            final int deleted = table.deleted();
            final Outcome outcome = family.put(table, key(family, i), value(i, random.nextInt(16)));
            if (outcome == Outcome.FULL) {
                current.setRelease(table.rebuilt());
                superseded.add(new Superseded(table, grace.retire()));
                rebuilds++;
            } else if (table.deleted() < deleted) {
                reused++;
            }
        }

        private void closeWhatNobodyReads() {
            while (!superseded.isEmpty() && grace.passed(superseded.peek().ticket)) {
                superseded.remove().table.close();
            }
        }
    }

    private final class Reader {
        private final SplittableRandom random;
        private final Family family;
        private final int number;
        private final AtomicLong hits;
        private final long[][] keys = new long[2][BURST];
        private final int[] numbers = new int[BURST];
        private final int[] rows = new int[BURST];
        private final int[] out = new int[BURST];

        Reader(Family family, int number, AtomicLong hits) {
            this.random = new SplittableRandom(number);
            this.family = family;
            this.number = number;
            this.hits = hits;
        }

        void run() {
            while (running) {
                final long generation = grace.current();
                burst(current.getAcquire());
                grace.report(number, generation);
            }
            grace.report(number, Long.MAX_VALUE);
        }

        private void burst(AddressTable table) {
            for (int i = 0; i < BURST; i++) {
                numbers[i] = random.nextInt(KEYS);
                final L3Key key = key(family, numbers[i]);
                keys[0][i] = key.hi();
                keys[1][i] = key.lo();
                rows[i] = i;
            }
            family.findAll(table, DOMAIN, keys, rows, out);
            for (int i = 0; i < BURST; i++) {
                check(numbers[i], out[i]);
                check(numbers[i], family.find(table, key(family, numbers[i])));
            }
        }

        private void check(int wanted, int found) {
            if (found != AddressTable.NONE) {
                assertEquals(wanted, found >> 4, "a value of another key");
                hits.lazySet(hits.get() + 1);
            } else {
                assertTrue(wanted >= STABLE, "an address that stays was not found");
            }
        }
    }

    /** Grace by generations: a reader reports, after its burst, what it had seen before it. */
    private static final class Generations implements Grace {
        private final AtomicLong generation = new AtomicLong();
        private final AtomicLongArray reported = new AtomicLongArray(READERS);

        @Override
        public long retire() {
            return generation.incrementAndGet();
        }

        @Override
        public boolean passed(long ticket) {
            for (int r = 0; r < READERS; r++) {
                if (reported.get(r) < ticket) {
                    return false;
                }
            }
            return true;
        }

        long current() {
            return generation.get();
        }

        void report(int reader, long seen) {
            reported.set(reader, seen);
        }
    }
}
