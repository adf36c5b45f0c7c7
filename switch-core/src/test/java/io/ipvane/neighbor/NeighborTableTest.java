// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.packet.IpAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NeighborTableTest {
    private static final IpAddress V4 = IpAddress.parse("192.0.2.1");
    private static final IpAddress V6 = IpAddress.parse("2001:db8::1");
    private static final long MAC = 0xFEDC_BA98_7654L;

    private final ManualGrace grace = new ManualGrace();
    private final NeighborTable table = new NeighborTable(2, grace);

    @AfterEach
    void close() {
        table.close();
    }

    @Test
    void shouldFindBothFamiliesUnderTheirUplinkOnly() {
        table.add(3, V4, MAC);
        table.add(3, V6, MAC + 1);
        assertEquals(MAC, mac4(3, V4));
        assertEquals(MAC + 1, table.mac6(3, V6.key0(), V6.key1()));
        assertEquals(NeighborTable.UNRESOLVED, mac4(4, V4));
        assertEquals(NeighborTable.UNRESOLVED, table.mac6(4, V6.key0(), V6.key1()));
        assertEquals(2, table.size());
    }

    @Test
    void shouldShowAReplacedMacAtOnce() {
        final int slot = table.add(0, V4, MAC);
        table.replace(slot, 0x0200_0000_0001L);
        assertEquals(0x0200_0000_0001L, mac4(0, V4));
    }

    @Test
    void shouldNotFindWhatWasRemoved() {
        table.remove(0, V4, table.add(0, V4, MAC));
        assertEquals(NeighborTable.UNRESOLVED, mac4(0, V4));
        assertEquals(0, table.size());
    }

    @Test
    void shouldGiveASlotToAnotherNeighbourOnlyAfterTheGracePeriod() {
        final int first = table.add(0, V4, MAC);
        table.add(0, V6, MAC);
        table.remove(0, V4, first);
        final IpAddress other = IpAddress.parse("192.0.2.2");
        assertEquals(NeighborTable.NONE, table.add(0, other, MAC));
        grace.pass();
        assertEquals(first, table.add(0, other, MAC));
    }

    @Test
    void shouldRefuseMoreThanItsCapacity() {
        assertNotEquals(NeighborTable.NONE, table.add(0, V4, MAC));
        assertNotEquals(NeighborTable.NONE, table.add(0, V6, MAC));
        assertEquals(NeighborTable.NONE, table.add(0, IpAddress.parse("192.0.2.2"), MAC));
    }

    @Test
    void shouldSayOnceWhetherAReaderWasGivenAMac() {
        final int slot = table.add(0, V4, MAC);
        assertFalse(table.takeUsed(slot));
        mac4(0, V4);
        mac4(0, V4);
        assertTrue(table.takeUsed(slot));
        assertFalse(table.takeUsed(slot));
    }

    @Test
    void shouldKnowOfEachNeighbourWhetherItWasUsed() {
        final int first = table.add(0, V4, MAC);
        final int second = table.add(0, V6, MAC);
        table.mac6(0, V6.key0(), V6.key1());
        assertFalse(table.takeUsed(first));
        assertTrue(table.takeUsed(second));
        assertFalse(table.takeUsed(second));
    }

    @Test
    void shouldNotTakeTheUseOfASlotForThatOfTheNextNeighbourInIt() {
        final int slot = table.add(0, V4, MAC);
        mac4(0, V4);
        table.remove(0, V4, slot);
        grace.pass();
        assertEquals(slot, table.add(0, V6, MAC));
        assertFalse(table.takeUsed(slot));
    }

    @Test
    void shouldTakeManyTimesItsCapacityOneAfterTheOther() {
        for (int i = 0; i < 1_000; i++) {
            final IpAddress v4 = IpAddress.ipv4(0x0A00_0000 + i);
            final IpAddress v6 = IpAddress.ipv6(0x2001_0DB8L << 32, i);
            final int slot4 = table.add(i & 3, v4, MAC);
            final int slot6 = table.add(i & 3, v6, MAC + 1);
            assertEquals(MAC, mac4(i & 3, v4), "neighbour " + i);
            assertEquals(MAC + 1, table.mac6(i & 3, v6.key0(), v6.key1()), "neighbour " + i);
            table.remove(i & 3, v4, slot4);
            table.remove(i & 3, v6, slot6);
            grace.pass();
        }
        assertEquals(0, table.size());
    }

    /** An lcore may be at a lookup in the index that is about to be replaced. */
    @Test
    void shouldNotFreeAnIndexThatReadersMayLookAt() {
        try (NeighborTable large = new NeighborTable(100_000, grace)) {
            for (int i = 0; i < 10_000; i++) {
                assertNotEquals(NeighborTable.NONE, large.add(0, IpAddress.ipv4(i), MAC + i));
            }
            assertEquals(0, large.reclaim());
            grace.pass();
            assertTrue(large.reclaim() > 0);
            assertEquals(0, large.reclaim());
            for (int i = 0; i < 10_000; i++) {
                assertEquals(MAC + i, large.mac4(0, i));
            }
        }
    }

    private long mac4(int uplink, IpAddress address) {
        return table.mac4(uplink, address.ipv4());
    }
}
