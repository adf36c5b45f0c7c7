// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.ThreadPlan;
import io.ipvane.testing.Frames;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A group that a port joins, or asks something, is heard from then on. */
class JoinedGroupsTest {
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
}
