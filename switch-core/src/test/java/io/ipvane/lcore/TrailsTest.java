// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is written where {@code native/keep/keep.c} reads it. */
class TrailsTest {
    private static final long SECOND = Trails.LCORE_BYTES;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(Trails.BYTES, 8);
    private final Trails trails = new Trails(memory);

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void shouldSayWhatAnLcoreDoesAndDidLast() {
        trails.add(3);
        final Trail trail = trails.add(7);

        trail.receiving(5);
        assertEquals(1L << 56 | 5L << 32, memory.get(JAVA_LONG, SECOND + 8));
        for (int i = 1; i <= 18; i++) {
            trail.received(i, 2 * i);
        }
        assertEquals(2L << 56 | 18L << 32 | 36, memory.get(JAVA_LONG, SECOND + 8));
        trail.sending(9, 4);

        assertEquals(3, memory.get(JAVA_INT, 4));
        assertEquals(1, memory.get(JAVA_INT, SECOND));
        assertEquals(7, memory.get(JAVA_INT, SECOND + 4));
        assertEquals(3L << 56 | 9L << 32 | 4, memory.get(JAVA_LONG, SECOND + 8));
        assertEquals(18, memory.get(JAVA_LONG, SECOND + 16));
        assertEquals(18L << 32 | 36, memory.get(JAVA_LONG, SECOND + 24 + 2 * 8), "at 18 of 16");
        assertEquals(3L << 32 | 6, memory.get(JAVA_LONG, SECOND + 24 + 3 * 8), "the oldest");
    }

    @Test
    void shouldNamePortsAndCutWhatIsLong() {
        trails.name(0, "wan0");
        trails.name(4_095, "x".repeat(40));
        trails.name(4_096, "beyond");

        assertEquals("wan0", memory.getString(Trails.NAMES));
        assertEquals('x', memory.get(java.lang.foreign.ValueLayout.JAVA_BYTE, Trails.BYTES - 1));
        assertEquals(64 * 256 + 4_096 * 32, Trails.BYTES);
    }
}
