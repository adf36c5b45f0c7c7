// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import io.ipvane.memory.Memory;
import io.ipvane.memory.Pages;
import java.lang.foreign.Arena;

/**
 * The slots of one address family, and what the writer does to them; {@link AddressTable} explains
 * the protocol. A slot is a key, a batch number that only the writer reads, and a state word:
 *
 * <pre>
 *  word   slot                                    a reader
 *   0     empty, never used or long since clean   stops: the key is not here
 *   n>0   live, value n - 1                       compares the key
 *  -1     deleted                                 goes on, without a look at the key
 * </pre>
 *
 * <p>Zeroed memory is an empty region, and an empty word minus one is {@link AddressTable#NONE}.
 */
abstract sealed class Region permits Region4, Region6 {
    static final int EMPTY = 0;
    static final int DELETED = -1;

    private static final int MIN_SLOTS = 8;

    /** Up to this capacity a quarter of the slots is used at most, above it half. */
    private static final int SMALL = 1 << 16;

    /** Address of the first slot. */
    final long base;

    /** Turns a hash into the byte offset of a slot: bytes of the region less those of a slot. */
    final long offsetMask;

    private final int slotBytes;
    private final int wordOffset;
    private final int batchOffset;
    private final int limit;
    private final Retirement retirement;
    private int live;
    private int used;
    private boolean refused;

    Region(
            Arena arena,
            int capacity,
            int slotBytes,
            int wordOffset,
            int batchOffset,
            Retirement retirement) {
        final int spread = capacity <= SMALL ? 4 : 2;
        final long slots =
                Math.max(MIN_SLOTS, Long.highestOneBit((long) spread * capacity - 1) << 1);
        this.slotBytes = slotBytes;
        this.wordOffset = wordOffset;
        this.batchOffset = batchOffset;
        this.retirement = retirement;
        this.limit = (int) (slots / spread);
        this.offsetMask = (slots - 1) * slotBytes;
        this.base = Pages.zeroed(arena, slots * slotBytes);
    }

    /** Hash of a key; the bits of {@link #offsetMask} choose its home slot. */
    abstract long hash(int domain, long hi, long lo);

    abstract boolean holds(long slot, int domain, long hi, long lo);

    abstract void writeKey(long slot, int domain, long hi, long lo);

    abstract void visit(long slot, int value, AddressTable.Visitor visitor);

    /**
     * Loads the first word of every slot, so that they are in the cache when they are looked at.
     * The sum goes to a place that is written again, so that the compiler does not leave the loads
     * out; a loop that also kept the words was slower by a tenth.
     */
    static void touch(long slots, int stride, int count, long anyPlace) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Memory.i32(Memory.i64(slots + (long) i * stride), 0);
        }
        Memory.put32(anyPlace, sum);
    }

    /** 0 where a slot is empty, or live with the key asked for ({@code difference} 0); else 1. */
    static long unsettled(int word, long difference) {
        final long otherKey = (difference | -difference) >>> 63;
        final int used = (word | -word) >>> 31;
        return (otherKey & used) | (word >>> 31);
    }

    final int live() {
        return live;
    }

    final int deleted() {
        return used - live;
    }

    /** Whether an entry has not been added because all slots that may be used were. */
    final boolean hasRefused() {
        return refused;
    }

    final int limit() {
        return limit;
    }

    final long slots() {
        return offsetMask / slotBytes + 1;
    }

    final long bytes() {
        return offsetMask + slotBytes;
    }

    final AddressTable.Outcome put(int domain, long hi, long lo, int value) {
        long offset = hash(domain, hi, lo) & offsetMask;
        long reusable = -1;
        for (int probe = 0; probe < AddressTable.MAX_PROBES; probe++) {
            final long slot = base + offset;
            final int word = Memory.i32(slot + wordOffset);
            if (word == EMPTY) {
                return addAt(offset, reusable, domain, hi, lo, value);
            }
            if (holds(slot, domain, hi, lo)) {
                return replace(slot, word, value);
            }
            if (word == DELETED && reusable < 0 && mayReuse(slot)) {
                reusable = offset;
            }
            offset = (offset + slotBytes) & offsetMask;
        }
        if (reusable >= 0) {
            fill(reusable, domain, hi, lo, value);
            return AddressTable.Outcome.ADDED;
        }
        return AddressTable.Outcome.FULL;
    }

    /** Deletes a key; the caller advances the retirement afterwards. */
    final int remove(int domain, long hi, long lo) {
        long offset = hash(domain, hi, lo) & offsetMask;
        for (int probe = 0; probe < AddressTable.MAX_PROBES; probe++) {
            final long slot = base + offset;
            final int word = Memory.i32(slot + wordOffset);
            if (word == EMPTY) {
                return AddressTable.NONE;
            }
            if (holds(slot, domain, hi, lo)) {
                return delete(slot, word);
            }
            offset = (offset + slotBytes) & offsetMask;
        }
        return AddressTable.NONE;
    }

    final void forEach(AddressTable.Visitor visitor) {
        for (long offset = 0; offset <= offsetMask; offset += slotBytes) {
            final int word = Memory.i32(base + offset + wordOffset);
            if (word > EMPTY) {
                visit(base + offset, word - 1, visitor);
            }
        }
    }

    /** A new key goes to the first slot it may have: a reusable one passed, or the empty end. */
    private AddressTable.Outcome addAt(
            long end, long reusable, int domain, long hi, long lo, int value) {
        if (reusable >= 0) {
            fill(reusable, domain, hi, lo, value);
            trim(end);
            return AddressTable.Outcome.ADDED;
        }
        if (used == limit) {
            refused = true;
            return AddressTable.Outcome.FULL;
        }
        fill(end, domain, hi, lo, value);
        used++;
        return AddressTable.Outcome.ADDED;
    }

    /** The slot has held this key since its last use, so its word may be stored at any time. */
    private AddressTable.Outcome replace(long slot, int word, int value) {
        if (word == value + 1) {
            return AddressTable.Outcome.SAME;
        }
        Memory.put32Release(slot + wordOffset, value + 1);
        if (word != DELETED) {
            return AddressTable.Outcome.MOVED;
        }
        live++;
        return AddressTable.Outcome.ADDED;
    }

    private int delete(long slot, int word) {
        if (word == DELETED) {
            return AddressTable.NONE;
        }
        Memory.put32Release(slot + wordOffset, DELETED);
        Memory.put32(slot + batchOffset, retirement.batch());
        live--;
        return word - 1;
    }

    private void fill(long offset, int domain, long hi, long lo, int value) {
        final long slot = base + offset;
        writeKey(slot, domain, hi, lo);
        Memory.put32Release(slot + wordOffset, value + 1);
        live++;
    }

    private boolean mayReuse(long slot) {
        return retirement.isOver(Memory.i32(slot + batchOffset));
    }

    /**
     * Empties reusable slots right before an empty one. No key lives behind them, or the slot at
     * {@code end} would not be empty; so a reader that stops there misses nothing.
     */
    private void trim(long end) {
        long offset = (end - slotBytes) & offsetMask;
        while (Memory.i32(base + offset + wordOffset) == DELETED && mayReuse(base + offset)) {
            Memory.put32Release(base + offset + wordOffset, EMPTY);
            used--;
            offset = (offset - slotBytes) & offsetMask;
        }
    }
}
