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
    private final long secret3;

    Region4(Arena arena, int capacity, RandomGenerator secrets, Retirement retirement) {
        super(arena, capacity, SLOT_BYTES, WORD, BATCH, retirement);
        secret0 = secrets.nextLong();
        secret1 = secrets.nextLong() | 1;
        secret2 = secrets.nextLong();
        secret3 = secrets.nextLong() | 1;
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

    void find(int domain, long[] keys, int[] rows, int rowCount, int[] out) {
        final long first = base;
        final long mask = offsetMask;
        final long s0 = secret0;
        final long s1 = secret1;
        final long s2 = secret2;
        final long s3 = secret3;
        for (int r = 0; r < rowCount; r++) {
            final int row = rows[r];
            final long key = key(domain, keys[row]);
            final long offset = hash(key, s0, s1, s2, s3) & mask;
            final int word = Memory.i32Acquire(first + offset + WORD);
            if (word == EMPTY || (word > EMPTY && Memory.i64(first + offset) == key)) {
                out[row] = word - 1;
            } else {
                out[row] = findNext(key, offset);
            }
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
        return hash(key, secret0, secret1, secret2, secret3);
    }

    private static long hash(long key, long s0, long s1, long s2, long s3) {
        return KeyedHash.fold(KeyedHash.fold(key ^ s0, s1) ^ s2, s3);
    }
}
