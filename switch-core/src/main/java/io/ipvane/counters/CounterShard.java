// SPDX-License-Identifier: Apache-2.0
package io.ipvane.counters;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;

/**
 * The counters of one thread: rows of {@value #COLUMNS} 64-bit columns in native memory, a row a
 * port.
 *
 * <p>One writing thread, plain stores. Any thread may read and sees each value whole, perhaps a
 * moment old. A row has cache lines of its own, so that two shards never share one.
 */
public final class CounterShard {
    /** Columns of a row. */
    public static final int COLUMNS = 128;

    /**
     * One line more than the columns take, so that the first lines of many rows, where every burst
     * counts, do not all have the same place in the cache.
     */
    private static final int ROW_BYTES = COLUMNS * Long.BYTES + 64;

    private final long base;
    private final int rows;

    /** Zeroed counters for ports 0 to {@code rows - 1}, alive as long as {@code arena}. */
    public CounterShard(Arena arena, int rows) {
        this.rows = rows;
        this.base = arena.allocate((long) rows * ROW_BYTES, 64).address();
    }

    /** Adds to one counter. Owner thread only; {@code row} is below {@link #rows()}. */
    public void add(int row, int column, long amount) {
        final long at = base + (long) row * ROW_BYTES + column * (long) Long.BYTES;
        Memory.put64(at, Memory.i64(at) + amount);
    }

    /** One counter, perhaps a moment old. Any thread. */
    public long get(int row, int column) {
        return Memory.i64(base + (long) row * ROW_BYTES + column * (long) Long.BYTES);
    }

    /** Number of rows. */
    public int rows() {
        return rows;
    }
}
