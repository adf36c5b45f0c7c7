// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Lays the tables of a {@link Classifier} out in native memory. One thread, for one of them. */
final class ClassifierImage {
    /** Entries of all rules together, some 100 bytes each. */
    static final int MOST_ENTRIES = 1 << 18;

    /** Masks: a search that finds nothing probes each of them. */
    static final int MOST_MASKS = 1024;

    private static final AtomicLong IDS = new AtomicLong();
    private static final int LINE = 64;

    /** Patterns of one mask: by value the rules, ascending. */
    private static final class Tuple {
        final Pattern example;
        final List<Integer> words = new ArrayList<>();
        final Map<Pattern.Words, List<Integer>> rules = new LinkedHashMap<>();
        int first = Integer.MAX_VALUE;
        int last = -1;

        Tuple(Pattern example) {
            this.example = example;
            for (int word = 0; word < FlowKey.WORDS; word++) {
                if (example.mask(word) != 0) {
                    words.add(word);
                }
            }
        }

        long slots() {
            return Long.highestOneBit(Math.max(1, rules.size())) * 4;
        }

        long entryBytes() {
            long bytes = 0;
            for (List<Integer> of : rules.values()) {
                bytes += entryBytes(of.size());
            }
            return bytes;
        }

        long entryBytes(int count) {
            return words.size() * 8L + ((4L * (count + 1) + 7) & ~7L);
        }

        long tupleBytes() {
            return Classifier.WORDS + (long) words.size() * Classifier.WORD_BYTES;
        }
    }

    private final Map<Pattern.Words, Tuple> tuplesByMask = new HashMap<>();

    /** Rules by place: whether the search ends there. */
    private final boolean[] ends;

    private int entryCount;

    final long[] used = new long[FlowKey.WORDS];
    final long secret = new SplittableRandom().nextLong();
    final long id = IDS.incrementAndGet();
    final int size;
    int masks;
    long tuples;
    long tuplesEnd;
    long entries;

    ClassifierImage(int size) {
        this.size = size;
        this.ends = new boolean[size];
    }

    /** Adds a pattern of a rule; rules come in their order. */
    void add(Pattern pattern, int rule, boolean isLast) {
        ends[rule] = isLast;
        final Tuple tuple =
                tuplesByMask.computeIfAbsent(pattern.masks(), mask -> new Tuple(pattern));
        final List<Integer> rules =
                tuple.rules.computeIfAbsent(pattern.values(), value -> new ArrayList<>());
        final boolean shadowed = !rules.isEmpty() && ends[rules.getLast()];
        if (shadowed || (!rules.isEmpty() && rules.getLast() == rule)) {
            return;
        }
        rules.add(rule);
        tuple.first = Math.min(tuple.first, rule);
        tuple.last = Math.max(tuple.last, rule);
        for (int word : tuple.words) {
            used[word] |= pattern.mask(word);
        }
        refuse(++entryCount > MOST_ENTRIES, "more than " + MOST_ENTRIES + " entries");
        refuse(tuplesByMask.size() > MOST_MASKS, "more than " + MOST_MASKS + " different masks");
    }

    private static void refuse(boolean tooMuch, String what) {
        if (tooMuch) {
            throw new IllegalArgumentException(
                    "the rules become "
                            + what
                            + " of the classifier; use fewer kinds of prefix lengths, ranges and"
                            + " sets");
        }
    }

    /** Writes everything; afterwards the addresses are known. */
    MemorySegment write(Arena arena) {
        final List<Tuple> sorted = new ArrayList<>(tuplesByMask.values());
        sorted.sort(Comparator.comparingInt(tuple -> tuple.first));
        masks = sorted.size();
        final long slotBytes = sorted.stream().mapToLong(t -> t.slots() * Long.BYTES).sum();
        final long entryBytes = sorted.stream().mapToLong(Tuple::entryBytes).sum();
        final long tupleBytes = sorted.stream().mapToLong(Tuple::tupleBytes).sum();
        // The first entry is not at 0, which stands for an empty slot.
        final MemorySegment memory =
                arena.allocate(LINE + entryBytes + slotBytes + tupleBytes, LINE);
        entries = memory.address();
        long entry = entries + LINE;
        long slots = entry + entryBytes;
        tuples = slots + slotBytes;
        tuplesEnd = tuples;
        for (Tuple tuple : sorted) {
            head(tuplesEnd, tuple, slots);
            for (var of : tuple.rules.entrySet()) {
                entry(entry, tuple, of.getKey().words, of.getValue());
                link(slots, tuple.slots() - 1, hash(tuple, of.getKey().words), entry - entries);
                entry += tuple.entryBytes(of.getValue().size());
            }
            slots += tuple.slots() * Long.BYTES;
            tuplesEnd += tuple.tupleBytes();
        }
        return memory;
    }

    private static void head(long at, Tuple tuple, long slots) {
        Memory.put64(at, Classifier.PRESENT, tuple.example.mask(0) & FlowKey.PRESENT);
        Memory.put32(at, Classifier.FIRST, tuple.first);
        Memory.put32(at, Classifier.LAST, tuple.last);
        Memory.put64(at, Classifier.SLOTS, slots);
        Memory.put64(at, Classifier.SLOT_MASK, tuple.slots() - 1);
        Memory.put32(at, Classifier.COUNT, tuple.words.size());
        long to = at + Classifier.WORDS;
        for (int word : tuple.words) {
            Memory.put64(to, word * 8L);
            Memory.put64(to + Long.BYTES, tuple.example.mask(word));
            to += Classifier.WORD_BYTES;
        }
    }

    private static void entry(long at, Tuple tuple, long[] values, List<Integer> rules) {
        long to = at;
        for (int word : tuple.words) {
            Memory.put64(to, values[word]);
            to += Long.BYTES;
        }
        Memory.put32(to, rules.size());
        for (int rule : rules) {
            to += Integer.BYTES;
            Memory.put32(to, rule);
        }
    }

    private long hash(Tuple tuple, long[] values) {
        long hash = secret;
        for (int word : tuple.words) {
            hash = Classifier.hash(hash, values[word]);
        }
        return hash;
    }

    private static void link(long slots, long mask, long hash, long entry) {
        long at = hash & mask;
        while (Memory.i64(slots + at * Long.BYTES) != 0) {
            at = (at + 1) & mask;
        }
        Memory.put64(slots + at * Long.BYTES, (hash >>> 32) << 32 | entry);
    }
}
