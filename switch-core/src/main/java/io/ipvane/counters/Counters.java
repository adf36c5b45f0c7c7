// SPDX-License-Identifier: Apache-2.0
package io.ipvane.counters;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * All shards of the switch. Threads that count take a {@link #shard()} at start; readers ask for
 * sums. Any thread; nothing here is on the hot path.
 */
public final class Counters {
    private final Arena arena;
    private final int rows;
    private final List<CounterShard> shards = new CopyOnWriteArrayList<>();

    /**
     * @param arena holds the memory of every shard
     * @param rows highest port index plus one
     */
    public Counters(Arena arena, int rows) {
        this.arena = arena;
        this.rows = rows;
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

    /** Sum of one counter over all shards. */
    public long sum(int row, int column) {
        long sum = 0;
        for (CounterShard shard : shards) {
            sum += shard.get(row, column);
        }
        return sum;
    }
}
