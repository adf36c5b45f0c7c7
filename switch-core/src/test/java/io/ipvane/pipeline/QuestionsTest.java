// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import static io.ipvane.testing.Frames.BROADCAST;
import static io.ipvane.testing.Frames.C1_6;
import static io.ipvane.testing.Frames.HOST4;
import static io.ipvane.testing.Frames.HOST6;
import static io.ipvane.testing.Frames.OWN;
import static io.ipvane.testing.Frames.X;
import static io.ipvane.testing.Frames.X4;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.config.ThreadPlan;
import io.ipvane.packet.MacAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets questions for addresses, and the answers to those who have no address yet. */
class QuestionsTest {
    private static final String NOBODY = "0.0.0.0";
    private static final String LOCAL6 = "fe80::99";

    /** Names of those who got a copy, in the order of the devices. */
    private static String receivers(SwitchHarness net, String from, byte[] frame) {
        net.transmitted();
        net.device(from).inject(frame);
        net.run();
        final List<String> names = new ArrayList<>();
        net.transmitted().forEach((name, frames) -> frames.forEach(f -> names.add(name)));
        return String.join(" ", names);
    }

    private static SwitchHarness net(String mode, String... lines) {
        final List<String> all = new ArrayList<>(List.of(lines));
        all.add("announce: false");
        return SmallNetwork.of(mode, ThreadPlan.SHARED, all.toArray(String[]::new));
    }

    private static byte[] answer(long from, String address) {
        return Frames.arp(2).macs(OWN, from).ips(address, NOBODY).build();
    }

    @ParameterizedTest(name = "{0}: wire -> {1}, c2 -> {2}, host -> {3}")
    @CsvSource({
        "bridge, master c1 c2 c3, master c1 c3, wire c1 c2 c3",
        "private, master c1 c2 c3, master, wire c1 c2 c3",
        "vepa, master c1 c2 c3, wire, wire"
    })
    void shouldBringTheAnswerToAProbeToWhoeverMayHaveAsked(
            String flag, String fromWire, String fromPort, String fromHost) {
        try (SwitchHarness net = net("l2", "flag: " + flag)) {
            assertEquals(fromWire, receivers(net, "wire", answer(X, X4)));
            assertEquals(fromPort, receivers(net, "c2", answer(OWN, Frames.C2_4)));
            assertEquals(fromHost, receivers(net, "master", answer(OWN, HOST4)));
            // What a relay sends back under vepa.
            assertEquals(fromWire, receivers(net, "wire", answer(OWN, Frames.C2_4)));
        }
    }

    @Test
    void shouldNotLetAPortAnswerProbesForOthers() {
        try (SwitchHarness net = net("l2")) {
            assertEquals("", receivers(net, "c2", answer(OWN, Frames.C1_4)));
        }
    }

    @Test
    void shouldLeaveTheAnswerToTheHostAsTheKernelDoes() {
        try (SwitchHarness net = net("l2", "compat: kernel")) {
            assertEquals("master", receivers(net, "wire", answer(X, X4)));
            assertEquals("master", receivers(net, "c2", answer(OWN, Frames.C2_4)));
        }
    }

    @Test
    void shouldLeaveAnswersToTheHostWhereNoPortAsks() {
        try (SwitchHarness net = net("l3")) {
            assertEquals("master", receivers(net, "wire", answer(X, X4)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"l2", "l3"})
    void shouldNeverShowAProbeToItsSender(String mode) {
        try (SwitchHarness net = net(mode)) {
            final Frames probe =
                    Frames.arpRequest(Frames.C1_4).macs(BROADCAST, OWN).ips(NOBODY, Frames.C1_4);
            assertEquals(
                    "l2".equals(mode) ? "wire master c2 c3" : "",
                    receivers(net, "c1", probe.build()));
            assertEquals("master", receivers(net, "wire", probe.build()), "a relay's");
        }
    }

    /** The switch answers for siblings and for the host, both families, and for nobody else. */
    @Test
    void shouldAnswerProbesOfPortsThatItRoutesFor() {
        try (SwitchHarness net = net("l3")) {
            for (String taken : List.of(Frames.C2_4, HOST4)) {
                final Frames probe = Frames.arpRequest(taken).macs(BROADCAST, OWN);
                assertEquals("c1", receivers(net, "c1", probe.ips(NOBODY, taken).build()), taken);
            }
            for (String taken : List.of("fd00::12", HOST6)) {
                assertEquals("c1", receivers(net, "c1", probe6(taken)), taken);
            }
            assertEquals("", receivers(net, "c1", probe6("fd00::77")));
        }
    }

    private static byte[] probe6(String target) {
        return Frames.dadProbe(target).build();
    }

    /** Ports of one MAC share the group of their link-local addresses, with the host. */
    @Test
    void shouldBringSolicitationsForTheHostsAddressToTheHostAlone() {
        try (SwitchHarness net = net("l2")) {
            for (String port : List.of("c1", "c2", "c3")) {
                net.groups(
                        port,
                        MacAddress.parse("33:33:00:00:00:01"),
                        MacAddress.ofSolicitedNode(0x01));
            }
            net.run();
            final byte[] asks = solicitation(HOST6, LOCAL6, X);
            assertEquals("master", receivers(net, "wire", asks));
            assertEquals("master", receivers(net, "wire", probe6(HOST6)));
            assertEquals("master", receivers(net, "c1", solicitation(HOST6, C1_6, OWN)));
            assertEquals("master", receivers(net, "c1", probe6(HOST6)));
            assertEquals("wire c1 c2 c3", receivers(net, "master", solicitation(X1, HOST6, OWN)));
            assertEquals("master c1 c2 c3", receivers(net, "wire", solicitation(X1, LOCAL6, X)));
            final byte[] unicast = Frames.solicitation(HOST6).ips(LOCAL6, HOST6).build();
            assertEquals("master", receivers(net, "wire", unicast));
        }
    }

    @Test
    void shouldFloodSolicitationsForTheHostAsTheKernelDoes() {
        try (SwitchHarness net = net("l2", "compat: kernel")) {
            net.groups("c1", MacAddress.ofSolicitedNode(0x01));
            net.run();
            assertEquals("master c1", receivers(net, "wire", solicitation(HOST6, LOCAL6, X)));
        }
    }

    /** In the group of the host's address too. */
    private static final String X1 = "fd00::ee00:1";

    private static byte[] solicitation(String target, String from, long mac) {
        return Frames.solicitation(target)
                .macs(MacAddress.ofSolicitedNode(0x01), mac)
                .ips(from, "ff02::1:ff00:1")
                .build();
    }
}
