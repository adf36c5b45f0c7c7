// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static io.ipvane.testing.Dhcp.ACK;
import static io.ipvane.testing.Dhcp.DISCOVER;
import static io.ipvane.testing.Dhcp.OFFER;
import static io.ipvane.testing.Dhcp.RELEASE;
import static io.ipvane.testing.Dhcp.REQUEST;
import static io.ipvane.testing.Frames.BROADCAST;
import static io.ipvane.testing.Frames.OWN;
import static io.ipvane.testing.Frames.X;
import static io.ipvane.testing.Frames.X4;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.ThreadPlan;
import io.ipvane.testing.Dhcp;
import io.ipvane.testing.Frames;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import io.ipvane.upcall.UpcallDrop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** DHCP through the whole switch: ports that share one MAC get what is theirs (spec B-4, F16). */
class DhcpSnoopingTest {
    private static final String LEASE = "10.0.0.51";

    private static Map<String, List<byte[]>> send(SwitchHarness net, String device, byte[] frame) {
        net.transmitted();
        net.device(device).inject(frame);
        net.run();
        return net.transmitted();
    }

    /** Device to number of frames, those without any left out. */
    private static Map<String, Integer> receivers(SwitchHarness net, String device, byte[] frame) {
        final Map<String, Integer> counts = new TreeMap<>();
        send(net, device, frame)
                .forEach(
                        (name, frames) -> {
                            if (!frames.isEmpty()) {
                                counts.put(name, frames.size());
                            }
                        });
        return counts;
    }

    private static String idOf(byte[] frame) {
        final byte[] id = Dhcp.option(Dhcp.payload(frame), 61);
        return id == null ? null : new String(id, 1, id.length - 1, StandardCharsets.US_ASCII);
    }

    private static byte[] renewal(int type, int xid) {
        return Frames.udp4()
                .macs(X, OWN)
                .ips(LEASE, X4)
                .ports(68, 67)
                .payload(Dhcp.request(type, xid).own(LEASE).build())
                .build();
    }

    private static int[] id(String text) {
        final List<Integer> bytes = new ArrayList<>(List.of(0));
        text.chars().forEach(bytes::add);
        return bytes.stream().mapToInt(Integer::intValue).toArray();
    }

    private static void lease(SwitchHarness net, String port, int xid) {
        send(net, port, Dhcp.request(REQUEST, xid).address(50, LEASE).frame());
        assertEquals(
                Map.of(port, 1),
                receivers(
                        net,
                        "wire",
                        Dhcp.reply(ACK, xid).yours(LEASE).lease(60).answer(OWN, LEASE)));
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldBringAnOfferToThePortThatAskedAndToNobodyElse(ThreadPlan plan) {
        try (SwitchHarness net = SmallNetwork.of("l2", plan, "announce: false")) {
            final Map<String, List<byte[]>> asked =
                    send(net, "c1", Dhcp.request(DISCOVER, 1).padTo(300).frame());
            assertEquals("c1@020000000001", idOf(asked.get("wire").get(0)));
            assertEquals(342, asked.get("wire").get(0).length);
            assertEquals(1, asked.get("c2").size(), "a sibling may be the server");
            assertEquals(1, asked.get("master").size(), "and so may the host");
            assertTrue(asked.get("c1").isEmpty());
            send(net, "c2", Dhcp.request(DISCOVER, 2).frame());

            final byte[] unicast = Dhcp.reply(OFFER, 1).yours(LEASE).answer(OWN, LEASE);
            assertEquals(Map.of("c1", 1), receivers(net, "wire", unicast));
            final byte[] broadcast =
                    Dhcp.reply(OFFER, 2).yours("10.0.0.52").answer(BROADCAST, "255.255.255.255");
            assertEquals(Map.of("c2", 1), receivers(net, "wire", broadcast));
        }
    }

    @Test
    void shouldLeaveAnswersToOthersAsTheyAre() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, "announce: false")) {
            assertEquals(
                    Map.of("master", 1),
                    receivers(net, "wire", Dhcp.reply(OFFER, 1).yours(LEASE).answer(OWN, LEASE)));
            assertEquals(
                    Map.of("master", 1, "c1", 1, "c2", 1, "c3", 1),
                    receivers(
                            net,
                            "wire",
                            Dhcp.reply(OFFER, 1).answer(BROADCAST, "255.255.255.255")));
            assertEquals(
                    Map.of("master", 1, "c1", 1, "c2", 1, "c3", 1),
                    receivers(
                            net,
                            "wire",
                            Frames.patch(
                                    Dhcp.request(DISCOVER, 5).hardware(X).frame(),
                                    6,
                                    2,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0xFE)));
        }
    }

    @Test
    void shouldDispatchALeaseFromItsAcknowledgementOn() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, "announce: false")) {
            final byte[] probe = Frames.udp4().ips(X4, LEASE).build();
            assertEquals(Map.of("master", 1), receivers(net, "wire", probe));
            lease(net, "c1", 1);
            assertEquals(Map.of("c1", 1), receivers(net, "wire", probe));
            final byte[] out = Frames.udp4().macs(X, OWN).ips(LEASE, X4).build();
            assertEquals(Map.of("wire", 1), receivers(net, "c1", out));
            assertEquals(Map.of(), receivers(net, "c2", out), "antispoof");

            assertEquals(Map.of("wire", 1), receivers(net, "c1", renewal(RELEASE, 2)));
            assertEquals(Map.of("master", 1), receivers(net, "wire", probe));
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldNameTheClientInARenewalByUnicastAndGiveItsNameBack(ThreadPlan plan) {
        try (SwitchHarness net = SmallNetwork.of("l2", plan, "announce: false")) {
            lease(net, "c1", 1);
            final List<byte[]> renewed = send(net, "c1", renewal(REQUEST, 2)).get("wire");
            assertEquals(1, renewed.size());
            assertEquals("c1@020000000001", idOf(renewed.get(0)));
            final byte[] ack =
                    Dhcp.reply(ACK, 2)
                            .yours(LEASE)
                            .lease(60)
                            .option(61, id("c1@020000000001"))
                            .answer(OWN, LEASE);
            final List<byte[]> answered = send(net, "wire", ack).get("c1");
            assertEquals(1, answered.size());
            assertNull(idOf(answered.get(0)));
            assertEquals(ack.length, answered.get(0).length);
        }
    }

    /** A guest: no interface to look at, and none to put the address on. */
    @Test
    void shouldGiveALeaseToAGuestAndTakeItBackAtItsEnd() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            final byte[] probe = Frames.udp4().ips(X4, LEASE).build();
            lease(guests.net, "g1", 1);
            assertEquals("g1", guests.receiver(LEASE));
            assertEquals(List.of(LEASE), guests.claims("g1", AddressBook.Origin.DHCP));
            guests.announce("g1", LEASE);
            assertEquals(List.of(), guests.learned("g1"));
            assertEquals(Map.of("wire", 1), receivers(guests.net, "g1", renewal(RELEASE, 2)));
            assertEquals(Map.of("master", 1), receivers(guests.net, "wire", probe));
            assertEquals(List.of(), guests.claims("g1", AddressBook.Origin.DHCP));
        }
    }

    /** The server knows better than who only says that it has the address. */
    @Test
    void shouldTakeALeasedAddressFromAGuestItWasLearnedOf() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            guests.announce("g2", LEASE);
            assertEquals("g2", guests.receiver(LEASE));
            lease(guests.net, "g1", 1);
            assertEquals("g1", guests.receiver(LEASE));
            guests.announce("g2", LEASE);
            assertEquals("g1", guests.receiver(LEASE));
            assertEquals(List.of(), guests.learned("g2"));
            guests.announce("g1", "10.0.0.52");
            send(guests.net, "g1", Dhcp.request(REQUEST, 3).address(50, "10.0.0.52").frame());
            send(
                    guests.net,
                    "wire",
                    Dhcp.reply(ACK, 3).yours("10.0.0.52").lease(60).answer(OWN, "10.0.0.52"));
            assertEquals(List.of(), guests.learned("g1"), "leased now");
        }
    }

    @Test
    void shouldKeepAnAddressThatTheInterfaceHasWhenItsLeaseIsReleased() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, "announce: false")) {
            lease(net, "c1", 1);
            net.tell(
                    new Command.AddressAdded(
                            net.index("c1"),
                            io.ipvane.packet.IpPrefix.parseWithHostBits(LEASE + "/24"),
                            false));
            net.run();
            send(net, "c1", renewal(RELEASE, 2));
            final byte[] probe = Frames.udp4().ips(X4, LEASE).build();
            assertEquals(Map.of("c1", 1), receivers(net, "wire", probe));
            net.tell(
                    new Command.AddressRemoved(
                            net.index("c1"), io.ipvane.packet.IpAddress.parse(LEASE)));
            net.run();
            assertEquals(Map.of("master", 1), receivers(net, "wire", probe));
        }
    }

    @Test
    void shouldServeClientsOfASiblingAndOfTheHost() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, "announce: false")) {
            send(net, "c1", Dhcp.request(REQUEST, 1).address(50, LEASE).frame());
            final byte[] ack =
                    Frames.udp4()
                            .macs(OWN, OWN)
                            .ips(Frames.C2_4, LEASE)
                            .ports(67, 68)
                            .payload(Dhcp.reply(ACK, 1).yours(LEASE).lease(60).build())
                            .build();
            assertEquals(Map.of("c1", 1), receivers(net, "c2", ack));
            final byte[] probe = Frames.udp4().ips(X4, LEASE).build();
            assertEquals(Map.of("master", 1), receivers(net, "wire", probe), "not trusted");
            final byte[] fromHost =
                    Frames.udp4()
                            .macs(OWN, OWN)
                            .ips(Frames.HOST4, LEASE)
                            .ports(67, 68)
                            .payload(Dhcp.reply(ACK, 1).yours(LEASE).lease(60).build())
                            .build();
            assertEquals(Map.of("c1", 1), receivers(net, "master", fromHost));
            assertEquals(Map.of("c1", 1), receivers(net, "wire", probe));
        }
    }

    @Test
    void shouldNotLetAPrivatePortReachItsSiblingsAsAServer() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, "flag: private")) {
            send(net, "c1", Dhcp.request(REQUEST, 1).address(50, LEASE).frame());
            final byte[] ack =
                    Frames.udp4()
                            .macs(BROADCAST, OWN)
                            .ips(Frames.C2_4, "255.255.255.255")
                            .ports(67, 68)
                            .payload(Dhcp.reply(ACK, 1).yours(LEASE).lease(60).build())
                            .build();
            assertEquals(Map.of("master", 1, "wire", 1), receivers(net, "c2", ack));
        }
    }

    @Test
    void shouldDoNothingOfItUnderTheKernelsRules() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, "compat: kernel")) {
            final byte[] discover = Dhcp.request(DISCOVER, 1).frame();
            final Map<String, List<byte[]>> asked = send(net, "c1", discover);
            assertArrayEquals(discover, asked.get("wire").get(0));
            assertEquals(
                    Map.of("master", 1),
                    receivers(net, "wire", Dhcp.reply(OFFER, 1).answer(OWN, LEASE)));
        }
    }

    @Test
    void shouldLeaveNamesAloneWhereAskedTo() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, "dhcpClientId: false")) {
            final byte[] discover = Dhcp.request(DISCOVER, 1).frame();
            assertArrayEquals(discover, send(net, "c1", discover).get("wire").get(0));
            assertEquals(
                    Map.of("c1", 1),
                    receivers(net, "wire", Dhcp.reply(OFFER, 1).answer(OWN, LEASE)));
        }
    }

    @Test
    void shouldPassOnWhatItCannotRead() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, "announce: false")) {
            final byte[] good = Dhcp.request(DISCOVER, 1).option(61, 0, 1).frame();
            for (int length = 42; length < good.length; length++) {
                final byte[] cut =
                        Frames.udp4()
                                .macs(BROADCAST, OWN)
                                .ips("0.0.0.0", "255.255.255.255")
                                .ports(68, 67)
                                .payload(Dhcp.payload(Frames.resize(good, length)))
                                .build();
                final List<byte[]> wire = send(net, "c1", cut).get("wire");
                assertEquals(1, wire.size(), "length " + length);
            }
            // The UDP length says more than there is, and less than its own header.
            for (int udp : new int[] {0xFFFF, 7, 0}) {
                final byte[] bad = Frames.patch(good, 38, udp >> 8, udp & 0xFF);
                assertArrayEquals(bad, send(net, "c1", bad).get("wire").get(0));
            }
            // A damaged IP header is not mended on the way.
            final byte[] damaged = Frames.patch(Dhcp.request(DISCOVER, 1).frame(), 24, 0, 0);
            assertArrayEquals(damaged, send(net, "c1", damaged).get("wire").get(0));
            // Nor is a frame made longer than the uplink carries.
            final byte[] full =
                    Dhcp.request(DISCOVER, 1)
                            .option(12, new int[255])
                            .option(12, new int[255])
                            .option(12, new int[255])
                            .option(12, new int[193])
                            .padTo(1_472)
                            .frame();
            final byte[] crammed = Frames.patch(full, full.length - 1, 255);
            assertEquals(1_514, send(net, "c1", crammed).get("wire").get(0).length);
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldHoldAPortThatFloodsToItsRateAndServeTheOthers(ThreadPlan plan) {
        try (SwitchHarness net = SmallNetwork.of("l2", plan, "announce: false")) {
            for (int xid = 0; xid < 1_000; xid++) {
                net.device("c1").inject(Dhcp.request(DISCOVER, xid).frame());
            }
            net.device("c2").inject(Dhcp.request(DISCOVER, 77_777).frame());
            net.run();
            final int reason = UpcallDrop.POLICED.column();
            final long policed = net.counter("c1", reason);
            assertTrue(policed > 300, policed + " policed");
            assertEquals(0, net.counter("c2", reason));
            assertEquals(1_001 - policed, net.transmitted().get("wire").size());
            assertEquals(
                    Map.of("c2", 1),
                    receivers(net, "wire", Dhcp.reply(OFFER, 77_777).answer(OWN, LEASE)));
        }
    }

    @Test
    void shouldSayWhoseGroupsMayHaveChanged() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, "announce: false")) {
            final List<Integer> said = new ArrayList<>();
            net.onGroups(said::add);
            final byte[] igmp =
                    Frames.patch(
                            Frames.udp4()
                                    .macs(Frames.GROUP4, OWN)
                                    .ips(Frames.C1_4, "224.1.2.3")
                                    .ttl(1)
                                    .build(),
                            23,
                            2);
            assertEquals(Map.of("c2", 1, "master", 1, "wire", 1), receivers(net, "c1", igmp));
            assertEquals(List.of(net.index("c1")), said);

            final byte[] body = {58, 0, 5, 2, 0, 0, 1, 0, (byte) 143, 0, 0, 0, 0, 0, 0, 0};
            final byte[] mld =
                    Frames.ethernet(0x86DD, mld(body)).macs(0x3333_0000_0016L, OWN).build();
            assertEquals(1, send(net, "c3", mld).get("wire").size());
            assertEquals(List.of(net.index("c1"), net.index("c3")), said);

            send(net, "wire", igmp);
            send(
                    net,
                    "c1",
                    Frames.udp4().macs(Frames.GROUP4, OWN).ips(Frames.C1_4, "224.1.2.3").build());
            assertEquals(2, said.size(), "the wire's groups are nobody's, and data says nothing");
        }
    }

    private static byte[] mld(byte[] behind) {
        final byte[] packet = new byte[40 + behind.length];
        packet[0] = 0x60;
        packet[5] = (byte) behind.length;
        packet[7] = 1;
        packet[24] = (byte) 0xFF;
        packet[25] = 2;
        packet[39] = 0x16;
        System.arraycopy(behind, 0, packet, 40, behind.length);
        return packet;
    }
}
