// SPDX-License-Identifier: Apache-2.0
package io.ipvane.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.group.MembershipReport.Change;
import io.ipvane.packet.IpAddress;
import io.ipvane.table.GroupFilter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a report says counts at once, and not for long. */
class InterfaceGroupsTest {
    private static final int PORT = 3;
    private static final long SEEN = 0x0100_5E00_0001L;
    private static final long MAC = 0x0100_5E01_0200L;

    private long now = -7;
    private final InterfaceGroups groups = new InterfaceGroups(() -> now);

    private Optional<GroupFilter> said(int last, boolean listens) {
        return groups.said(
                PORT,
                GroupFilter.of(SEEN),
                () ->
                        Optional.of(
                                new MembershipReport(
                                        List.of(
                                                new Change(
                                                        IpAddress.ipv4(0xE101_0200 + last),
                                                        listens)))));
    }

    @Test
    void shouldOpenAtOnceAndCloseWithTheLeave() {
        assertTrue(said(1, true).orElseThrow().passes(MAC + 1));
        assertTrue(said(2, true).orElseThrow().passes(SEEN));
        assertEquals(Optional.empty(), said(2, true), "nothing new");
        final GroupFilter left = said(1, false).orElseThrow();
        assertFalse(left.passes(MAC + 1));
        assertTrue(left.passes(MAC + 2));
    }

    @Test
    void shouldNotBelieveForLongWhatTheInterfaceDoesNotConfirm() {
        said(1, true);
        assertTrue(groups.seen(PORT, GroupFilter.of(SEEN)).passes(MAC + 1), "read before it");
        assertEquals(Map.of(), groups.tick());
        now += InterfaceGroups.BELIEVED.toNanos();
        assertFalse(groups.tick().get(PORT).passes(MAC + 1));
        assertEquals(Map.of(), groups.tick());
        assertTrue(said(1, true).isPresent());
        now += InterfaceGroups.BELIEVED.toNanos();
        groups.seen(PORT, GroupFilter.of(SEEN, MAC + 1));
        groups.tick();
        assertTrue(groups.seen(PORT, GroupFilter.of(SEEN, MAC + 1)).passes(MAC + 1));
        assertEquals(Optional.empty(), said(1, true), "the interface says so already");
    }

    @Test
    void shouldReadSoManyReportsAndKeepSoManyGroups() {
        final AtomicInteger passing = new AtomicInteger();
        for (int second = 0; second < 20; second++) {
            for (int i = 0; i < 200; i++) {
                said(passing.get(), true).ifPresent(filter -> passing.incrementAndGet());
            }
            now += 1_000_000_000L;
            if (second == 0) {
                assertEquals(InterfaceGroups.BURST, passing.get());
            }
        }
        assertEquals(InterfaceGroups.MOST, passing.get());
    }

    @Test
    void shouldForgetAPort() {
        said(1, true);
        groups.forget(PORT);
        assertFalse(groups.seen(PORT, GroupFilter.of(SEEN)).passes(MAC + 1));
    }
}
