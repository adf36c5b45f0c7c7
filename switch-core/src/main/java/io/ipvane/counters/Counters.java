// SPDX-License-Identifier: Apache-2.0
package io.ipvane.counters;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * All shards of the switch. Threads that count take a {@link #shard()} at start; readers ask for
 * sums. Any thread; nothing here is on the hot path.
 */
public final class Counters {
    private final Arena arena;
    private final int rows;
    private final List<CounterShard> shards = new CopyOnWriteArrayList<>();

    /** What the totals of a row were when it was begun; null where that is 0. */
    private final AtomicReferenceArray<long[]> begun;

    /**
     * @param arena holds the memory of every shard
     * @param rows highest port index plus one
     */
    public Counters(Arena arena, int rows) {
        this.arena = arena;
        this.rows = rows;
        this.begun = new AtomicReferenceArray<>(rows);
    }

    /** A new shard for the calling role; its owner is the thread that will run the role. */
    public CounterShard shard() {
        final CounterShard shard = new CounterShard(arena, rows);
        shards.add(shard);
        return shard;
    }

    /** Number of rows: ports that can be counted. */
    public int rows() {
        return rows;
    }

    /** Sum of one counter over all shards, since the row was last {@linkplain #restart begun}. */
    public long sum(int row, int column) {
        final long[] before = begun.get(row);
        return total(row, column) - (before == null ? 0 : before[column]);
    }

    /** Counts a row from 0 again, for another port; nobody counts in it at the moment. */
    public void restart(int row) {
        final long[] now = new long[CounterShard.COLUMNS];
        Arrays.setAll(now, column -> total(row, column));
        begun.set(row, now);
    }

    private long total(int row, int column) {
        long sum = 0;
        for (CounterShard shard : shards) {
            sum += shard.get(row, column);
        }
        return sum;
    }
}
