// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;

/** Keys of a bulk lookup in native memory, a stride apart, and the results back from there. */
final class Strided {
    /** From one key to the next: no power of two, to see that none is assumed. */
    static final int BYTES = 40;

    /** The most that one call takes. */
    private static final int BURST = 64;

    private static final int LOW = 8;
    private static final int RESULT = 20;
    private static final int SLOT = 24;

    /** A bulk lookup: addresses of the first high half, low half, slot and result, and how many. */
    interface Lookup {
        void find(long high, long low, long slot, long result, int count);
    }

    private Strided() {}

    /** Looks up the keys in some rows; {@code out} of other rows stays as it is. */
    static void find(long[][] keys, int[] rows, int[] out, Lookup lookup) {
        for (int first = 0; first < rows.length; first += BURST) {
            find(keys, rows, first, Math.min(BURST, rows.length - first), out, lookup);
        }
    }

    private static void find(
            long[][] keys, int[] rows, int first, int count, int[] out, Lookup lookup) {
        try (Arena arena = Arena.ofConfined()) {
            final long block = arena.allocate((long) BYTES * count, 8).address();
            for (int k = 0; k < count; k++) {
                Memory.put64(block + (long) k * BYTES, keys[0][rows[first + k]]);
                Memory.put64(block + (long) k * BYTES + LOW, keys[1][rows[first + k]]);
            }
            lookup.find(block, block + LOW, block + SLOT, block + RESULT, count);
            for (int k = 0; k < count; k++) {
                out[rows[first + k]] = Memory.i32(block + (long) k * BYTES + RESULT);
            }
        }
    }
}
