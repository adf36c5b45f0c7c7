// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RowTest {
    private final Arena arena = Arena.ofConfined();
    private final Burst burst = new Burst(arena);

    @AfterEach
    void close() {
        arena.close();
    }

    /** Every column that somebody reads. */
    private static List<LongUnaryOperator> columns() {
        final List<LongUnaryOperator> columns = new ArrayList<>();
        columns.add(Row::mbuf);
        columns.add(Row::data);
        columns.add(Row::length);
        columns.add(Row::contiguous);
        columns.add(Row::facts);
        columns.add(Row::key0);
        columns.add(Row::key1);
        columns.add(Row::source0);
        columns.add(Row::source1);
        columns.add(Row::port);
        columns.add(Row::slot);
        columns.add(Row::owner);
        columns.add(Row::verdict);
        columns.add(Row::reason);
        columns.add(Row::decided);
        columns.add(Row::action);
        columns.add(Row::nextHop0);
        columns.add(Row::nextHop1);
        columns.add(Row::claim0);
        columns.add(Row::claim1);
        return columns;
    }

    /** Writes numbers from {@code first} on, in the order of {@link #columns()}. */
    private void write(int i, int first) {
        final long row = burst.row(i);
        burst.frame(i, first, first + 1, first + 3, first + 2);
        Row.facts(row, first + 4);
        Row.key0(row, first + 5);
        Row.key1(row, first + 6);
        Row.source0(row, first + 7);
        Row.source1(row, first + 8);
        Row.port(row, first + 9);
        Memory.put64(row + Row.SLOT, first + 10);
        Memory.put32(row + Row.OWNER, first + 11);
        Row.verdict(row, first + 12);
        Row.reason(row, first + 13);
        Row.decided(row, first + 14);
        Row.action(row, first + 15);
        Row.nextHop(row, first + 16, first + 17);
        Row.claim(row, first + 18, first + 19);
    }

    private void shouldHold(int i, int first) {
        int expected = first;
        for (LongUnaryOperator column : columns()) {
            assertEquals(expected, column.applyAsLong(burst.row(i)), "column " + (expected - first));
            expected++;
        }
    }

    @Test
    void shouldGiveEveryColumnOfEveryRowAPlaceOfItsOwn() {
        for (int i = 0; i < Burst.MAX; i++) {
            write(i, 1000 * (i + 1));
        }
        for (int i = 0; i < Burst.MAX; i++) {
            shouldHold(i, 1000 * (i + 1));
            assertEquals(1000 * (i + 1), Memory.i64(burst.mbufs + 8L * i), "mbufs");
        }
    }

    @Test
    void shouldMoveAllColumnsOfTheFramesThatStay() {
        for (int i = 0; i < 5; i++) {
            write(i, 1000 * i);
        }
        burst.size = 5;
        burst.keep(0b11010);
        assertEquals(3, burst.size);
        shouldHold(0, 1000);
        shouldHold(1, 3000);
        shouldHold(2, 4000);
    }

    @Test
    void shouldForgetWithTheFramesThatTheyWereToBeLookedAt() {
        burst.whole = true;
        burst.clear();
        assertFalse(burst.whole);
    }
}
