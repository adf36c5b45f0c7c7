// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.util.random.RandomGenerator;

/**
 * IPv6 slots of 32 bytes, native order; two share a cache line and none straddles two.
 *
 * <pre>
 *  0        8        16       20       24       28
 * +--------+--------+--------+--------+--------+--------+
 * |   hi   |   lo   | domain |  word  | batch  | unused |
 * +--------+--------+--------+--------+--------+--------+
 * </pre>
 */
final class Region6 extends Region {
    private static final int SLOT_BYTES = 32;
    private static final int LO = 8;
    private static final int DOMAIN = 16;
    private static final int WORD = 20;
    private static final int BATCH = 24;

    private final long secret0;
    private final long secret1;
    private final long secret2;
    private final long secret3;
    private final long secret4;

    Region6(Arena arena, int capacity, RandomGenerator secrets, Retirement retirement) {
        super(arena, capacity, SLOT_BYTES, WORD, BATCH, retirement);
        secret0 = secrets.nextLong();
        secret1 = secrets.nextLong();
        secret2 = secrets.nextLong();
        secret3 = secrets.nextLong() | 1;
        secret4 = secrets.nextLong() | 1;
    }

    int find(int domain, long hi, long lo) {
        final long offset = hash(domain, hi, lo) & offsetMask;
        final long slot = base + offset;
        final int word = Memory.i32Acquire(slot + WORD);
        if (word > EMPTY && holds(slot, domain, hi, lo)) {
            return word - 1;
        }
        return word == EMPTY ? AddressTable.NONE : findNext(domain, hi, lo, offset);
    }

    /** As in {@link Region4}. */
    void start(int domain, long high, long low, long slots, long out, int stride, int count) {
        final long first = base;
        final long mask = offsetMask;
        final long s0 = secret0;
        final long s1 = secret1;
        final long ofDomain = domainHash(domain);
        final long s2 = secret4;
        for (int i = 0; i < count; i++) {
            final long at = (long) i * stride;
            final long hash =
                    hash(Memory.i64(high + at), Memory.i64(low + at), s0, s1, ofDomain, s2);
            Memory.put64(slots + at, first + (hash & mask));
        }
        touch(slots, stride, count, out);
    }

    static int peek(long slot, int domain, long hi, long lo) {
        final int word = Memory.i32Acquire(slot, WORD);
        return word == EMPTY || (word > EMPTY && matches(slot, domain, hi, lo))
                ? word - 1
                : AddressTable.UNSETTLED;
    }

    int resume(long slot, int domain, long hi, long lo) {
        return findNext(domain, hi, lo, slot - base);
    }

    void find(int domain, long high, long low, long slots, long out, int stride, int count) {
        start(domain, high, low, slots, out, stride, count);
        long open = 0;
        for (int i = 0; i < count; i++) {
            final long at = (long) i * stride;
            final long slot = Memory.i64(slots + at);
            final int word = Memory.i32Acquire(slot, WORD);
            final long difference =
                    (Memory.i64(slot, 0) ^ Memory.i64(high + at))
                            | (Memory.i64(slot, LO) ^ Memory.i64(low + at))
                            | (Memory.i32(slot, DOMAIN) ^ domain);
            Memory.put32(out + at, word - 1);
            open |= unsettled(word, difference) << i;
        }
        for (; open != 0; open &= open - 1) {
            final long at = (long) Long.numberOfTrailingZeros(open) * stride;
            final long slot = Memory.i64(slots + at);
            final int owner = resume(slot, domain, Memory.i64(high + at), Memory.i64(low + at));
            Memory.put32(out + at, owner);
        }
    }

    /** The probes after the first, which missed at {@code home}. */
    private int findNext(int domain, long hi, long lo, long home) {
        long offset = home;
        for (int probe = 1; probe < AddressTable.MAX_PROBES; probe++) {
            offset = (offset + SLOT_BYTES) & offsetMask;
            final int word = Memory.i32Acquire(base + offset + WORD);
            if (word == EMPTY) {
                break;
            }
            if (word > EMPTY && holds(base + offset, domain, hi, lo)) {
                return word - 1;
            }
        }
        return AddressTable.NONE;
    }

    @Override
    long hash(int domain, long hi, long lo) {
        return hash(hi, lo, secret0, secret1, domainHash(domain), secret4);
    }

    @Override
    boolean holds(long slot, int domain, long hi, long lo) {
        return matches(slot, domain, hi, lo);
    }

    private static boolean matches(long slot, int domain, long hi, long lo) {
        return Memory.i64(slot, 0) == hi
                && Memory.i64(slot, LO) == lo
                && Memory.i32(slot, DOMAIN) == domain;
    }

    @Override
    void writeKey(long slot, int domain, long hi, long lo) {
        Memory.put64(slot, hi);
        Memory.put64(slot + LO, lo);
        Memory.put32(slot + DOMAIN, domain);
    }

    @Override
    void visit(long slot, int value, AddressTable.Visitor visitor) {
        visitor.entry6(Memory.i32(slot + DOMAIN), Memory.i64(slot), Memory.i64(slot + LO), value);
    }

    /** Once a burst: the part of the hash that all keys of a domain share. */
    private long domainHash(int domain) {
        return KeyedHash.fold(domain ^ secret2, secret3);
    }

    private static long hash(long hi, long lo, long s0, long s1, long ofDomain, long s2) {
        final long first = KeyedHash.fold(hi ^ s0, lo ^ s1) ^ ofDomain;
        return ((first ^ (first >>> 32)) * s2) >>> 32;
    }
}
