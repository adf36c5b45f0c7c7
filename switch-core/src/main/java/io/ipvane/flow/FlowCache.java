// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import io.ipvane.burst.HotPath;
import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;

/**
 * What the classifier has said of flows seen before: a flow pays one probe, whatever the rules. A
 * place holds one flow; another one that falls on it takes it. Flows differ only where some rule
 * asks: with rules about addresses alone, all connections between two hosts are one flow.
 *
 * <p>An answer is of one classifier, and void with the next: nothing is cleared.
 *
 * <p>In native memory, owned by one lcore.
 *
 * <pre>
 * 0 classifier  8 hash  16 number of rules  20 the rules, ascending, 32 bits each   64 key
 * </pre>
 */
@HotPath
public final class FlowCache {
    /** Rules that an answer has room for; a longer one is not kept. */
    public static final int MOST_RULES = 11;

    private static final int ENTRY_BYTES = 64 + FlowKey.BYTES;
    private static final int COUNT = 16;
    private static final int RULES = 20;
    private static final int KEY = 64;
    private static final int HASH = 8;
    private static final long SECRET = new SplittableRandom().nextLong();

    private final long entries;
    private final long mask;

    /** The hash of the key that {@link #find} was last asked for. */
    private long hash;

    /**
     * A cache.
     *
     * @param flows how many it has room for, a power of two
     */
    public FlowCache(Arena arena, int flows) {
        this.entries = arena.allocate((long) flows * ENTRY_BYTES, 64).address();
        this.mask = (long) flows - 1;
    }

    /**
     * Looks for the answer about a key.
     *
     * @param key a completed key
     * @return address of the answer, or 0 where there is none
     */
    public long find(Classifier classifier, long key) {
        long sum = SECRET;
        for (int word = 0; word < FlowKey.WORDS; word++) {
            final long used = classifier.used(word);
            if (used != 0) {
                sum = Classifier.hash(sum, FlowKey.word(key, word) & used);
            }
        }
        hash = sum;
        final long entry = entry();
        return Memory.i64(entry) == classifier.id()
                        && Memory.i64(entry, HASH) == sum
                        && isKey(entry, classifier, key)
                ? entry
                : 0;
    }

    private long entry() {
        return entries + (hash & mask) * ENTRY_BYTES;
    }

    private static boolean isKey(long entry, Classifier classifier, long key) {
        for (int word = 0; word < FlowKey.WORDS; word++) {
            final long differs = FlowKey.word(key, word) ^ FlowKey.word(entry + KEY, word);
            if ((differs & classifier.used(word)) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Begins an answer about the key that was last looked for, and not found: no rules yet. */
    public long begin(Classifier classifier, long key) {
        final long entry = entry();
        Memory.put64(entry, 0, classifier.id());
        Memory.put64(entry, HASH, hash);
        Memory.put32(entry, COUNT, 0);
        Memory.copy(key, entry + KEY, FlowKey.BYTES);
        return entry;
    }

    /** Adds a rule to an answer. One too many makes the answer void, and is not added. */
    public static void add(long answer, int rule) {
        final int count = Memory.i32(answer, COUNT);
        if (count == MOST_RULES) {
            Memory.put64(answer, 0, 0);
        } else {
            Memory.put32(answer + RULES + count * 4L, rule);
            Memory.put32(answer, COUNT, count + 1);
        }
    }

    /** How many rules an answer has. */
    public static int count(long answer) {
        return Memory.i32(answer, COUNT);
    }

    /** One of the rules of an answer, in the order of the list. */
    public static int rule(long answer, int n) {
        return Memory.i32(answer + RULES + n * 4L);
    }
}
