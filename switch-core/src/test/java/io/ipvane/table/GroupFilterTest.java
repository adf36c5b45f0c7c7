// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupFilterTest {
    private static final long ALL_HOSTS = 0x0100_5E00_0001L;
    private static final long ALL_NODES = 0x3333_0000_0001L;

    @Test
    void shouldAlwaysPassBroadcast() {
        assertTrue(GroupFilter.BROADCAST_ONLY.passes(GroupFilter.BROADCAST));
        assertTrue(GroupFilter.of(ALL_HOSTS).passes(GroupFilter.BROADCAST));
    }

    @Test
    void shouldPassEverythingWhenAllIsSet() {
        assertTrue(GroupFilter.ALL.all());
        assertTrue(GroupFilter.ALL.passes(ALL_HOSTS));
        assertFalse(GroupFilter.of(ALL_HOSTS).all());
    }

    @Test
    void shouldPassTheGroupsOfAFamilyWhereThatIsAsked() {
        final long stp = 0x0180_C200_0000L;
        final GroupFilter ipv4 = GroupFilter.of(true, false, ALL_NODES);
        assertTrue(ipv4.passes(ALL_HOSTS));
        assertTrue(ipv4.passes(ALL_NODES));
        assertFalse(ipv4.passes(ALL_NODES + 1));
        assertFalse(ipv4.passes(stp));
        final GroupFilter ipv6 = GroupFilter.of(false, true);
        assertTrue(ipv6.passes(ALL_NODES));
        assertFalse(ipv6.passes(ALL_HOSTS));
        assertFalse(ipv6.passes(stp));
        assertFalse(ipv6.all());
    }

    @Test
    void shouldPassTheGroupsGivenAndNoOther() {
        final GroupFilter filter = GroupFilter.of(ALL_HOSTS, ALL_NODES, ALL_HOSTS);
        assertTrue(filter.passes(ALL_HOSTS));
        assertTrue(filter.passes(ALL_NODES));
        assertFalse(filter.passes(ALL_NODES + 1));
        assertFalse(filter.passes(0));
        assertArrayEquals(new long[] {ALL_HOSTS, ALL_NODES}, filter.groups());
        assertArrayEquals(new long[0], GroupFilter.ALL.groups());
    }

    @ParameterizedTest(name = "{0} groups")
    @ValueSource(ints = {0, 1, 2, 3, 7, 64, 5_000})
    void shouldBeExactForAnyNumberOfGroups(int count) {
        final SplittableRandom random = new SplittableRandom(count);
        final TreeSet<Long> groups = new TreeSet<>();
        while (groups.size() < count) {
            groups.add(0x3333_0000_0000L | random.nextInt(20_000));
        }
        final GroupFilter filter =
                GroupFilter.of(groups.stream().mapToLong(Long::longValue).toArray());
        for (long group = 0x3333_0000_0000L; group < 0x3333_0000_0000L + 20_000; group++) {
            assertEquals(groups.contains(group), filter.passes(group));
        }
        assertEquals(count, filter.groups().length);
    }

    @Test
    void shouldRefuseAnAddressThatIsNoGroup() {
        final Exception refused =
                assertThrows(
                        IllegalArgumentException.class, () -> GroupFilter.of(0x0200_0000_0001L));
        assertEquals(
                "MAC 0x020000000001 is no group address: bit 0 of its first byte must be set",
                refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> GroupFilter.of(1L << 48 | ALL_HOSTS));
    }
}
