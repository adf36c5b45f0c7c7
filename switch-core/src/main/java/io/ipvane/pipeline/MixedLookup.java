// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.memory.Memory;
import io.ipvane.table.AddressTable;
import java.lang.foreign.Arena;

/**
 * Looks up a burst whose frames are not all of one family: sorts the keys into rows of their own, a
 * block a family, so that the table always sees keys at equal distances. Owned by the lcore that
 * runs the stage.
 */
@HotPath
final class MixedLookup {
    // A row of ours: both halves of a key, the result, which frame it is of, and scratch.
    private static final int ROW_BYTES = 32;
    private static final int LOW = 8;
    private static final int RESULT = 16;
    private static final int FRAME = 20;
    private static final int SLOT = 24;

    private final long rows4;
    private final long rows6;

    MixedLookup(Arena arena) {
        rows4 = arena.allocate(Burst.MAX * (long) ROW_BYTES, Long.BYTES).address();
        rows6 = arena.allocate(Burst.MAX * (long) ROW_BYTES, Long.BYTES).address();
    }

    /**
     * Fills the result of every row; a row without a key has no owner.
     *
     * @param high offset within a row of the burst of the key's high half
     * @param low offset of its low half
     * @param out offset of the result
     */
    void find(Burst burst, AddressTable table, int domain, int high, int low, int out) {
        int count4 = 0;
        int count6 = 0;
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            final long row = burst.row(i);
            switch (Row.family(row)) {
                case Burst.KEY_IPV4 -> put(rows4 + (long) ROW_BYTES * count4++, row, i, high, low);
                case Burst.KEY_IPV6 -> put(rows6 + (long) ROW_BYTES * count6++, row, i, high, low);
                default -> Memory.put32(row + out, AddressTable.NONE);
            }
        }
        table.find4(domain, rows4, rows4 + SLOT, rows4 + RESULT, ROW_BYTES, count4);
        scatter(burst, rows4, count4, out);
        table.find6(domain, rows6, rows6 + LOW, rows6 + SLOT, rows6 + RESULT, ROW_BYTES, count6);
        scatter(burst, rows6, count6, out);
    }

    private static void put(long to, long row, int frame, int high, int low) {
        Memory.put64(to, Memory.i64(row + high));
        Memory.put64(to + LOW, Memory.i64(row + low));
        Memory.put32(to + FRAME, frame);
    }

    private static void scatter(Burst burst, long from, int count, int out) {
        for (int k = 0; k < count; k++) {
            final long at = from + (long) k * ROW_BYTES;
            Memory.put32(burst.row(Memory.i32(at + FRAME)) + out, Memory.i32(at + RESULT));
        }
    }
}
