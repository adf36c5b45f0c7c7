// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for the millions of small tables that a test goes through: handed out in a circle, never
 * freed. The circle is a hundred times longer than what is in use at once.
 */
final class Slab implements Arena {
    private static final long BYTES = 1L << 26;
    private static final MemorySegment SLAB = Arena.global().allocate(BYTES, 64);
    private static final AtomicLong NEXT = new AtomicLong();

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        final long size = Math.ceilDiv(byteSize, byteAlignment) * byteAlignment;
        long from = NEXT.getAndAdd(size) & (BYTES - 1);
        while (from + size > BYTES) {
            from = NEXT.getAndAdd(size) & (BYTES - 1);
        }
        return SLAB.asSlice(from, byteSize, byteAlignment).fill((byte) 0);
    }

    @Override
    public MemorySegment.Scope scope() {
        return SLAB.scope();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("a slab is never freed");
    }
}
