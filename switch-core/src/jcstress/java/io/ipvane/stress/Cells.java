// SPDX-License-Identifier: Apache-2.0
package io.ipvane.stress;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Words of native memory, each in a cache line of its own: what an entry of a table is. They are
 * handed out in a circle that is far longer than what a test has in use at once.
 */
public final class Cells {
    private static final int COUNT = 1 << 20;
    private static final int BYTES = 64;
    private static final long FIRST =
            Arena.global().allocate((long) COUNT * BYTES, BYTES).address();
    private static final AtomicInteger NEXT = new AtomicInteger();

    private Cells() {}

    /** The address of a word that holds this value. */
    public static long of(long value) {
        final long cell = FIRST + (long) (NEXT.getAndIncrement() & (COUNT - 1)) * BYTES;
        Memory.put64(cell, value);
        return cell;
    }
}
