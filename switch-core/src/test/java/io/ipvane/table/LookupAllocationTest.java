// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** A lookup on the frame path allocates nothing: not a byte in a million. */
class LookupAllocationTest {
    private static final int LOOKUPS = 1_000_000;
    private static final int ENTRIES = 1_000;
    private static final int BURST = 64;
    private static final long HI = 0xFD00L << 48;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void shouldAllocateNothingInAddressLookups() {
        try (Arena arena = Arena.ofConfined();
                AddressTable table = new AddressTable(ENTRIES, ENTRIES, new ManualGrace())) {
            final long keys = arena.allocate(BURST * 32L, 8).address();
            for (int i = 0; i < ENTRIES; i++) {
                table.put4(1, i, i);
                table.put6(1, HI, i, i);
            }
            for (int i = 0; i < BURST; i++) {
                Memory.put64(keys + i * 24L, HI);
                Memory.put64(keys + i * 24L + 8, i);
            }
            assertAllocatesNothing(i -> table.find4(1, i & 0x7FF));
            assertAllocatesNothing(i -> table.find6(1, HI, i & 0x7FF));
            assertAllocatesNothing(
                    i -> {
                        table.find4(1, keys + 8, keys + 24, keys + 16, 32, BURST);
                        table.find6(1, keys, keys + 8, keys + 24, keys + 16, 32, BURST);
                        return Memory.i32(keys + 16 + 24L * (i & 63));
                    });
        }
    }

    @Test
    void shouldAllocateNothingInRouteAndGroupLookups() {
        final Fib4.Builder builder4 = new Fib4.Builder();
        final Fib6.Builder builder6 = new Fib6.Builder();
        for (int i = 0; i < ENTRIES; i++) {
            builder4.add(i << 12, 20, i);
            builder6.add((long) i << 32, 0, 32, i);
        }
        final Fib4 fib4 = builder4.build();
        final Fib6 fib6 = builder6.build();
        final GroupFilter filter = GroupFilter.of(0x0100_5E00_0001L, 0x3333_0000_0001L);
        assertAllocatesNothing(i -> fib4.find(i << 5));
        assertAllocatesNothing(i -> fib6.find((long) i << 25, i));
        assertAllocatesNothing(i -> filter.passes(0x3333_0000_0000L + (i & 3)) ? 1 : 0);
    }

    private void assertAllocatesNothing(IntUnaryOperator lookup) {
        assertTrue(threads.isThreadAllocatedMemoryEnabled());
        run(lookup);
        final long before = threads.getCurrentThreadAllocatedBytes();
        run(lookup);
        assertEquals(0, threads.getCurrentThreadAllocatedBytes() - before);
    }

    private static void run(IntUnaryOperator lookup) {
        int sum = 0;
        for (int i = 0; i < LOOKUPS; i++) {
            sum += lookup.applyAsInt(i);
        }
        assertTrue(sum != 0x5EED_5EED, "the sum is only there to be used");
    }
}
