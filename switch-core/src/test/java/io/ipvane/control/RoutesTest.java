// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.ThreadPlan;
import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.SwitchHarness;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which way packets of a port in l3 take, and who is asked for on the wire. */
class RoutesTest {
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int MORE_FRAGMENTS = 0x2000;

    private SwitchHarness net;

    private void start(ThreadPlan plan) {
        net =
                new SwitchHarness(
                        """
                        uplinks:
                          - name: wire
                            device: "vdev:net_null0"
                            mode: l3
                            host: { interface: master, addresses: ["10.0.0.1/24", "10.7.0.1/32", "fd00::1/64"] }
                            routes:
                              - { to: 10.90.0.0/16 }
                              - { to: 10.90.8.0/24, via: 10.0.0.251 }
                              - { to: 10.91.0.0/24, src: 10.7.0.1 }
                              - { to: 10.92.0.0/24, mtu: 1300 }
                              - { to: 10.93.0.0/24, nexthops: [ { via: 10.0.0.251, weight: 3 }, { via: 10.0.0.252 } ] }
                              - { to: 10.94.0.0/24, via: 10.0.0.251, metric: 20 }
                              - { to: 10.94.0.0/24, via: 10.0.0.252, metric: 10 }
                              - { to: 10.95.0.0/24, via: 10.90.1.1 }
                              - { to: 10.96.0.0/24, via: 10.0.0.251, mtu: 1300, src: 10.7.0.1 }
                              - { to: 10.97.0.0/24, via: 10.0.0.250, src: 10.7.0.1 }
                              - { to: "fd90::/64" }
                              - { to: "fd92::/64", via: "fd00::fb", mtu: 1300 }
                              - { to: "fd93::/64", nexthops: [ { via: "fd00::fb" }, { via: "fd00::fc" } ] }
                            neighbors:
                              - { address: 10.0.0.251, mac: "02:00:00:00:00:51" }
                              - { address: 10.0.0.252, mac: "02:00:00:00:00:52" }
                              - { address: "fd00::fb", mac: "02:00:00:00:00:51" }
                              - { address: "fd00::fc", mac: "02:00:00:00:00:52" }
                              - { address: 10.92.0.9, mac: "02:00:00:00:00:59" }
                        ports:
                          - { name: c1, uplink: wire, type: tap, addresses: ["10.0.0.11/24", "fd00::11/64"] }
                        """,
                        plan);
        net.transmitted();
    }

    @AfterEach
    void nothingLeaks() {
        net.close();
    }

    private static Frames to(String address) {
        return (address.contains(":") ? Frames.udp6() : Frames.udp4())
                .macs(Frames.OWN, Frames.OWN)
                .ips(address.contains(":") ? Frames.C1_6 : Frames.C1_4, address);
    }

    private void send(Frames frame) {
        net.device("c1").inject(frame.build());
        net.run();
    }

    private List<byte[]> wire(Frames frame) {
        send(frame);
        return net.device("wire").transmitted();
    }

    /** The last byte of the destination's MAC of the one frame that goes to the wire. */
    private int gateway(Frames frame) {
        final List<byte[]> sent = wire(frame);
        assertEquals(1, sent.size(), () -> sent.stream().map(Frames::hex).toList().toString());
        return sent.getFirst()[5];
    }

    private static String address(byte[] frame, int offset) {
        return IpAddress.ipv4(ByteBuffer.wrap(frame).getInt(offset)).toString();
    }

    @ParameterizedTest
    @EnumSource
    void shouldAskForADestinationOnTheLinkItself(ThreadPlan plan) {
        start(plan);
        final byte[] question = wire(to("10.90.1.7")).getFirst();
        assertEquals(0x0806, ByteBuffer.wrap(question).getShort(12));
        assertEquals("10.90.1.7", address(question, 38));
        assertEquals(Frames.C1_4, address(question, 28), "on behalf of the port");

        net.device("wire")
                .inject(
                        Frames.arpReply("10.90.1.7")
                                .macs(Frames.OWN, Frames.OTHER)
                                .ips("10.90.1.7", Frames.C1_4)
                                .build());
        net.run();
        assertEquals(0x77, net.device("wire").transmitted().getFirst()[5]);
        assertEquals(0x77, gateway(to("10.90.1.7")));
    }

    @Test
    void shouldAskForAnIpv6DestinationOnTheLinkItself() {
        start(ThreadPlan.SHARED);
        final ByteBuffer question = ByteBuffer.wrap(wire(to("fd90::7")).getFirst());
        assertEquals((byte) 135, question.get(54));
        assertEquals(
                IpAddress.parse("fd90::7"),
                IpAddress.ipv6(question.getLong(62), question.getLong(70)));
    }

    @Test
    void shouldFollowTheLongestPrefixAndTheLowestMetric() {
        start(ThreadPlan.SHARED);
        assertEquals(0x51, gateway(to("10.90.8.7")));
        assertEquals(0x52, gateway(to("10.94.0.7")));
    }

    /** A gateway that only a route without gateway has. */
    @Test
    void shouldAskForAGatewayThatARouteHasOnTheLink() {
        start(ThreadPlan.SHARED);
        assertEquals("10.90.1.1", address(wire(to("10.95.0.7")).getFirst(), 38));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.91.0.7", "10.97.0.7"})
    void shouldAskFromTheAddressThatTheRouteSays(String destination) {
        start(ThreadPlan.SHARED);
        assertEquals("10.7.0.1", address(wire(to(destination)).getFirst(), 28));
    }

    @ParameterizedTest(name = "to {0}")
    @CsvSource({
        "10.96.0.7, 34, 3, 10.7.0.1",
        "10.92.0.9, 34, 3, 10.0.0.1",
        "10.92.0.8, 34, 3, 10.0.0.1",
        "fd92::7, 54, 2, ''"
    })
    void shouldTellTheMtuOfARoute(String destination, int icmp, int type, String source) {
        start(ThreadPlan.SHARED);
        final boolean ipv4 = destination.indexOf(':') < 0;
        final Frames frame = to(destination).payload(new byte[1_300]);
        assertEquals(List.of(), wire(ipv4 ? frame.fragment(DONT_FRAGMENT) : frame));
        final byte[] error = net.device("c1").transmitted().getFirst();
        assertEquals(type, error[icmp]);
        assertEquals(1_300, ByteBuffer.wrap(error).getInt(icmp + 4) & 0xFFFF);
        if (ipv4) {
            assertEquals(source, address(error, 26));
        }
    }

    @Test
    void shouldFragmentToTheMtuOfARoute() {
        start(ThreadPlan.SHARED);
        final List<byte[]> fragments = wire(to("10.92.0.9").payload(new byte[1_400]));
        assertEquals(2, fragments.size());
        assertTrue(fragments.getFirst().length <= 1_300 + 14);
        assertEquals(0x59, fragments.getFirst()[5]);
        assertEquals(1_314, wire(to("10.92.0.9").payload(new byte[1_272])).getFirst().length);
    }

    /** The error about what was sent, and no more than the question of it, waits for nobody. */
    @Test
    void shouldFragmentToTheMtuOfARouteWhoseNextHopIsNotKnownYet() {
        start(ThreadPlan.SHARED);
        send(to("10.92.0.8").payload(new byte[1_400]));
        net.device("wire").transmitted();
        net.device("wire")
                .inject(
                        Frames.arpReply("10.92.0.8")
                                .macs(Frames.OWN, Frames.OTHER)
                                .ips("10.92.0.8", Frames.C1_4)
                                .build());
        net.run();
        assertEquals(2, net.device("wire").transmitted().size());
    }

    @ParameterizedTest(name = "to {0}")
    @CsvSource({"10.93.0., 0.75", "fd93::, 0.5"})
    void shouldShareFlowsByWeightAndKeepEachOnItsWay(String network, double share) {
        start(ThreadPlan.SHARED);
        final int flows = 2_000;
        final Map<Integer, Integer> first = new HashMap<>();
        for (int round = 0; round < 2; round++) {
            for (int flow = 0; flow < flows; flow++) {
                final String destination = network + (1 + flow % 200);
                final int gateway = gateway(to(destination).ports(1_000 + flow, 53));
                assertEquals(first.computeIfAbsent(flow, f -> gateway), gateway);
            }
        }
        final long heavy = first.values().stream().filter(gateway -> gateway == 0x51).count();
        assertEquals(share, heavy / (double) flows, 0.04);
    }

    @Test
    void shouldKeepTheFragmentsOfADatagramTogether() {
        start(ThreadPlan.SHARED);
        final Set<Integer> seen = new HashSet<>();
        for (int last = 1; last < 60; last++) {
            final String destination = "10.93.0." + last;
            final int gateway = gateway(to(destination).ports(last, 53).fragment(MORE_FRAGMENTS));
            for (int offset = 1; offset < 4; offset++) {
                assertEquals(
                        gateway, gateway(to(destination).ports(7 * last, offset).fragment(offset)));
            }
            seen.add(gateway);
        }
        assertEquals(Set.of(0x51, 0x52), seen);
    }
}
