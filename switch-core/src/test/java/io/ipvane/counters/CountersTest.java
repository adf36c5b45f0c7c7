// SPDX-License-Identifier: Apache-2.0
package io.ipvane.counters;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class CountersTest {
    @Test
    void shouldSumAColumnOverAllShardsAndTouchNoOther() {
        try (Arena arena = Arena.ofConfined()) {
            final Counters counters = new Counters(arena, 3);
            final CounterShard one = counters.shard();
            final CounterShard two = counters.shard();
            one.add(2, CounterShard.COLUMNS - 1, 5);
            two.add(2, CounterShard.COLUMNS - 1, 1L << 40);
            two.add(1, 0, 7);
            for (int row = 0; row < counters.rows(); row++) {
                for (int column = 0; column < CounterShard.COLUMNS; column++) {
                    final long expected =
                            row == 2 && column == CounterShard.COLUMNS - 1
                                    ? 5 + (1L << 40)
                                    : row == 1 && column == 0 ? 7 : 0;
                    assertEquals(expected, counters.sum(row, column), row + ", " + column);
                }
            }
        }
    }

    @Test
    void shouldKnowItsColumnsAsConstants() {
        assertEquals(PortCounter.RECEIVE_PACKETS.ordinal(), PortCounter.RECEIVE_PACKETS_COLUMN);
        assertEquals(PortCounter.RECEIVE_BYTES.ordinal(), PortCounter.RECEIVE_BYTES_COLUMN);
        assertEquals(PortCounter.TRANSMIT_PACKETS.ordinal(), PortCounter.TRANSMIT_PACKETS_COLUMN);
        assertEquals(PortCounter.TRANSMIT_BYTES.ordinal(), PortCounter.TRANSMIT_BYTES_COLUMN);
        assertEquals(PortCounter.TRANSMIT_GROUP.ordinal(), PortCounter.TRANSMIT_GROUP_COLUMN);
    }
}
