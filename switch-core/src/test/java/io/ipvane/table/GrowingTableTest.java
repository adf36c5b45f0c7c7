// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.packet.IpAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrowingTableTest {
    private final ManualGrace grace = new ManualGrace();
    private final GrowingTable growing = new GrowingTable(grace);

    @AfterEach
    void close() {
        growing.close();
    }

    private int put(int from, int to) {
        int grown = 0;
        for (int address = from; address < to; address++) {
            grown += growing.put(0, IpAddress.ipv4(address), 3) ? 1 : 0;
        }
        return grown;
    }

    /** A port with very many addresses comes up: all of them are put within one turn. */
    @Test
    void shouldKeepWhatReadersSeeUntilTheyAreDoneThoughItGrowsTwiceInOneTurn() {
        final AddressTable read = growing.table();
        assertEquals(0, put(1, 1_000));
        final int grown = put(1_000, 20_000);
        assertTrue(grown >= 2, grown + " times");
        assertNotSame(read, growing.table());
        growing.published();
        assertEquals(0, growing.reclaim());
        assertEquals(3, read.find4(0, 1), "readers still look here");

        grace.pass();
        assertEquals(1, growing.reclaim());
        assertThrows(IllegalStateException.class, () -> read.remove4(0, 1), "must be closed");
        assertEquals(19_999, growing.table().size());
    }

    @Test
    void shouldCloseATableThatWasNeverShown() {
        final AddressTable read = growing.table();
        put(1, 6_000);
        final AddressTable grown = growing.table();
        growing.close();
        assertThrows(IllegalStateException.class, () -> read.remove4(0, 1));
        assertThrows(IllegalStateException.class, () -> grown.remove4(0, 1));
    }

    /** Deleted entries count as full; a table of few must not become one of many for them. */
    @Test
    void shouldStaySmallHoweverManyComeAndGo() {
        final IpAddress stays = IpAddress.parse("2001:db8::1");
        growing.put(0, stays, 7);
        final long slots = growing.table().slots6();
        for (int i = 0; i < 100_000; i++) {
            final IpAddress passing = IpAddress.ipv6(0x2001_0DB8L << 32, i + 2);
            if (growing.put(0, passing, 3)) {
                growing.published();
            }
            assertEquals(3, growing.find(0, passing));
            growing.remove(0, passing);
            assertEquals(AddressTable.NONE, growing.find(0, passing));
            if (i % 100 == 0) {
                grace.pass();
                growing.reclaim();
            }
        }
        assertEquals(7, growing.find(0, stays));
        assertEquals(slots, growing.table().slots6());
        assertFalse(growing.put(0, stays, 8), "an entry that is there needs no room");
    }
}
