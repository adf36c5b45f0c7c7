// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.table.WeightedBuckets.Member;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who has which share, and who keeps what when others come, go, fail and change. */
class WeightedBucketsTest {
    private static final int ROUNDS = 60;

    private static List<Member> members(SplittableRandom random, int count) {
        final List<Member> members = new ArrayList<>();
        for (int m = 0; m < count; m++) {
            members.add(
                    new Member(
                            random.nextBoolean() ? 0x0A00_0000L + 7L * m : random.nextLong(),
                            m,
                            1 + random.nextInt(random.nextBoolean() ? 4 : 256)));
        }
        return members;
    }

    private static int[] divide(List<Member> members) {
        return WeightedBuckets.divide(members, member -> false);
    }

    private static int[] counts(int[] owners, int members) {
        final int[] counts = new int[members];
        Arrays.stream(owners).forEach(owner -> counts[owner]++);
        return counts;
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void shouldGiveEachItsShareToABucketAndNobodyNone(long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            final List<Member> members = members(random, 1 + random.nextInt(64));
            final int[] counts = counts(divide(members), members.size());
            final double weights = members.stream().mapToInt(Member::weight).sum();
            // Those whose share is less than one bucket may have theirs of the others.
            final int[] exact =
                    members.stream()
                            .mapToInt(m -> (int) (WeightedBuckets.COUNT * m.weight() / weights))
                            .toArray();
            final long poor = Arrays.stream(exact).filter(share -> share == 0).count();
            for (int m = 0; m < counts.length; m++) {
                assertTrue(counts[m] >= 1);
                assertTrue(counts[m] <= exact[m] + 1, "round " + round);
                assertTrue(counts[m] >= exact[m] - poor, "round " + round);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void shouldNotMindTheOrder(long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            final List<Member> members = members(random, 1 + random.nextInt(16));
            final List<Member> shuffled = new ArrayList<>(members);
            Collections.shuffle(shuffled, new Random(seed));
            final int[] one = divide(members);
            final int[] other = divide(shuffled);
            for (int bucket = 0; bucket < one.length; bucket++) {
                assertEquals(members.get(one[bucket]), shuffled.get(other[bucket]));
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void shouldMoveOnlyWhatTheFailedHad(long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            final List<Member> members = members(random, 2 + random.nextInt(16));
            final List<Member> failed = members.subList(0, 1 + random.nextInt(members.size() - 1));
            final int[] before = divide(members);
            final int[] now = WeightedBuckets.divide(members, failed::contains);
            for (int bucket = 0; bucket < before.length; bucket++) {
                assertTrue(now[bucket] >= failed.size());
                assertTrue(before[bucket] < failed.size() || before[bucket] == now[bucket]);
            }
        }
    }

    @Test
    void shouldLeaveAllTheirOwnWhereAllHaveFailed() {
        final List<Member> members = members(new SplittableRandom(5), 3);

        assertArrayEquals(divide(members), WeightedBuckets.divide(members, member -> true));
    }

    /** With one member more or less, or with other weights, little moves that need not. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void shouldMoveLittleMoreThanItMust(long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        int moved = 0;
        int needed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            final List<Member> before = members(random, 2 + random.nextInt(6));
            final List<Member> now = new ArrayList<>(before);
            if (random.nextBoolean()) {
                now.removeLast();
            } else {
                final Member last = now.removeLast();
                now.add(new Member(last.high(), last.low(), 1 + random.nextInt(256)));
            }
            final int[] from = divide(before);
            final int[] to = divide(now);
            moved += moved(before, from, now, to);
            needed += needed(before, from, now, to);
        }
        assertTrue(moved <= needed * 1.25, moved + " buckets moved, needed were " + needed);
    }

    private static int moved(List<Member> before, int[] from, List<Member> now, int[] to) {
        int moved = 0;
        for (int bucket = 0; bucket < from.length; bucket++) {
            moved += before.get(from[bucket]).low() == now.get(to[bucket]).low() ? 0 : 1;
        }
        return moved;
    }

    /** What those gain who gain. */
    private static int needed(List<Member> before, int[] from, List<Member> now, int[] to) {
        final int[] had = counts(from, before.size());
        final int[] has = counts(to, now.size());
        int needed = 0;
        for (int m = 0; m < has.length; m++) {
            needed += Math.max(0, has[m] - had[m]);
        }
        return needed;
    }
}
