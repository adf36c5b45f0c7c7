// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * Divides {@value #COUNT} buckets among some members by their weights. Each has its exact share,
 * rounded to a whole bucket and at least one.
 *
 * <p>Every member ranks all buckets in an order of its own, which its name alone decides. The best
 * ranks of all are served first, until a member has its share. So a member keeps most of its
 * buckets whoever comes, goes or changes its weight, and it has the same ones after a restart and
 * in every other switch. Buckets of members that have failed are divided among the others in the
 * same way, and theirs do not move; members that recover have their own buckets back.
 *
 * <p>Pure; any thread.
 */
public final class WeightedBuckets {
    /** How many buckets there are: a power of two. */
    public static final int COUNT = 1 << 10;

    /** How many members there may be. */
    public static final int MAX_MEMBERS = 1 << 7;

    private static final int MEMBER_BITS = 7;
    private static final int BUCKET_BITS = 10;
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;
    private static final long MULTIPLIER = 0xBF58_476D_1CE4_E5B9L;

    /**
     * Who has a share.
     *
     * @param high half of its name
     * @param low half of its name
     * @param weight above 0
     */
    public record Member(long high, long low, int weight) {}

    private WeightedBuckets() {}

    /**
     * Whose each bucket is.
     *
     * @param members 1 to {@link #MAX_MEMBERS} of different names; their order does not matter
     * @param failed who is passed over, unless all have failed
     * @return the index of a member for each bucket
     */
    public static int[] divide(List<Member> members, Predicate<Member> failed) {
        final int[] owners = new int[COUNT];
        final BitSet open = new BitSet(COUNT);
        open.set(0, COUNT);
        final BitSet all = new BitSet();
        all.set(0, members.size());
        divide(members, all, open, owners);
        final BitSet sound = new BitSet();
        for (int m = 0; m < members.size(); m++) {
            sound.set(m, !failed.test(members.get(m)));
        }
        if (!sound.isEmpty() && !sound.equals(all)) {
            for (int bucket = 0; bucket < COUNT; bucket++) {
                open.set(bucket, !sound.get(owners[bucket]));
            }
            divide(members, sound, open, owners);
        }
        return owners;
    }

    /** Divides the open buckets among those who are meant. */
    private static void divide(List<Member> members, BitSet who, BitSet open, int[] owners) {
        final int[] left = shares(members, who, open.cardinality());
        final BitSet free = (BitSet) open.clone();
        for (long rank : ranks(members, who, open)) {
            final int member = (int) rank & (MAX_MEMBERS - 1);
            final int bucket = (int) (rank >>> MEMBER_BITS) & (COUNT - 1);
            if (left[member] > 0 && free.get(bucket)) {
                left[member]--;
                free.clear(bucket);
                owners[bucket] = member;
            }
        }
    }

    /**
     * Whole buckets for each, in all {@code count}: what is left over goes to the largest rests.
     */
    private static int[] shares(List<Member> members, BitSet who, int count) {
        final long weights = who.stream().mapToLong(m -> members.get(m).weight()).sum();
        final int[] shares = new int[members.size()];
        who.stream().forEach(m -> shares[m] = (int) (count * (long) weight(members, m) / weights));
        final List<Integer> byRest =
                who.stream()
                        .boxed()
                        .sorted((one, other) -> byRest(members, one, other, count, weights))
                        .toList();
        int given = Arrays.stream(shares).sum();
        for (int m : byRest) {
            if (given < count) {
                shares[m]++;
                given++;
            }
        }
        takeFromTheRich(shares, who.stream().boxed().toList(), count);
        return shares;
    }

    /** Nobody goes without, as long as there are as many buckets as members. */
    private static void takeFromTheRich(int[] shares, Collection<Integer> who, int count) {
        if (who.size() > count) {
            return;
        }
        for (int poor : who) {
            if (shares[poor] == 0) {
                int rich = poor;
                for (int m : who) {
                    rich = shares[m] > shares[rich] ? m : rich;
                }
                shares[rich]--;
                shares[poor]++;
            }
        }
    }

    private static int weight(List<Member> members, int member) {
        return members.get(member).weight();
    }

    /** The largest rest first; of two equal ones that of the smaller name. */
    private static int byRest(List<Member> members, int one, int other, int count, long weights) {
        final int order =
                Long.compare(
                        count * (long) weight(members, other) % weights,
                        count * (long) weight(members, one) % weights);
        final Member first = members.get(one);
        final Member second = members.get(other);
        final int high = Long.compareUnsigned(first.high(), second.high());
        return order != 0
                ? order
                : high != 0 ? high : Long.compareUnsigned(first.low(), second.low());
    }

    /** Rank, bucket and member in one number each, the best rank first. */
    private static long[] ranks(List<Member> members, BitSet who, BitSet open) {
        final long[] ranks = new long[who.cardinality() * open.cardinality()];
        int n = 0;
        for (int m = who.nextSetBit(0); m >= 0; m = who.nextSetBit(m + 1)) {
            final Member member = members.get(m);
            final long name = KeyedHash.fold(member.high() ^ SPREAD, member.low() ^ MULTIPLIER) | 1;
            for (int b = open.nextSetBit(0); b >= 0; b = open.nextSetBit(b + 1)) {
                final long once = KeyedHash.fold(name ^ b * SPREAD, MULTIPLIER);
                final long rank = KeyedHash.fold(once ^ name, SPREAD) >>> 1;
                ranks[n++] =
                        rank >>> (MEMBER_BITS + BUCKET_BITS) << (MEMBER_BITS + BUCKET_BITS)
                                | (long) b << MEMBER_BITS
                                | m;
            }
        }
        Arrays.sort(ranks);
        return ranks;
    }
}
