// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.TxLanes;
import io.ipvane.counters.PortCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TxBufferTest {
    private final Rig rig = new Rig();
    private final TxBuffer buffer =
            new TxBuffer(
                    TxBuffer.memory(rig.arena),
                    new TxLanes(rig.arena, rig.devices.length),
                    rig.devices[Rig.C1],
                    0,
                    Rig.C1,
                    rig.pool,
                    rig.shard,
                    Trails.inMemory(rig.arena).add(0));

    @AfterEach
    void nothingLeaks() {
        rig.close();
    }

    private void add(int length, boolean groupCopy) {
        final long frame = rig.pool.frame(new byte[length]);
        if (groupCopy) {
            buffer.addCopy(frame, length);
        } else {
            buffer.add(frame, length);
        }
    }

    @Test
    void shouldFreeAndCountByKindWhatTheQueueRefuses() {
        rig.devices[Rig.C1].capacity(3);
        add(60, false);
        add(61, true);
        add(62, false);
        add(63, true);
        add(64, true);
        add(65, false);
        buffer.flush();
        assertEquals(3, rig.sent(Rig.C1));
        assertEquals(60 + 61 + 62, rig.counters.sum(Rig.C1, PortCounter.TRANSMIT_BYTES_COLUMN));
        assertEquals(1, rig.counters.sum(Rig.C1, PortCounter.TRANSMIT_GROUP_COLUMN));
        assertEquals(2, rig.drops(Rig.C1, BurstDrop.MCAST_RING_FULL));
        assertEquals(1, rig.drops(Rig.C1, BurstDrop.RING_FULL));
    }

    @Test
    void shouldTellCopiesFromOthersInAllPlacesOfALongBuffer() {
        rig.devices[Rig.C1].capacity(150);
        int copiesSent = 0;
        int copiesLost = 0;
        for (int i = 0; i < 200; i++) {
            final boolean copy = i % 3 == 0 || i == 64;
            add(60, copy);
            copiesSent += copy && i < 150 ? 1 : 0;
            copiesLost += copy && i >= 150 ? 1 : 0;
        }
        buffer.flush();
        assertEquals(150, rig.sent(Rig.C1));
        assertEquals(150 * 60, rig.counters.sum(Rig.C1, PortCounter.TRANSMIT_BYTES_COLUMN));
        assertEquals(copiesSent, rig.counters.sum(Rig.C1, PortCounter.TRANSMIT_GROUP_COLUMN));
        assertEquals(copiesLost, rig.drops(Rig.C1, BurstDrop.MCAST_RING_FULL));
        assertEquals(50 - copiesLost, rig.drops(Rig.C1, BurstDrop.RING_FULL));
    }

    @Test
    void shouldForgetWhichWereCopiesOnceTheyAreSent() {
        add(60, true);
        add(60, true);
        buffer.flush();
        add(60, false);
        add(60, true);
        buffer.flush();
        add(60, false);
        buffer.flush();
        assertEquals(5, rig.sent(Rig.C1));
        assertEquals(3, rig.counters.sum(Rig.C1, PortCounter.TRANSMIT_GROUP_COLUMN));
        assertEquals(0, rig.drops(Rig.C1, BurstDrop.RING_FULL));
        assertEquals(0, rig.drops(Rig.C1, BurstDrop.MCAST_RING_FULL));
    }

    @Test
    void shouldSendByItselfWhenFullAndKeepTheOrder() {
        for (int i = 0; i <= TxBuffer.CAPACITY; i++) {
            add(60 + i, false);
        }
        assertEquals(TxBuffer.CAPACITY, rig.sent(Rig.C1));
        buffer.flush();
        buffer.flush();
        int length = 60;
        for (byte[] frame : rig.devices[Rig.C1].transmitted()) {
            assertEquals(length++, frame.length);
        }
        assertEquals(60 + TxBuffer.CAPACITY + 1, length);
    }
}
