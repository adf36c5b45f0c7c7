// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.table.AddressTable.Outcome;
import io.ipvane.table.Family.L3Key;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What strangers can do to the hash: they know this code and choose addresses, not the secret. */
class AddressTableFloodTest {
    /** Keys in a table that they fill to half its slots: the worst load there is. */
    private static final int KEYS = 4_096;

    /** Slots read on average to find a key at half load: (1 + 1 / (1 - 1/2)) / 2, Knuth 6.4. */
    private static final double EXPECTED_PROBES = 1.5;

    private static final int GUESSED_SECRET = 1;

    private final ManualGrace grace = new ManualGrace();

    @ParameterizedTest
    @EnumSource
    void shouldSpreadKeysThatCollideUnderAnotherSecret(Family family) {
        final List<L3Key> colliding = collidingUnder(GUESSED_SECRET, family);
        for (int secret = 100; secret < 120; secret++) {
            try (AddressTable table = table(KEYS, secret)) {
                assertSpread(family, table, colliding);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseRatherThanSearchOnWhenTheSecretIsKnown(Family family) {
        try (AddressTable table = table(KEYS, GUESSED_SECRET)) {
            int added = 0;
            for (final L3Key key : collidingUnder(GUESSED_SECRET, family)) {
                if (family.put(table, key, 0) == Outcome.ADDED) {
                    added++;
                    assertTrue(family.probes(table, key) <= AddressTable.MAX_PROBES);
                }
            }
            // Their homes are 32 neighbouring slots: a run of that and of the bound is all there
            // is.
            assertTrue(added <= AddressTable.MAX_PROBES + 32, "added " + added);
            try (AddressTable rebuilt = table.rebuilt()) {
                assertEquals(added, rebuilt.size());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldSpreadKeysThatFollowAPattern(Family family) {
        final List<IntFunction<L3Key>> patterns =
                List.of(
                        i -> family.key(7, 0, i),
                        i -> family.key(7, 0, (long) i << 8),
                        i -> family.key(7, 0, (long) i << 20),
                        i -> family.key(7, 0, Integer.toUnsignedLong(Integer.reverse(i))),
                        i -> family.key(i, 0xFE80L << 48, 1),
                        i -> family.key(i << 8, 0xFE80L << 48, 1),
                        i -> family.key(i >>> 8, 0xFE80L << 48, i & 0xFF),
                        i -> family.key(i >>> 6, 0, (long) (i & 0x3F) << 26),
                        i -> family.key(i & 0xFF, (long) i << 16, i >>> 8));
        for (int secret = 0; secret < 20; secret++) {
            for (final IntFunction<L3Key> pattern : patterns) {
                final List<L3Key> keys = new ArrayList<>();
                for (int i = 0; i < KEYS; i++) {
                    keys.add(pattern.apply(i));
                }
                try (AddressTable table = table(KEYS, secret)) {
                    assertSpread(family, table, keys);
                }
            }
        }
    }

    /** As an attacker would with a copy of the switch: keys whose homes are close together. */
    private List<L3Key> collidingUnder(int secret, Family family) {
        final SplittableRandom random = new SplittableRandom(5);
        final List<L3Key> found = new ArrayList<>();
        try (AddressTable copy = table(KEYS, secret)) {
            while (found.size() < KEYS) {
                final L3Key key = family.key(7, 0xFD00L << 48, random.nextLong());
                if (family.home(copy, key) < 32) {
                    found.add(key);
                }
            }
        }
        return found;
    }

    private static void assertSpread(Family family, AddressTable table, List<L3Key> keys) {
        for (final L3Key key : keys) {
            assertEquals(Outcome.ADDED, family.put(table, key, 0));
        }
        long total = 0;
        int longest = 0;
        for (final L3Key key : keys) {
            final int probes = family.probes(table, key);
            total += probes;
            longest = Math.max(longest, probes);
        }
        final double mean = (double) total / keys.size();
        assertTrue(mean < 2 * EXPECTED_PROBES, "mean probes " + mean);
        assertTrue(longest <= AddressTable.MAX_PROBES, "longest search " + longest);
    }

    private AddressTable table(int capacity, int secret) {
        return new AddressTable(
                capacity, capacity, grace, Arena.ofShared(), new SplittableRandom(secret));
    }
}
