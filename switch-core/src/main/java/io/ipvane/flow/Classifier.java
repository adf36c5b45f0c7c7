// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import io.ipvane.burst.HotPath;
import io.ipvane.memory.Memory;
import io.ipvane.table.KeyedHash;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the first rule of an ordered list that matches a {@link FlowKey}: tuple-space search. All
 * patterns with the same mask stand in one hash table, so that a search costs a probe for each mask
 * and not a comparison for each rule. Masks are asked in the order of their best rule, and the
 * search ends at the first mask that could only have a worse one than what was found. A mask is
 * skipped without a probe where the frame lacks what it is about.
 *
 * <p>A rule that says <i>continue</i> does not end the search: {@link #next} is asked again for
 * what comes after it.
 *
 * <p>Frozen, in native memory that goes with this object: who holds a raw address of it holds a
 * snapshot, and so this. Any thread may read. Rules are the operator's, so that no stranger can
 * make a table longer; the hash is keyed so that none can aim at one slot.
 *
 * <pre>
 * tuple    0 present: all bits must be set   8 first rule  12 last rule  16 slots  24 slots less 1
 *         32 words of the mask              40 (offset in the key, mask) a word
 * slot     0 hash, upper half above, and address of the entry less the base of all below
 * entry    0 value of each word, then the number of rules and the rules, ascending, 32 bits each
 * </pre>
 */
public final class Classifier {
    /** No rule matches. */
    public static final int NONE = Integer.MAX_VALUE;

    /** {@link #next} from the beginning. */
    public static final int START = -1;

    static final int PRESENT = 0;
    static final int FIRST = 8;
    static final int LAST = 12;
    static final int SLOTS = 16;
    static final int SLOT_MASK = 24;
    static final int COUNT = 32;
    static final int WORDS = 40;
    static final int WORD_BYTES = 16;

    private final long tuples;
    private final long tuplesEnd;
    private final long entries;
    private final long secret;
    private final PortClasses sourcePorts;
    private final PortClasses destinationPorts;
    private final NetworkClasses networks;
    private final boolean classed;
    private final long[] used;
    private final int masks;
    private final int size;

    /** The memory: the collector frees it when nobody has this object any more. */
    private final MemorySegment memory;

    private final long id;

    Classifier(
            MemorySegment memory,
            ClassifierImage image,
            Patterns patterns,
            NetworkClasses networks) {
        this.memory = memory;
        this.tuples = image.tuples;
        this.tuplesEnd = image.tuplesEnd;
        this.entries = image.entries;
        this.secret = image.secret;
        this.used = image.used;
        this.masks = image.masks;
        this.size = image.size;
        this.id = image.id;
        this.sourcePorts = patterns.sourcePorts();
        this.destinationPorts = patterns.destinationPorts();
        this.networks = networks;
        this.classed = sourcePorts != null || destinationPorts != null || networks != null;
    }

    /** A number that no other classifier has, above 0. */
    public long id() {
        return id;
    }

    /** Masks that a search may have to ask. */
    public int masks() {
        return masks;
    }

    /** Rules in the list. */
    public int size() {
        return size;
    }

    /** The bits of a word of the key that any rule asks about. */
    @HotPath
    long used(int word) {
        return used[word];
    }

    /** Writes what this classifier alone knows of a key; once, before the key is looked up. */
    @HotPath
    public void complete(long key) {
        if (classed) {
            FlowKey.word(key, FlowKey.CLASSES, classes(key));
        }
    }

    @HotPath
    private long classes(long key) {
        final long present = FlowKey.word(key, 0);
        long classes = 0;
        if (networks != null && (present & (FlowKey.IPV4 | FlowKey.IPV6)) != 0) {
            classes = network(key, FlowKey.SRC, present) | network(key, FlowKey.DST, present) << 16;
        }
        if ((present & FlowKey.PORTS) != 0) {
            final int ports = (int) FlowKey.word(key, 4);
            if (sourcePorts != null) {
                classes |= (long) sourcePorts.find(ports & 0xFFFF) << 32;
            }
            if (destinationPorts != null) {
                classes |= (long) destinationPorts.find(ports >>> 16) << 48;
            }
        }
        return classes;
    }

    @HotPath
    private long network(long key, int word, long present) {
        final long high = FlowKey.word(key, word);
        return (present & FlowKey.IPV4) != 0
                ? networks.find4((int) high)
                : networks.find6(high, FlowKey.word(key, word + 1));
    }

    /**
     * The first rule behind another one that matches.
     *
     * @param key a completed key
     * @param after {@link #START}, or the rule that said continue
     * @return place of the rule in the list, from 0, or {@link #NONE}
     */
    @HotPath
    public int next(long key, int after) {
        final long present = Memory.i64(key);
        int best = NONE;
        long tuple = tuples;
        while (tuple < tuplesEnd && Memory.i32(tuple, FIRST) < best) {
            final int count = Memory.i32(tuple, COUNT);
            if (Memory.i32(tuple, LAST) > after && (Memory.i64(tuple, PRESENT) & ~present) == 0) {
                best = Math.min(best, probe(tuple, count, key, after));
            }
            tuple += WORDS + (long) count * WORD_BYTES;
        }
        return best;
    }

    @HotPath
    private int probe(long tuple, int count, long key, int after) {
        final long words = tuple + WORDS;
        long hash = secret;
        for (int i = 0; i < count; i++) {
            final long word = words + (long) i * WORD_BYTES;
            hash = hash(hash, Memory.i64(key + Memory.i64(word)) & Memory.i64(word, 8));
        }
        final long slots = Memory.i64(tuple, SLOTS);
        final long mask = Memory.i64(tuple, SLOT_MASK);
        for (long at = hash & mask; ; at = (at + 1) & mask) {
            final long slot = Memory.i64(slots + at * Long.BYTES);
            if (slot == 0) {
                return NONE;
            }
            if (slot >>> 32 == hash >>> 32) {
                final long entry = entries + (slot & 0xFFFF_FFFFL);
                if (isEntry(entry, words, count, key)) {
                    return behind(entry + (long) count * Long.BYTES, after);
                }
            }
        }
    }

    /** One step of the hash over the words of a key. */
    @HotPath
    static long hash(long hash, long word) {
        return KeyedHash.fold(hash ^ word, 0x9E37_79B9_7F4A_7C15L);
    }

    @HotPath
    private static boolean isEntry(long entry, long words, int count, long key) {
        for (int i = 0; i < count; i++) {
            final long word = words + (long) i * WORD_BYTES;
            final long bits = Memory.i64(key + Memory.i64(word)) & Memory.i64(word, 8);
            if (bits != Memory.i64(entry + i * 8L)) {
                return false;
            }
        }
        return true;
    }

    @HotPath
    private static int behind(long rules, int after) {
        final int count = Memory.i32(rules);
        for (int i = 1; i <= count; i++) {
            final int rule = Memory.i32(rules + i * 4L);
            if (rule > after) {
                return rule;
            }
        }
        return NONE;
    }

    /** Bytes of native memory. */
    public long bytes() {
        return memory.byteSize();
    }

    /** Collects rules in their order. Owned by one thread, for one classifier. */
    public static final class Builder {
        private record Entry(Match match, boolean ends) {}

        private final List<Entry> rules = new ArrayList<>();
        private final Resolver places;

        /**
         * Begins a list.
         *
         * @param places what names stand for
         */
        public Builder(Resolver places) {
            this.places = places;
        }

        /**
         * Adds a rule behind the others.
         *
         * @param ends whether the search ends where it matches
         */
        public Builder add(Match match, boolean ends) {
            rules.add(new Entry(match, ends));
            return this;
        }

        /**
         * The frozen form.
         *
         * @throws IllegalArgumentException with a sentence where the list would become too large
         */
        public Classifier build() {
            final Patterns patterns = new Patterns(places);
            rules.forEach(rule -> patterns.prepare(rule.match()));
            final NetworkClasses networks = patterns.networks();
            final ClassifierImage image = new ClassifierImage(rules.size());
            for (int i = 0; i < rules.size(); i++) {
                for (Pattern pattern : patterns.of(rules.get(i).match())) {
                    image.add(pattern, i, rules.get(i).ends());
                }
            }
            return new Classifier(image.write(Arena.ofAuto()), image, patterns, networks);
        }
    }
}
