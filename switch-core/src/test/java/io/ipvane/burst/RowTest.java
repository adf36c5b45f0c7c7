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
    /** How many columns come before those of a tunnel. */
    private static final int FIRST_OF_TUNNEL = 20;

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
        columns.add(TunnelMeta::id);
        columns.add(TunnelMeta::local0);
        columns.add(TunnelMeta::local1);
        columns.add(TunnelMeta::remote0);
        columns.add(TunnelMeta::remote1);
        columns.add(TunnelMeta::flags);
        columns.add(TunnelMeta::label);
        columns.add(TunnelMeta::gbp);
        columns.add(TunnelMeta::sourcePort);
        columns.add(TunnelMeta::destinationPort);
        columns.add(TunnelMeta::tos);
        columns.add(TunnelMeta::ttl);
        return columns;
    }

    /** Writes numbers from {@code first} on, in the order of {@link #columns()}; all fit a byte. */
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
        TunnelMeta.id(row, first + 20);
        TunnelMeta.local(row, first + 21, first + 22);
        TunnelMeta.remote(row, first + 23, first + 24);
        TunnelMeta.flags(row, first + 25);
        TunnelMeta.label(row, first + 26);
        TunnelMeta.gbp(row, first + 27);
        TunnelMeta.ports(row, first + 28, first + 29);
        TunnelMeta.tosAndTtl(row, first + 30, first + 31);
    }

    private void shouldHold(int i, int first) {
        shouldHold(i, first, columns().size());
    }

    private void shouldHold(int i, int first, int columns) {
        for (int k = 0; k < columns; k++) {
            final long value = columns().get(k).applyAsLong(burst.row(i));
            assertEquals(first + k, value, "column " + k + " of row " + i);
        }
    }

    @Test
    void shouldGiveEveryColumnOfEveryRowAPlaceOfItsOwn() {
        for (int i = 0; i < Burst.MAX; i++) {
            write(i, 3 * i);
        }
        for (int i = 0; i < Burst.MAX; i++) {
            shouldHold(i, 3 * i);
            assertEquals(3L * i, Memory.i64(burst.mbufs + 8L * i), "mbufs");
        }
    }

    @Test
    void shouldMoveAllColumnsOfTheFramesThatStay() {
        for (int i = 0; i < 5; i++) {
            write(i, 40 * i);
        }
        burst.size = 5;
        burst.tunneled = true;
        burst.keep(0b11010);
        assertEquals(3, burst.size);
        shouldHold(0, 40);
        shouldHold(1, 120);
        shouldHold(2, 160);
    }

    @Test
    void shouldMoveTheThirdLineOnlyWhereATunnelHasFilledIt() {
        write(0, 0);
        write(1, 40);
        burst.size = 2;
        burst.keep(0b10);
        shouldHold(0, 40, FIRST_OF_TUNNEL);
        assertEquals(
                FIRST_OF_TUNNEL, TunnelMeta.id(burst.row(0)), "still that of the frame before");
    }

    @Test
    void shouldForgetWithTheFramesWhatIsKnownOfAllOfThem() {
        burst.whole = true;
        burst.tunneled = true;
        burst.clear();
        assertFalse(burst.whole);
        assertFalse(burst.tunneled);
    }
}
