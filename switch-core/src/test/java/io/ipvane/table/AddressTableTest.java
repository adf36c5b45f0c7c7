// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static io.ipvane.table.AddressTable.NONE;
import static io.ipvane.table.AddressTable.Outcome.ADDED;
import static io.ipvane.table.AddressTable.Outcome.FULL;
import static io.ipvane.table.AddressTable.Outcome.MOVED;
import static io.ipvane.table.AddressTable.Outcome.SAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.table.Family.L3Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTableTest {
    private static final int DOMAIN = 7;

    private final ManualGrace grace = new ManualGrace();
    private AddressTable table = new AddressTable(4, 4, grace);

    @AfterEach
    void close() {
        table.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindNothingInAnEmptyTable(Family family) {
        assertEquals(NONE, family.find(table, key(family, 0)));
        assertEquals(NONE, family.find(table, new L3Key(0, 0, 0)));
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayWhatAPutDid(Family family) {
        assertEquals(ADDED, family.put(table, key(family, 1), 0));
        assertEquals(SAME, family.put(table, key(family, 1), 0));
        assertEquals(MOVED, family.put(table, key(family, 1), AddressTable.MAX_VALUE));
        assertEquals(AddressTable.MAX_VALUE, family.find(table, key(family, 1)));
        assertEquals(AddressTable.MAX_VALUE, family.remove(table, key(family, 1)));
        assertEquals(NONE, family.remove(table, key(family, 1)));
        assertEquals(NONE, family.find(table, key(family, 1)));
        assertEquals(ADDED, family.put(table, key(family, 1), 3));
        assertEquals(3, family.find(table, key(family, 1)));
        assertEquals(1, table.size());
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepDomainsApart(Family family) {
        family.put(table, family.key(1, 5, 5), 10);
        family.put(table, family.key(-1, 5, 5), 20);
        assertEquals(10, family.find(table, family.key(1, 5, 5)));
        assertEquals(20, family.find(table, family.key(-1, 5, 5)));
        assertEquals(NONE, family.find(table, family.key(0, 5, 5)));
    }

    @Test
    void shouldKeepFamiliesApart() {
        table.put4(DOMAIN, 0x0A00_0001, 1);
        assertEquals(NONE, table.find6(DOMAIN, 0, 0x0A00_0001));
        table.put6(DOMAIN, 0, 0x0A00_0001, 2);
        assertEquals(1, table.find4(DOMAIN, 0x0A00_0001));
        assertEquals(1, table.size4());
        assertEquals(1, table.size6());
    }

    @Test
    void shouldTellApartAddressesThatDifferInOneHalf() {
        table.put6(DOMAIN, 1, 2, 0);
        assertEquals(NONE, table.find6(DOMAIN, 2, 2));
        assertEquals(NONE, table.find6(DOMAIN, 1, 1));
        assertEquals(NONE, table.find6(DOMAIN, 2, 1));
    }

    @Test
    void shouldTakeAddressesWithTheTopBitSet() {
        table.put4(-1, 0xFFFF_FFFF, 1);
        table.put4(-1, 0x7FFF_FFFF, 2);
        assertEquals(1, table.find4(-1, 0xFFFF_FFFF));
        final int[] out = {9, 9};
        Family.IPV4.findAll(
                table, -1, new long[][] {{0, 0}, {0xFFFF_FFFFL, -1}}, new int[] {0, 1}, out);
        assertEquals(1, out[0]);
        assertEquals(1, out[1], "high bits of a key are ignored");
    }

    @ParameterizedTest
    @EnumSource
    void shouldLookUpOnlyTheRowsNamed(Family family) {
        final long[][] keys = new long[2][8];
        for (int i = 0; i < 8; i++) {
            keys[1][i] = i;
        }
        family.put(table, family.key(DOMAIN, 0, 2), 20);
        family.put(table, family.key(DOMAIN, 0, 5), 50);
        final int[] out = new int[8];
        Arrays.fill(out, 99);
        family.findAll(table, DOMAIN, keys, new int[] {5, 2, 7}, out);
        assertEquals("[99, 99, 20, 99, 99, 50, 99, -1]", Arrays.toString(out));
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayFullAtHalfTheSlotsAndChangeNothing(Family family) {
        fill(family, 0, 4);
        assertEquals(FULL, family.put(table, key(family, 4), 4));
        assertEquals(NONE, family.find(table, key(family, 4)));
        assertEquals(MOVED, family.put(table, key(family, 3), 9));
        assertEquals(4, table.size());
    }

    @ParameterizedTest
    @EnumSource
    void shouldCountDeletedSlotsAsFullUntilTheGracePeriodHasPassed(Family family) {
        fill(family, 0, 4);
        family.remove(table, key(family, 0));
        assertEquals(1, table.deleted());
        assertEquals(FULL, family.put(table, key(family, 4), 4));
        grace.pass();
        // Any slot of another run may still be in the way, but some new key can use the freed one.
        final L3Key sameHome = keyWithHome(family, family.home(table, key(family, 0)), 100);
        assertEquals(ADDED, family.put(table, sameHome, 5));
        assertEquals(5, family.find(table, sameHome));
        assertEquals(NONE, family.find(table, key(family, 0)));
        assertEquals(4, table.size());
    }

    @ParameterizedTest
    @EnumSource
    void shouldReturnAnAddressToItsSlotWithoutWaiting(Family family) {
        fill(family, 0, 4);
        for (int i = 0; i < 1_000; i++) {
            assertEquals(2, family.remove(table, key(family, 2)));
            assertEquals(ADDED, family.put(table, key(family, 2), 2));
        }
        assertEquals(0, table.deleted());
        assertEquals(4, table.size());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotReuseASlotForThePassingOfAnEarlierDeletion(Family family) {
        fill(family, 0, 4);
        family.remove(table, key(family, 0));
        family.put(table, key(family, 0), 0);
        final long first = grace.issued();
        family.remove(table, key(family, 0));
        assertEquals(1, first);
        grace.pass();
        final L3Key sameHome = keyWithHome(family, family.home(table, key(family, 0)), 100);
        assertEquals(FULL, family.put(table, sameHome, 5), "only the first ticket has passed");
        grace.pass();
        assertEquals(ADDED, family.put(table, sameHome, 5));
    }

    @ParameterizedTest
    @EnumSource
    void shouldEmptyDeletedSlotsThatNothingLivesBehind(Family family) {
        final int home = family.home(table, key(family, 0));
        final List<L3Key> run = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            run.add(keyWithHome(family, home, 1_000 * i));
            assertEquals(ADDED, family.put(table, run.get(i), i));
        }
        run.forEach(key -> family.remove(table, key));
        grace.pass();
        family.put(table, keyWithHome(family, home, 5_000), 9);
        grace.pass();
        family.put(table, keyWithHome(family, home, 6_000), 9);
        assertEquals(0, table.deleted());
        assertEquals(2, table.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 1_000, 100_000})
    void shouldHoldAtLeastItsCapacityInBothFamilies(int capacity) {
        try (AddressTable big = new AddressTable(capacity, capacity, grace)) {
            for (int i = 0; i < capacity; i++) {
                assertEquals(ADDED, big.put4(i & 3, i, i));
                assertEquals(ADDED, big.put6(i & 3, 0xFD00L << 48, i, i));
            }
            for (int i = 0; i < capacity; i++) {
                assertEquals(i, big.find4(i & 3, i));
                assertEquals(i, big.find6(i & 3, 0xFD00L << 48, i));
            }
            assertEquals(2 * capacity, big.size());
        }
    }

    @Test
    void shouldHoldFourMillionAddressesInHalfItsSlots() {
        final int entries = 1 << 22;
        try (AddressTable big = new AddressTable(entries, 0, grace)) {
            for (int i = 0; i < entries; i++) {
                assertEquals(ADDED, big.put4(i >>> 16, 0x0A00_0000 + (i & 0xFFFF), i));
            }
            assertEquals(FULL, big.put4(DOMAIN, 0, 0));
            for (int i = 0; i < entries; i++) {
                assertEquals(i, big.find4(i >>> 16, 0x0A00_0000 + (i & 0xFFFF)));
            }
        }
    }

    @Test
    void shouldTake32BytesAnIpv4EntryAnd64AnIpv6EntryAndTwiceThatWhileSmall() {
        try (AddressTable small = new AddressTable(1 << 10, 1 << 16, grace)) {
            assertEquals((64L << 10) + (128L << 16), small.bytes());
        }
        try (AddressTable big = new AddressTable(1 << 17, 1 << 18, grace)) {
            assertEquals((32L << 17) + (64L << 18), big.bytes());
            assertEquals(0, big.region4.base % 64);
            assertEquals(0, big.region6.base % 64);
        }
    }

    @Test
    void shouldVisitEveryLiveEntryOnceAndAllowItsRemoval() {
        table.put4(1, 0xFFFF_FFFF, 5);
        table.put4(-2, 7, 6);
        table.put6(3, -1, 8, 7);
        table.put6(3, 1, 9, 8);
        table.remove6(3, 1, 9);
        final TreeSet<String> seen = new TreeSet<>();
        table.forEach(
                new AddressTable.Visitor() {
                    @Override
                    public void entry4(int domain, int address, int value) {
                        assertTrue(seen.add("4 " + domain + " " + address + " " + value));
                        table.remove4(domain, address);
                    }

                    @Override
                    public void entry6(int domain, long hi, long lo, int value) {
                        assertTrue(seen.add("6 " + domain + " " + hi + " " + lo + " " + value));
                        table.remove6(domain, hi, lo);
                    }
                });
        assertEquals("[4 -2 7 6, 4 1 -1 5, 6 3 -1 8 7]", seen.toString());
        assertEquals(0, table.size());
    }

    @ParameterizedTest
    @EnumSource
    void shouldDoubleWhenRebuiltForWantOfRoomAndForgetWhatIsDeleted(Family family) {
        fill(family, 0, 4);
        try (AddressTable next = table.rebuilt()) {
            assertEquals(family.slots(table), family.slots(next), "nothing has been refused");
        }
        assertEquals(FULL, family.put(table, key(family, 4), 4));
        try (AddressTable next = table.rebuilt()) {
            assertEquals(2 * family.slots(table), family.slots(next));
            for (int i = 0; i < 4; i++) {
                assertEquals(i, family.find(next, key(family, i)));
                assertEquals(i, family.find(table, key(family, i)), "the old table is as it was");
            }
        }
        family.remove(table, key(family, 0));
        family.remove(table, key(family, 1));
        try (AddressTable next = table.rebuilt()) {
            assertEquals(family.slots(table), family.slots(next));
            assertEquals(0, next.deleted());
            assertEquals(2, next.size());
        }
    }

    @Test
    void shouldRefuseWhatIsOutOfRangeInASentence() {
        assertThrows(IllegalArgumentException.class, () -> table.put4(0, 0, -1));
        assertThrows(IllegalArgumentException.class, () -> table.put6(0, 0, 0, Integer.MAX_VALUE));
        assertThrows(IllegalArgumentException.class, () -> new AddressTable(-1, 0, grace));
        final Exception refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new AddressTable(0, AddressTable.MAX_CAPACITY + 1, grace));
        assertEquals("IPv6 capacity 67108865 is not within 0 to 67108864", refused.getMessage());
    }

    @Test
    void shouldCloseOnceAndRefuseTheWriterAfterwards() {
        table.close();
        table.close();
        assertThrows(IllegalStateException.class, () -> table.put4(0, 0, 0));
        assertThrows(IllegalStateException.class, () -> table.remove6(0, 0, 0));
        assertThrows(IllegalStateException.class, () -> table.rebuilt());
    }

    private void fill(Family family, int from, int to) {
        for (int i = from; i < to; i++) {
            assertEquals(ADDED, family.put(table, key(family, i), i));
        }
    }

    private static L3Key key(Family family, int i) {
        return family.key(DOMAIN, 0x2001_0DB8L << 32, 0x0A00_0000 + i);
    }

    /** A key at or after number {@code from} whose search begins at this slot. */
    private L3Key keyWithHome(Family family, int home, int from) {
        int i = from;
        while (family.home(table, key(family, i)) != home) {
            i++;
        }
        return key(family, i);
    }
}
