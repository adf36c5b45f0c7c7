// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.memory.Memory;
import io.ipvane.table.AddressTable.Outcome;
import io.ipvane.table.Family.L3Key;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random histories against a {@link HashMap}, and against the rule about the reuse of slots. */
class AddressTablePropertyTest {
    private static final int STEPS = 20_000;

    static Stream<Arguments> histories() {
        return Stream.of(Family.values())
                .flatMap(
                        family ->
                                Stream.of(2, 4, 16, 60, 300)
                                        .flatMap(
                                                keys ->
                                                        Stream.of(1L, 2L, 3L)
                                                                .map(
                                                                        seed ->
                                                                                Arguments.of(
                                                                                        family,
                                                                                        keys,
                                                                                        seed))));
    }

    @ParameterizedTest(name = "{0}, {1} keys, seed {2}")
    @MethodSource("histories")
    void shouldAgreeWithAHashMapAndReuseNoSlotEarly(Family family, int keys, long seed) {
        new History(family, keys, seed).run();
    }

    /** One history. The table has room for some 40 of the keys, so it is often full or rebuilt. */
    private static final class History {
        private final SplittableRandom random;
        private final Family family;
        private final L3Key[] keys;
        private final Map<L3Key, Integer> model = new HashMap<>();
        private final ManualGrace grace = new ManualGrace();
        private AddressTable table;
        private SlotWatch watch;
        private int full;
        private int rebuilt;

        History(Family family, int keyCount, long seed) {
            this.family = family;
            this.random = new SplittableRandom(seed);
            this.keys = new L3Key[keyCount];
            for (int i = 0; i < keyCount; i++) {
                keys[i] = family.key(random.nextInt(3), random.nextInt(2), random.nextInt());
            }
            table = new AddressTable(8, 8, grace, Arena.ofShared(), new SplittableRandom(seed));
            watch = new SlotWatch(family, table, grace);
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                step();
                watch.check(grace);
                final L3Key asked = keys[random.nextInt(keys.length)];
                assertEquals(
                        model.getOrDefault(asked, AddressTable.NONE), family.find(table, asked));
                assertEquals(model.size(), table.size());
            }
            Arrays.stream(keys).forEach(key -> assertFound(key));
            assertBulkAgrees();
            assertTrue(keys.length < 16 || (full > 0 && rebuilt > 0), "the history was too tame");
            table.close();
        }

        private void step() {
            final L3Key key = keys[random.nextInt(keys.length)];
            final int choice = random.nextInt(100);
            if (choice < 45) {
                put(key, random.nextInt(4));
            } else if (choice < 90) {
                final Integer was = model.remove(key);
                assertEquals(was == null ? AddressTable.NONE : was, family.remove(table, key));
            } else if (choice < 98) {
                grace.pass();
            } else if (table.deleted() > 4 || random.nextInt(20) == 0) {
                rebuild();
            }
        }

        private void put(L3Key key, int value) {
            final Integer was = model.get(key);
            final Outcome outcome = family.put(table, key, value);
            if (outcome == Outcome.FULL) {
                full++;
                assertEquals(null, was, "an address that is there never finds the table full");
                if (random.nextInt(4) == 0) {
                    rebuild();
                }
                return;
            }
            final Outcome expected =
                    was == null ? Outcome.ADDED : was == value ? Outcome.SAME : Outcome.MOVED;
            assertEquals(expected, outcome);
            model.put(key, value);
        }

        private void rebuild() {
            final AddressTable next = table.rebuilt();
            table.close();
            table = next;
            watch = new SlotWatch(family, table, grace);
            rebuilt++;
            assertEquals(0, table.deleted());
        }

        private void assertFound(L3Key key) {
            assertEquals(model.getOrDefault(key, AddressTable.NONE), family.find(table, key));
        }

        private void assertBulkAgrees() {
            final long[][] columns = new long[2][keys.length];
            final int[] rows = new int[keys.length];
            for (int i = 0; i < keys.length; i++) {
                columns[0][i] = keys[i].hi();
                columns[1][i] = keys[i].lo();
                rows[i] = i;
            }
            final int[] out = new int[keys.length];
            for (int domain = 0; domain < 3; domain++) {
                family.findAll(table, domain, columns, rows, out);
                for (int i = 0; i < keys.length; i++) {
                    final L3Key key = family.key(domain, keys[i].hi(), keys[i].lo());
                    assertEquals(model.getOrDefault(key, AddressTable.NONE), out[i]);
                }
            }
        }
    }

    /**
     * Looks at the bytes of every slot after every step: no key may change, and no slot become
     * empty, unless a ticket that was drawn after its last deletion has passed.
     */
    private static final class SlotWatch {
        private final Family family;
        private final AddressTable table;
        private final long[][] keys;
        private final int[] words;
        private final long[] ticketNeeded;
        private long issuedBefore;

        SlotWatch(Family family, AddressTable table, ManualGrace grace) {
            issuedBefore = grace.issued();
            this.family = family;
            this.table = table;
            final int slots = family.slots(table);
            keys = new long[slots][];
            words = new int[slots];
            ticketNeeded = new long[slots];
            for (int i = 0; i < slots; i++) {
                keys[i] = key(slot(i));
                words[i] = word(slot(i));
            }
        }

        void check(ManualGrace grace) {
            for (int i = 0; i < words.length; i++) {
                final long[] key = key(slot(i));
                final int word = word(slot(i));
                if (words[i] != Region.EMPTY) {
                    final boolean reused = !Arrays.equals(key, keys[i]) || word == Region.EMPTY;
                    assertTrue(
                            !reused
                                    || (words[i] == Region.DELETED
                                            && grace.passed(ticketNeeded[i])),
                            "slot " + i + " was reused before its readers were done");
                }
                if (word == Region.DELETED && words[i] != Region.DELETED) {
                    ticketNeeded[i] = issuedBefore + 1;
                }
                keys[i] = key;
                words[i] = word;
            }
            issuedBefore = grace.issued();
        }

        private long slot(int i) {
            return family.region(table).base + (long) i * family.slotBytes();
        }

        private int word(long slot) {
            return Memory.i32(slot + (family == Family.IPV4 ? 8 : 20));
        }

        private long[] key(long slot) {
            return family == Family.IPV4
                    ? new long[] {Memory.i64(slot)}
                    : new long[] {Memory.i64(slot), Memory.i64(slot + 8), Memory.i32(slot + 16)};
        }
    }
}
