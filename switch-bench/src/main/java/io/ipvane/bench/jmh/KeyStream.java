// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.burst.Burst;
import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;

/**
 * What a lookup benchmark asks, in bursts of 64: the addresses of a table in random order, each
 * once before any twice, with a share of addresses that are not in it. In native memory, in the
 * forms that the tables want. Domain 0.
 */
final class KeyStream implements AutoCloseable {
    /** Bursts that one invocation asks: a native call more or less does not matter then. */
    static final int BURSTS = 16;

    /** Lookups of one invocation. */
    static final int LOOKUPS = BURSTS * Burst.MAX;

    private static final int SEED = 7;
    private static final int LEAST = 1 << 16;

    /** {@code struct { uint64_t high, low; uint32_t domain; }}, of which 20 bytes are the key. */
    private static final int PACKED_STRIDE = 24;

    private static final int PACKED_KEY = 20;

    private final Arena arena = Arena.ofShared();
    private final Addresses addresses;
    private final int family;
    private final int entries;
    private final long high;
    private final long low;
    private final long packed;
    private final int bursts;
    private final long expected;

    /**
     * @param addresses the first {@code entries} are in the table, as many after them are not
     * @param hits share of questions for what is in the table, per cent
     */
    KeyStream(int family, int entries, int hits, Addresses addresses) {
        this.family = family;
        this.entries = entries;
        this.addresses = addresses;
        final SplittableRandom random = new SplittableRandom(SEED);
        final int length = Math.ceilDiv(Math.max(LEAST, entries), LOOKUPS) * LOOKUPS;
        bursts = length / Burst.MAX;
        high = arena.allocate(8L * length, 64).address();
        low = arena.allocate(8L * length, 64).address();
        packed = arena.allocate((long) PACKED_STRIDE * length, 64).address();
        final int[] order = shuffled(entries, random);
        long present = 0;
        for (int k = 0; k < length; k++) {
            final boolean hit = random.nextInt(100) < hits;
            present += hit ? 1 : 0;
            write(k, order[k % entries] + (hit ? 0 : entries));
        }
        expected = present;
    }

    private static int[] shuffled(int entries, SplittableRandom random) {
        final int[] order = new int[entries];
        for (int i = 0; i < entries; i++) {
            final int k = random.nextInt(i + 1);
            order[i] = order[k];
            order[k] = i;
        }
        return order;
    }

    private void write(int k, int i) {
        Memory.put64(high + 8L * k, addresses.high(i));
        Memory.put64(low + 8L * k, addresses.low(i));
        pack(packed + (long) PACKED_STRIDE * k, i);
    }

    /** An address as a key of {@code rte_hash}, which for IPv4 is that of {@link #lowAt}. */
    private void pack(long at, int i) {
        Memory.put64(at, addresses.high(i));
        Memory.put64(at + 8, addresses.low(i));
        Memory.put64(at + 16, 0);
    }

    boolean ipv4() {
        return family == 4;
    }

    /** Number of addresses in the table. */
    int entries() {
        return entries;
    }

    /** Bursts in all, a multiple of {@link #BURSTS}. */
    int bursts() {
        return bursts;
    }

    /** Address of the high halves from one burst on, 8 bytes each. */
    long highAt(int burst) {
        return high + 8L * Burst.MAX * burst;
    }

    /** Address of the low halves, or IPv4 addresses, from one burst on, 8 bytes each. */
    long lowAt(int burst) {
        return low + 8L * Burst.MAX * burst;
    }

    /** Keys as {@code rte_hash} takes them, from one burst on. */
    long keysAt(int burst) {
        return ipv4() ? lowAt(burst) : packed + (long) PACKED_STRIDE * Burst.MAX * burst;
    }

    /** Bytes from key to key of {@link #keysAt}. */
    int keyStride() {
        return ipv4() ? 8 : PACKED_STRIDE;
    }

    /** Bytes of a key of {@link #keysAt}. */
    int keyBytes() {
        return ipv4() ? 8 : PACKED_KEY;
    }

    /** Gives every address of the table, and the key of it in {@code rte_hash}'s form. */
    void forEachEntry(EntryVisitor visitor) {
        try (Arena scratch = Arena.ofConfined()) {
            final long key = scratch.allocate(PACKED_STRIDE, 8).address();
            for (int i = 0; i < entries; i++) {
                pack(key, i);
                visitor.entry(
                        addresses.high(i), addresses.low(i), ipv4() ? key + 8 : key, i & 0x3FF);
            }
        }
    }

    /** Receives the entries of a table. */
    interface EntryVisitor {
        void entry(long high, long low, long key, int owner);
    }

    /** Fails unless so many questions of the whole stream were answered with an owner. */
    void check(String who, long found) {
        if (found != expected) {
            throw new IllegalStateException(
                    who + " found " + found + " of " + expected + " addresses");
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
