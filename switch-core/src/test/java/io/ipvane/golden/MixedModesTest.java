// SPDX-License-Identifier: Apache-2.0
package io.ipvane.golden;

import static io.ipvane.testing.Frames.BROADCAST;
import static io.ipvane.testing.Frames.C1_4;
import static io.ipvane.testing.Frames.C2_4;
import static io.ipvane.testing.Frames.C3_4;
import static io.ipvane.testing.Frames.OWN;
import static io.ipvane.testing.Frames.X;
import static io.ipvane.testing.Frames.X4;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.config.ThreadPlan;
import io.ipvane.testing.Frames;
import io.ipvane.testing.SwitchHarness;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One uplink whose ports are of both modes: c1 and c3 in l2, c2 in l3. */
class MixedModesTest {
    private static final String YAML =
            """
            uplinks:
              - name: wire
                device: "vdev:net_null0"
                mode: %s
                host: { interface: master, addresses: ["10.0.0.1/24"] }
            ports:
              - { name: c1, uplink: wire, mode: l2, addresses: ["10.0.0.11/24"] }
              - { name: c2, uplink: wire, mode: l3, addresses: ["10.0.0.12/24"] }
              - { name: c3, uplink: wire, mode: l2, addresses: ["10.0.1.13/24"] }
            """;

    private SwitchHarness net;

    private void start(ThreadPlan plan) {
        net = new SwitchHarness(YAML.formatted("l2"), plan);
    }

    @AfterEach
    void stop() {
        net.close();
    }

    /** Who got how many frames, those that got some. */
    private Map<String, Integer> send(String from, byte[] frame) {
        net.device(from).inject(frame);
        net.run();
        return net.transmitted().entrySet().stream()
                .filter(each -> !each.getValue().isEmpty())
                .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().size()));
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldDeliverUnicastFromTheWireToPortsOfEitherMode(ThreadPlan plan) {
        start(plan);
        assertEquals(Map.of("c1", 1), send("wire", to(C1_4)));
        assertEquals(Map.of("c2", 1), send("wire", to(C2_4)));
    }

    private static byte[] to(String address) {
        return Frames.udp4().macs(OWN, X).ips(X4, address).build();
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldAnswerForTheRoutedPortAndLetTheOthersAnswerThemselves(ThreadPlan plan) {
        start(plan);
        assertEquals(Map.of("wire", 1), send("wire", question(X, X4, C2_4)));
        assertEquals(Map.of("c1", 1, "c3", 1, "master", 1), send("wire", question(X, X4, C1_4)));
        assertEquals(Map.of("c1", 1), send("c1", question(OWN, C1_4, C2_4)));
        assertEquals(
                Map.of("c3", 1, "wire", 1, "master", 1), send("c1", question(OWN, C1_4, C3_4)));
    }

    private static byte[] question(long asker, String from, String target) {
        return Frames.arpRequest(target).macs(BROADCAST, asker).ips(from, target).build();
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldNotShowGroupFramesToTheRoutedPort(ThreadPlan plan) {
        start(plan);
        final byte[] fromOutside =
                Frames.udp4().macs(BROADCAST, X).ips(X4, "255.255.255.255").build();
        assertEquals(Map.of("c1", 1, "c3", 1, "master", 1), send("wire", fromOutside));
        final byte[] fromInside =
                Frames.udp4().macs(BROADCAST, OWN).ips(C1_4, "255.255.255.255").build();
        assertEquals(Map.of("c3", 1, "wire", 1, "master", 1), send("c1", fromInside));
        assertEquals(
                Map.of(),
                send(
                        "c2",
                        Frames.udp4().macs(BROADCAST, OWN).ips(C2_4, "255.255.255.255").build()));
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldCarryUnicastBetweenPortsOfDifferentModes(ThreadPlan plan) {
        start(plan);
        net.device("c1").inject(Frames.udp4().macs(OWN, OWN).ips(C1_4, C2_4).build());
        net.device("c2").inject(Frames.udp4().macs(OWN, OWN).ips(C2_4, C3_4).build());
        net.run();
        final Map<String, List<byte[]>> got = net.transmitted();
        assertEquals(1, got.get("c2").size());
        assertEquals(1, got.get("c3").size());
        assertEquals(0, got.get("wire").size());
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldRouteForTheRoutedPortOnly(ThreadPlan plan) {
        start(plan);
        // The switch asks for the next hop of c2's packet; c1 has asked by itself.
        assertEquals(
                Map.of("wire", 1), send("c2", Frames.udp4().macs(OWN, OWN).ips(C2_4, X4).build()));
        assertEquals(1, net.held());
        assertEquals(
                Map.of("wire", 1), send("c1", Frames.udp4().macs(X, OWN).ips(C1_4, X4).build()));
        assertEquals(
                Map.of("wire", 1, "master", 1),
                send("wire", Frames.arpReply(C2_4).macs(OWN, X).ips(X4, C2_4).build()));
        assertEquals(0, net.held());
    }
}
