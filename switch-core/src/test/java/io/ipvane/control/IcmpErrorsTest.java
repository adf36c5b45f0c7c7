// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.PortCounter;
import io.ipvane.egress.EgressDrop;
import io.ipvane.icmp.ErrorUpcall;
import io.ipvane.packet.IpAddress;
import io.ipvane.snapshot.RouteDrop;
import io.ipvane.testing.Frames;
import io.ipvane.testing.SwitchHarness;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Senders in mode l3 hear what became of their packets; frames go through a whole switch. */
class IcmpErrorsTest {
    private static final String HOST =
            "host: { interface: master, addresses: [\"10.0.0.1/24\", \"fd00::1/64\"] }";
    private static final String NO_HOST = "";

    private SwitchHarness net;

    private void start(String mode, ThreadPlan plan, String... lines) {
        net =
                new SwitchHarness(
                        """
                        uplinks:
                          - name: wire
                            device: "vdev:net_null0"
                            mode: %s
                            routes:
                              - { to: 198.51.100.0/24, blackhole: true }
                              - { to: 198.51.101.0/24, unreachable: true }
                              - { to: 198.51.102.0/24, prohibit: true }
                              - { to: "2001:db8:1::/48", unreachable: true }
                              - { to: "2001:db8:2::/48", prohibit: true }
                            neighbors: [ { address: 10.0.0.254, mac: "02:00:00:00:00:fe" } ]
                            %s
                        ports:
                          - { name: c1, uplink: wire, type: tap, addresses: ["10.0.0.11/24", "fd00::11/64"] }
                          - { name: c2, uplink: wire, type: tap, mtu: 1400, addresses: ["10.0.0.12/24", "fd00::12/64"] }
                        """
                                .formatted(mode, String.join("\n    ", lines)),
                        plan);
        net.transmitted();
    }

    @AfterEach
    void nothingLeaks() {
        net.close();
    }

    /** What c1 hears of a packet that it sends. */
    private List<byte[]> answers(byte[] frame) {
        net.device("c1").inject(frame);
        net.run();
        return net.device("c1").transmitted();
    }

    private static Frames to(String address) {
        return (address.contains(":") ? Frames.udp6() : Frames.udp4())
                .macs(Frames.OWN, Frames.OWN)
                .ips(address.contains(":") ? Frames.C1_6 : Frames.C1_4, address);
    }

    private static String source(byte[] error) {
        final ByteBuffer bytes = ByteBuffer.wrap(error);
        return (error[12] == 8
                        ? IpAddress.ipv4(bytes.getInt(26))
                        : IpAddress.ipv6(bytes.getLong(22), bytes.getLong(30)))
                .toString();
    }

    private static String typeAndCode(byte[] error) {
        final int icmp = error[12] == 8 ? 34 : 54;
        return error[icmp] + "/" + error[icmp + 1];
    }

    private long drops(String port, DropReason reason) {
        return net.counter(port, reason.column());
    }

    @ParameterizedTest(name = "{0} to {1}: {2}")
    @CsvSource({
        "NO_ROUTE, 203.0.113.1, 3/0",
        "ROUTE_UNREACHABLE, 198.51.101.1, 3/1",
        "ROUTE_PROHIBIT, 198.51.102.1, 3/13",
        "NO_ROUTE, 2001:db8::1, 1/0",
        "ROUTE_UNREACHABLE, 2001:db8:1::1, 1/0",
        "ROUTE_PROHIBIT, 2001:db8:2::1, 1/1"
    })
    void shouldSayWhyThereIsNoWay(RouteDrop reason, String destination, String error) {
        start("l3", ThreadPlan.SHARED, HOST);
        final byte[] packet = to(destination).build();
        final List<byte[]> heard = answers(packet);
        assertEquals(1, heard.size());
        assertEquals(error, typeAndCode(heard.get(0)));
        final boolean ipv4 = destination.indexOf(':') < 0;
        assertEquals(ipv4 ? Frames.HOST4 : Frames.HOST6, source(heard.get(0)));
        final int quote = ipv4 ? 42 : 62;
        assertArrayEquals(
                Arrays.copyOfRange(packet, 14, packet.length),
                Arrays.copyOfRange(heard.get(0), quote, heard.get(0).length));
        assertEquals(1, drops("c1", reason));
        assertEquals(1, net.counter("c1", PortCounter.ERRORS_SENT.ordinal()));
    }

    @ParameterizedTest
    @EnumSource
    void shouldSpeakInEveryThreadPlan(ThreadPlan plan) {
        start("l3", plan, HOST);
        assertEquals(1, answers(to("203.0.113.1").build()).size());
    }

    @Test
    void shouldBeSilentAboutABlackhole() {
        start("l3", ThreadPlan.SHARED, HOST);
        assertEquals(List.of(), answers(to("198.51.100.1").build()));
        assertEquals(1, drops("c1", RouteDrop.ROUTE_BLACKHOLE));
    }

    @Test
    void shouldSpeakFromTheDummyAndLinkLocalAddressWhereThereIsNoOther() {
        start("l3", ThreadPlan.SHARED, NO_HOST);
        assertEquals("192.0.0.8", source(answers(to("203.0.113.1").build()).get(0)));
        assertEquals("fe80::ff:fe00:1", source(answers(to("2001:db8::1").build()).get(0)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"l2, icmpErrors: true", "l3, icmpErrors: false", "l3, compat: kernel"})
    void shouldBeSilentWhereItIsNoRouterOrToldToBe(String mode, String line) {
        start(mode, ThreadPlan.SHARED, line);
        assertEquals(List.of(), answers(to("203.0.113.1").build()));
        final byte[] tooLong = to(Frames.C2_4).payload(new byte[1400]).fragment(0x4000).build();
        assertEquals(List.of(), answers(tooLong));
        assertEquals(1, drops("c2", EgressDrop.MTU));
    }

    @Test
    void shouldSpeakWhereTheOptionSaysSoUnderTheKernelsRules() {
        start("l3", ThreadPlan.SHARED, "compat: kernel", "icmpErrors: true");
        assertEquals(1, answers(to("203.0.113.1").build()).size());
    }

    @Test
    void shouldLimitItselfAPortAndCountTheRest() {
        start("l3", ThreadPlan.SHARED, HOST);
        int heard = 0;
        for (int i = 0; i < 200; i++) {
            heard += answers(to("203.0.113.1").build()).size();
        }
        assertEquals(200, drops("c1", RouteDrop.NO_ROUTE));
        assertTrue(heard >= ErrorUpcall.BURST && heard < 200, heard + " errors");
        assertEquals(200 - heard, net.counter("c1", PortCounter.ERRORS_LIMITED.ordinal()));
        net.device("c2").inject(to("203.0.113.1").ips(Frames.C2_4, "203.0.113.1").build());
        net.run();
        assertEquals(1, net.device("c2").transmitted().size(), "c2 has its own share");
    }

    @Test
    void shouldKeepFewFramesWhereTheConductorIsBusy() {
        start("l3", ThreadPlan.SHARED, HOST);
        for (int i = 0; i < 900; i++) {
            net.device("c1").inject(to("203.0.113.1").build());
            net.step();
        }
        assertEquals(900, drops("c1", RouteDrop.NO_ROUTE));
        assertTrue(net.held() < 520, net.held() + " frames held");
        net.run();
    }

    @Test
    void shouldNotSpeakOfADirectedBroadcast() {
        start("l3", ThreadPlan.SHARED, HOST, "arpResponder: true");
        assertEquals(List.of(), answers(to("10.0.0.255").build()));
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.12, 3/4", "fd00::12, 2/0"})
    void shouldSayWhatFitsTheSiblingAndTheWire(String sibling, String error) {
        start("l3", ThreadPlan.SHARED, HOST);
        final List<byte[]> heard =
                answers(to(sibling).payload(new byte[1380]).fragment(0x4000).build());
        assertEquals(error, typeAndCode(heard.get(0)));
        final int icmp = error.equals("3/4") ? 34 : 54;
        assertEquals(1400, ByteBuffer.wrap(heard.get(0)).getInt(icmp + 4));
        assertEquals(1, drops("c2", EgressDrop.MTU));
    }

    @Test
    void shouldSayWhatFitsTheWire() {
        start("l3", ThreadPlan.SHARED, HOST);
        final byte[] long4 = to(Frames.X4).payload(new byte[1500]).fragment(0x4000).build();
        final byte[] error = answers(long4).get(0);
        assertEquals("3/4", typeAndCode(error));
        assertEquals(1500, ByteBuffer.wrap(error).getInt(38));
        assertEquals(1, drops("wire", EgressDrop.MTU));
    }

    /** A router tells who sends from outside, too, what a port takes; and nothing else. */
    @Test
    void shouldSayWhatFitsAPortToTheWire() {
        start("l3", ThreadPlan.SHARED, HOST);
        net.device("wire")
                .inject(
                        Frames.udp4()
                                .ips(Frames.X4, Frames.C2_4)
                                .fragment(0x4000)
                                .payload(new byte[1400])
                                .build());
        net.run();
        final byte[] error = net.device("wire").transmitted().get(0);
        assertEquals("3/4", typeAndCode(error));
        assertEquals(Frames.X, ByteBuffer.wrap(error).getLong(0) >>> 16);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.12, c2, 1400", "10.0.0.254, wire, 1500"})
    void shouldFragmentWhatMayBe(String destination, String receiver, int mtu) {
        start("l3", ThreadPlan.SHARED, HOST);
        final byte[] packet = to(destination).payload(new byte[1600]).build();
        assertEquals(List.of(), answers(packet));
        final List<byte[]> fragments = net.device(receiver).transmitted();
        assertEquals(2, fragments.size());
        assertTrue(fragments.get(0).length <= mtu + 14);
        assertEquals(packet.length + 20, fragments.get(0).length + fragments.get(1).length - 14);
    }

    /**
     * Nobody could do anything about a pool that is empty for a moment, least of all the sender.
     */
    @Test
    void shouldNotSayTooBigWhereOnlyTheFramesForFragmentsAreMissing() {
        start("l3", ThreadPlan.SHARED, HOST);
        net.device("c1").inject(to("10.0.0.12").payload(new byte[1600]).build());
        final List<Long> taken = new ArrayList<>();
        while (net.pool().available() > 0) {
            taken.add(net.pool().allocate(60));
        }
        net.run();
        taken.forEach(net.pool()::free);
        net.run();
        assertEquals(List.of(), net.device("c1").transmitted());
        assertEquals(1, drops("c1", BurstDrop.POOL_EMPTY));
        assertEquals(0, drops("c2", EgressDrop.MTU));
    }

    @Test
    void shouldFragmentForANeighbourThatIsNotKnownYet() {
        start("l3", ThreadPlan.SHARED, HOST);
        answers(to("10.0.0.99").payload(new byte[1600]).build());
        assertEquals(1, net.device("wire").transmitted().size(), "the question");
        assertEquals(2, net.held(), "both fragments wait");
    }

    @Test
    void shouldLeaveTrailersBehindWhereItRoutes() {
        start("l3", ThreadPlan.SHARED, HOST);
        final byte[] packet = to(Frames.X4).build();
        answers(Frames.resize(packet, packet.length + 11));
        assertEquals(packet.length, net.device("wire").transmitted().get(0).length);
    }
}
