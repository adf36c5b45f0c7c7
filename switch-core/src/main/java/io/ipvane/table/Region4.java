// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.util.random.RandomGenerator;

/**
 * IPv4 slots of 16 bytes, native order; four share a cache line and none straddles two.
 *
 * <pre>
 *  0        4        8        12
 * +--------+--------+--------+--------+
 * |address | domain |  word  | batch  |
 * +--------+--------+--------+--------+
 * </pre>
 */
final class Region4 extends Region {
    private static final int SLOT_BYTES = 16;
    private static final int WORD = 8;
    private static final int BATCH = 12;

    private final long secret0;
    private final long secret1;
    private final long secret2;

    Region4(Arena arena, int capacity, RandomGenerator secrets, Retirement retirement) {
        super(arena, capacity, SLOT_BYTES, WORD, BATCH, retirement);
        secret0 = secrets.nextLong();
        secret1 = secrets.nextLong() | 1;
        secret2 = secrets.nextLong() | 1;
    }

    int find(int domain, int address) {
        final long key = key(domain, address);
        final long offset = hash(key) & offsetMask;
        final int word = Memory.i32Acquire(base + offset + WORD);
        if (word > EMPTY && Memory.i64(base + offset) == key) {
            return word - 1;
        }
        return word == EMPTY ? AddressTable.NONE : findNext(key, offset);
    }

    /**
     * Where every search starts, then a first load from there: two loops of few instructions, so
     * that the loads of many keys are under way at once.
     */
    void start(int domain, long keys, long slots, long out, int stride, int count) {
        final long first = base;
        final long mask = offsetMask;
        final long s0 = secret0;
        final long s1 = secret1;
        final long s2 = secret2;
        final long own = key(domain, 0);
        for (int i = 0; i < count; i++) {
            final long key = own | Memory.u32(keys + (long) i * stride);
            Memory.put64(slots + (long) i * stride, first + (hash(key, s0, s1, s2) & mask));
        }
        touch(slots, stride, count, out);
    }

    static int peek(long slot, int domain, long address) {
        final int word = Memory.i32Acquire(slot, WORD);
        return word == EMPTY || (word > EMPTY && Memory.i64(slot, 0) == key(domain, address))
                ? word - 1
                : AddressTable.UNSETTLED;
    }

    int resume(long slot, int domain, long address) {
        return findNext(key(domain, address), slot - base);
    }

    void find(int domain, long keys, long slots, long out, int stride, int count) {
        start(domain, keys, slots, out, stride, count);
        final long own = key(domain, 0);
        long open = 0;
        for (int i = 0; i < count; i++) {
            final long at = (long) i * stride;
            final long key = own | Memory.u32(keys + at);
            final long slot = Memory.i64(slots + at);
            final int word = Memory.i32Acquire(slot, WORD);
            Memory.put32(out + at, word - 1);
            open |= unsettled(word, Memory.i64(slot, 0) ^ key) << i;
        }
        for (; open != 0; open &= open - 1) {
            final long at = (long) Long.numberOfTrailingZeros(open) * stride;
            Memory.put32(out + at, resume(Memory.i64(slots + at), domain, Memory.i64(keys + at)));
        }
    }

    /** The probes after the first, which missed at {@code home}. */
    private int findNext(long key, long home) {
        long offset = home;
        for (int probe = 1; probe < AddressTable.MAX_PROBES; probe++) {
            offset = (offset + SLOT_BYTES) & offsetMask;
            final int word = Memory.i32Acquire(base + offset + WORD);
            if (word == EMPTY) {
                break;
            }
            if (word > EMPTY && Memory.i64(base + offset) == key) {
                return word - 1;
            }
        }
        return AddressTable.NONE;
    }

    @Override
    long hash(int domain, long hi, long lo) {
        return hash(key(domain, lo));
    }

    @Override
    boolean holds(long slot, int domain, long hi, long lo) {
        return Memory.i64(slot) == key(domain, lo);
    }

    @Override
    void writeKey(long slot, int domain, long hi, long lo) {
        Memory.put64(slot, key(domain, lo));
    }

    @Override
    void visit(long slot, int value, AddressTable.Visitor visitor) {
        final long key = Memory.i64(slot);
        visitor.entry4((int) (key >>> 32), (int) key, value);
    }

    private static long key(int domain, long address) {
        return ((long) domain << 32) | (address & 0xFFFF_FFFFL);
    }

    private long hash(long key) {
        return hash(key, secret0, secret1, secret2);
    }

    /** The high bits of a product depend on all bits of both factors: they come down twice. */
    private static long hash(long key, long s0, long s1, long s2) {
        final long first = (key ^ s0) * s1;
        return ((first ^ (first >>> 32)) * s2) >>> 32;
    }
}
