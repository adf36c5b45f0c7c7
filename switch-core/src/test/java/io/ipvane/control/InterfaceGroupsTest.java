// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.ThreadPlan;
import io.ipvane.group.MembershipReport;
import io.ipvane.group.MembershipReport.Change;
import io.ipvane.packet.IpAddress;
import io.ipvane.table.GroupFilter;
import io.ipvane.testing.Frames;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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

    private static boolean hears(SwitchHarness net, String port) {
        net.transmitted();
        net.device("wire")
                .inject(
                        Frames.udp4()
                                .ips(Frames.X4, "224.1.2.3")
                                .macs(Frames.GROUP4, Frames.X)
                                .build());
        net.run();
        return !net.transmitted().get(port).isEmpty();
    }

    private static boolean passes(SwitchHarness net, String port) {
        return net.snapshot().entry(net.index(port)).groups.passes(Frames.GROUP4);
    }

    /** When the report is on the wire the filter is open: no answer can come before. */
    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldOpenTheFilterBeforeTheReportLeaves(ThreadPlan plan) {
        try (SwitchHarness net = SmallNetwork.of("l2", plan, "announce: false")) {
            assertFalse(hears(net, "c1"));
            net.device("c1").inject(GuestGroupsTest.igmp(Frames.C1_4, 0x16, "224.1.2.3"));
            for (int i = 0; i < 100 && !passes(net, "c1"); i++) {
                net.step();
                assertEquals(List.of(), net.transmitted().get("wire"));
                net.control().step();
            }
            assertTrue(passes(net, "c1"));
            net.run();
            assertEquals(1, net.transmitted().get("wire").size());
            assertTrue(hears(net, "c1"));
            assertFalse(hears(net, "c3"), "another port");
            net.device("c1").inject(GuestGroupsTest.igmp(Frames.C1_4, 0x17, "224.1.2.3"));
            net.run();
            assertFalse(passes(net, "c1"));
        }
    }

    @ParameterizedTest
    @CsvSource({"improved, true", "kernel, false"})
    void shouldLetAPortHearTheGroupThatItSpeaksTo(String compat, boolean hears) {
        try (SwitchHarness net =
                SmallNetwork.of("l2", ThreadPlan.SHARED, "compat: " + compat, "announce: false")) {
            net.device("c1")
                    .inject(
                            Frames.udp4()
                                    .ips(Frames.C1_4, "224.1.2.3")
                                    .macs(Frames.GROUP4, Frames.OWN)
                                    .build());
            net.run();
            assertEquals(hears, hears(net, "c1"));
            for (int i = 0; i < 2; i++) {
                AddressRaceTest.ask(
                        net,
                        conductor -> {
                            conductor.secondOver();
                            return 0;
                        });
            }
            assertFalse(hears(net, "c1"), "it has not spoken again");
        }
    }

    @Test
    void shouldForgetAPort() {
        said(1, true);
        groups.forget(PORT);
        assertFalse(groups.seen(PORT, GroupFilter.of(SEEN)).passes(MAC + 1));
    }
}
