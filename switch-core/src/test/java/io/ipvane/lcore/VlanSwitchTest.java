// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.burst.BurstDrop;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.PortCounter;
import io.ipvane.testing.Frames;
import io.ipvane.testing.SwitchHarness;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A whole switch with an untagged uplink and one in VLAN 10 on one device; addresses are equal. */
class VlanSwitchTest {
    private static final String DEVICE = "vdev:net_null0";
    private static final String YAML =
            """
            uplinks:
              - { name: wan0, device: "vdev:net_null0" }
              - { name: v10, device: "vdev:net_null0", vlan: 10 }
            ports:
              - { name: a, uplink: wan0, addresses: ["10.0.0.11/24"] }
              - { name: b, uplink: v10, addresses: ["10.0.0.11/24"] }
              - { name: c, uplink: v10, addresses: ["10.0.0.12/24"] }
            """;

    /** How many frames each device was given. */
    private static Map<String, Integer> given(SwitchHarness net) {
        final Map<String, Integer> all = new TreeMap<>();
        net.transmitted().forEach((name, frames) -> all.put(name, frames.size()));
        all.values().removeIf(count -> count == 0);
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepVlansApart(ThreadPlan plan) {
        try (SwitchHarness net = new SwitchHarness(YAML, plan)) {
            net.transmitted();
            net.device(DEVICE).inject(Frames.udp4().build());
            net.device(DEVICE).inject(Frames.udp4().tag(10).build());
            net.device(DEVICE).inject(Frames.udp4().tag(10).build());
            net.device(DEVICE).inject(Frames.udp4().tag(11).build());
            net.run();
            assertEquals(Map.of("a", 1, "b", 2), given(net));
            assertEquals(1, received(net, "wan0") - 1, "the unknown tag, too, came in there");
            assertEquals(2, received(net, "v10"));
            final int unknown = BurstDrop.VLAN_UNKNOWN.column();
            assertEquals(1, net.counter("wan0", unknown));

            net.device(DEVICE).inject(Frames.arpRequest(Frames.C1_4).tag(10).build());
            net.run();
            assertEquals(Map.of("b", 1, "c", 1), given(net));
        }
    }

    private static long received(SwitchHarness net, String name) {
        return net.counter(name, PortCounter.RECEIVE_PACKETS_COLUMN);
    }

    @ParameterizedTest
    @EnumSource
    void shouldTagWhatAPortSendsAndOnlyThat(ThreadPlan plan) {
        try (SwitchHarness net = new SwitchHarness(YAML, plan)) {
            net.transmitted();
            final Frames out = Frames.udp4().macs(Frames.X, Frames.OWN).ips("10.0.0.11", Frames.X4);
            net.device("a").inject(out.build());
            net.run();
            assertArrayEquals(out.build(), net.device(DEVICE).transmitted().get(0));
            net.device("b").inject(out.build());
            net.run();
            final List<byte[]> tagged = net.device(DEVICE).transmitted();
            assertEquals(1, tagged.size());
            assertArrayEquals(
                    Frames.udp4()
                            .macs(Frames.X, Frames.OWN)
                            .ips("10.0.0.11", Frames.X4)
                            .tag(10)
                            .build(),
                    tagged.get(0));
        }
    }

    /** The copies are for siblings, untagged; the original leaves with its tag. */
    @ParameterizedTest
    @EnumSource
    void shouldTagOnlyTheCopyForTheWire(ThreadPlan plan) {
        try (SwitchHarness net = new SwitchHarness(YAML, plan)) {
            net.transmitted();
            final Frames group =
                    Frames.udp4()
                            .macs(Frames.BROADCAST, Frames.OWN)
                            .ips("10.0.0.11", "10.0.0.255")
                            .payload(new byte[600]);
            net.device("b").inject(group.build());
            net.run();
            assertArrayEquals(group.build(), net.device("c").transmitted().get(0));
            assertArrayEquals(group.tag(10).build(), net.device(DEVICE).transmitted().get(0));
        }
    }
}
