// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.table.AddressTable.Outcome;
import io.ipvane.table.Family.L3Key;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What strangers can do to the hash: they know this code and choose addresses, not the secret. */
class AddressTableFloodTest {
    /** Keys that fill a table to the quarter of its slots that a small one has at most. */
    private static final int KEYS = 4_096;

    /** Keys that fill a table to half of its slots: the worst load there is. */
    private static final int MANY_KEYS = 1 << 17;

    private static final int SECRETS = 20;
    private static final int SECRETS_OF_MANY = 2;
    private static final int GUESSED_SECRET = 1;

    /** Times the golden ratio's bits, with which much code hashes without a secret: 1. */
    private static final long INVERSE = inverse(0x9E37_79B9_7F4A_7C15L);

    private final ManualGrace grace = new ManualGrace();

    @ParameterizedTest
    @EnumSource
    void shouldSpreadKeysThatCollideUnderAnotherSecret(Family family) {
        final List<L3Key> keys = collidingUnder(GUESSED_SECRET, 2 * KEYS, family);
        assertLikeRandom(family, keys, SECRETS, "guessed");
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseRatherThanSearchOnWhenTheSecretIsKnown(Family family) {
        try (AddressTable table = table(KEYS, GUESSED_SECRET)) {
            int added = 0;
            for (final L3Key key : collidingUnder(GUESSED_SECRET, KEYS, family)) {
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
        final Map<String, IntFunction<L3Key>> patterns = new LinkedHashMap<>();
        patterns.put("a subnet", i -> family.key(7, 0, i));
        patterns.put("a host of each /24", i -> family.key(7, 0, (long) i << 8));
        patterns.put(
                "the same in all bits that choose a slot", i -> family.key(7, 0, (long) i << 13));
        patterns.put("low bits last", i -> family.key(7, 0, Integer.rotateLeft(i, 19)));
        patterns.put("high bits first", i -> family.key(7, 0, reversed(i)));
        patterns.put("a run after multiplication", i -> family.key(7, 0, i * INVERSE));
        patterns.put("one address in many domains", i -> family.key(i, 0xFE80L << 48, 1));
        patterns.put("one address in spread domains", i -> family.key(i << 8, 0xFE80L << 48, 1));
        patterns.put("few in some domains", i -> family.key(i >>> 8, 0xFE80L << 48, i & 0xFF));
        patterns.put("high bits in some domains", i -> family.key(i >>> 6, 0, (i & 0x3FL) << 26));
        patterns.put("bits in all words", i -> family.key(i & 0xFF, (long) i << 16, i >>> 8));
        patterns.forEach(
                (name, pattern) -> {
                    assertLikeRandom(family, keys(KEYS, pattern), SECRETS, name);
                    assertLikeRandom(family, keys(MANY_KEYS, pattern), SECRETS_OF_MANY, name);
                });
    }

    /** As an attacker would with a copy of the switch: keys whose homes are close together. */
    private List<L3Key> collidingUnder(int secret, int count, Family family) {
        final SplittableRandom random = new SplittableRandom(5);
        final List<L3Key> found = new ArrayList<>();
        try (AddressTable copy = table(KEYS, secret)) {
            while (found.size() < count) {
                final L3Key key = family.key(7, 0xFD00L << 48, random.nextLong());
                if (family.home(copy, key) < 32) {
                    found.add(key);
                }
            }
        }
        return found;
    }

    /** By Newton, who doubles the right bits in each step. */
    private static long inverse(long odd) {
        long x = odd;
        for (int i = 0; i < 5; i++) {
            x *= 2 - odd * x;
        }
        return x;
    }

    /** So many keys for a table, and as many that are not in it. */
    private static List<L3Key> keys(int count, IntFunction<L3Key> pattern) {
        return IntStream.range(0, 2 * count).mapToObj(pattern).toList();
    }

    private static long reversed(int i) {
        return Integer.toUnsignedLong(Integer.reverse(i));
    }

    /**
     * At most twice what keys without a pattern cost, under several secrets: on average, for those
     * that are found and those that are not, and in the longest search. Counted, not timed.
     *
     * @param keys the first half goes into the table, the second half is asked for in vain
     */
    private void assertLikeRandom(Family family, List<L3Key> keys, int secrets, String name) {
        final SplittableRandom random = new SplittableRandom(9);
        final List<L3Key> patternless =
                keys(keys.size() / 2, i -> family.key(i, random.nextLong(), random.nextLong()));
        final Cost expected = cost(family, patternless, secrets);
        final Cost cost = cost(family, keys, secrets);
        assertAll(
                name,
                () -> assertTrue(cost.hit <= 2 * expected.hit, cost + ", random " + expected),
                () -> assertTrue(cost.miss <= 2 * expected.miss, cost + ", random " + expected),
                () -> assertTrue(cost.longest <= 2 * expected.longest, cost + ", " + expected),
                () -> assertTrue(cost.longest <= AddressTable.MAX_PROBES, cost.toString()));
    }

    /** Slots read on average by a lookup that finds and one that does not, and by any at most. */
    private record Cost(double hit, double miss, int longest) {}

    private Cost cost(Family family, List<L3Key> keys, int secrets) {
        final int count = keys.size() / 2;
        long hits = 0;
        long misses = 0;
        int longest = 0;
        for (int secret = 100; secret < 100 + secrets; secret++) {
            try (AddressTable table = table(count, secret)) {
                for (L3Key key : keys.subList(0, count)) {
                    assertEquals(Outcome.ADDED, family.put(table, key, 0));
                }
                for (int i = 0; i < 2 * count; i++) {
                    final int probes = family.probes(table, keys.get(i));
                    hits += i < count ? probes : 0;
                    misses += i < count ? 0 : probes;
                    longest = Math.max(longest, probes);
                }
            }
        }
        final double lookups = (double) secrets * count;
        return new Cost(hits / lookups, misses / lookups, longest);
    }

    private AddressTable table(int capacity, int secret) {
        return new AddressTable(
                capacity, capacity, grace, Arena.ofShared(), new SplittableRandom(secret));
    }
}
