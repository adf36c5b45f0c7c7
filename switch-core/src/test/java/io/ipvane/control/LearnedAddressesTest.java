// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static io.ipvane.testing.Frames.BROADCAST;
import static io.ipvane.testing.Frames.C1_4;
import static io.ipvane.testing.Frames.C1_6;
import static io.ipvane.testing.Frames.HOST4;
import static io.ipvane.testing.Frames.HOST6;
import static io.ipvane.testing.Frames.OWN;
import static io.ipvane.testing.Frames.X;
import static io.ipvane.testing.Frames.X4;
import static io.ipvane.testing.Frames.X6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.BurstDrop;
import io.ipvane.config.ThreadPlan;
import io.ipvane.control.AddressBook.Origin;
import io.ipvane.ipvlan.IpvlanDrop;
import io.ipvane.packet.IpAddress;
import io.ipvane.table.AddressTable;
import io.ipvane.testing.Frames;
import io.ipvane.upcall.UpcallDrop;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guest says of itself is believed, as far as it harms nobody. */
class LearnedAddressesTest {
    private static final String NEW = "10.0.0.31";
    private static final String NEW6 = "fd00::31";
    private static final String LOCAL6 = "fe80::5054:ff:fe00:1";

    private static byte[] question(String from, String to) {
        return Frames.arpRequest(to).ips(from, to).macs(BROADCAST, OWN).build();
    }

    private static byte[] packet(String from) {
        return Frames.udp4().macs(X, OWN).ips(from, X4).build();
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldLearnTheAskerOfAQuestionAndLetTheQuestionGo(ThreadPlan plan) {
        try (GuestNetwork guests = new GuestNetwork("l2", plan)) {
            assertEquals(List.of(), guests.receivers("g1", packet(NEW)));
            assertEquals("master", guests.receiver(NEW));
            final List<String> heard = guests.receivers("g1", question(NEW, C1_4));
            assertTrue(heard.containsAll(List.of("wire", "master", "c1", "g2")), heard::toString);
            assertEquals("g1", guests.receiver(NEW));
            assertEquals(List.of("wire"), guests.receivers("g1", packet(NEW)));
            assertEquals(List.of(NEW), guests.learned("g1"));
            assertEquals(1, guests.drops("g1", IpvlanDrop.ANTISPOOF), "the packet before");
        }
    }

    /** The table has no slot left: the address goes into another one, which lcores do not have. */
    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldLetTheFirstFrameGoThoughItsAddressMakesTheTableGrow(ThreadPlan plan) {
        try (GuestNetwork guests = new GuestNetwork("l2", plan)) {
            final AddressTable full = fill(guests);
            final List<String> heard = guests.receivers("g1", question(NEW, C1_4));
            assertTrue(heard.containsAll(List.of("wire", "master", "c1", "g2")), heard::toString);
            assertEquals(0, guests.drops("g1", IpvlanDrop.ANTISPOOF));
            assertNotSame(full, guests.net.snapshot().addresses());
            assertTrue(guests.receivers("g1", packet(NEW)).contains("wire"));
            assertEquals(0, guests.drops("g1", IpvlanDrop.ANTISPOOF));
        }
    }

    /** What it is addressed to may be in the new table only as well. */
    @Test
    void shouldDecideByWhatTheSwitchWasToldInTheSameTurn() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            fill(guests);
            final String told = "10.0.0.77";
            guests.net.transmitted();
            guests.net.device("g1").inject(answer(NEW, told));
            guests.net.step();
            guests.address("c1", told + "/24", true);
            assertEquals(1, guests.net.transmitted().get("c1").size());
            assertEquals(List.of(NEW), guests.learned("g1"));
        }
    }

    private static byte[] answer(String from, String to) {
        return Frames.arpReply(to).ips(from, to).macs(OWN, OWN).build();
    }

    /** Gives c1 as many addresses as fit the table that there is. */
    private static AddressTable fill(GuestNetwork guests) {
        final AddressTable table = guests.net.snapshot().addresses();
        for (int i = table.size4(); i < table.slots4() / 4; i++) {
            guests.address("c1", "10.9.%d.%d/32".formatted(i >> 8, i & 255), true);
        }
        assertSame(table, guests.net.snapshot().addresses());
        guests.net.run();
        return table;
    }

    @Test
    void shouldLearnByNeighbourDiscovery() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            final byte[] router =
                    Frames.icmp6(133, new byte[4])
                            .ips(LOCAL6, "ff02::2")
                            .macs(0x3333_0000_0002L, OWN)
                            .build();
            assertTrue(guests.receivers("g1", router).contains("wire"));
            assertEquals(List.of(LOCAL6), guests.learned("g1"));
            guests.receivers("g1", Frames.solicitation(C1_6).ips(NEW6, C1_6).build());
            assertEquals(List.of(LOCAL6, NEW6), guests.learned("g1"));
            final byte[] answer =
                    Frames.advertisement("fd00::32").ips(LOCAL6, C1_6).macs(OWN, OWN).build();
            assertEquals(List.of("c1"), guests.receivers("g1", answer));
            assertEquals(List.of(NEW6, LOCAL6, "fd00::32"), guests.learned("g1"));
            assertEquals("g1", guests.receiver("fd00::32"));
            assertEquals(0, guests.refused("g1"));
        }
    }

    @Test
    void shouldLearnNothingFromProbesNorFromPackets() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            assertTrue(guests.receivers("g1", question("0.0.0.0", NEW)).contains("wire"));
            assertTrue(
                    guests.receivers(
                                    "g1",
                                    Frames.dadProbe(NEW6).macs(0x3333_FF00_0031L, OWN).build())
                            .contains("wire"));
            assertEquals(List.of(), guests.receivers("g1", packet(NEW)));
            assertEquals(List.of(), guests.learned("g1"));
            assertEquals("master", guests.receiver(NEW));
            assertEquals("master", guests.receiver(NEW6));
        }
    }

    /** A probe is followed by a question, to nobody but who has probed; the answer counts. */
    @Test
    void shouldAskForWhatWasProbedForOnceTheProbeIsOver() throws InterruptedException {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            guests.receivers("g1", Frames.dadProbe(NEW6).macs(0x3333_FF00_0031L, OWN).build());
            assertEquals(List.of(), guests.learned("g1"));
            final Map<String, List<byte[]>> asked = new HashMap<>();
            for (int i = 0; i < 500 && asked.isEmpty(); i++) {
                Thread.sleep(10);
                guests.net.run();
                asked.putAll(guests.net.transmitted());
                asked.values().removeIf(List::isEmpty);
            }
            assertEquals(Set.of("g1"), asked.keySet());
            final ByteBuffer question = ByteBuffer.wrap(asked.get("g1").get(0));
            assertEquals(
                    IpAddress.parse(NEW6),
                    IpAddress.ipv6(question.getLong(62), question.getLong(70)));
            guests.announce("g1", NEW6);
            assertEquals(List.of(NEW6), guests.learned("g1"));
        }
    }

    @Test
    void shouldLearnNothingWhereNobodyAskedForIt() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            assertEquals(List.of(), guests.receivers("c1", question(NEW, X4)));
            assertEquals(1, guests.drops("c1", IpvlanDrop.ANTISPOOF));
            assertEquals("master", guests.receiver(NEW));
        }
    }

    /** With the kernel's rules nothing is dropped, and what is said is learned all the same. */
    @Test
    void shouldLearnWithoutAntispoof() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED, "compat: kernel")) {
            assertEquals("master", guests.receiver(NEW));
            assertTrue(guests.receivers("g1", question(NEW, X4)).contains("wire"));
            assertEquals("g1", guests.receiver(NEW));
            assertTrue(guests.receivers("g2", question(C1_4, X4)).contains("wire"));
            assertEquals("c1", guests.receiver(C1_4));
            assertEquals(1, guests.refused("g2"));
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldLearnFromAQuestionThatTheSwitchAnswersItself(ThreadPlan plan) {
        try (GuestNetwork guests = new GuestNetwork("l3", plan)) {
            assertEquals(List.of("g1"), guests.receivers("g1", question(NEW, HOST4)));
            assertEquals("g1", guests.receiver(NEW));
            final byte[] asks = Frames.solicitation(HOST6).ips(NEW6, HOST6).macs(OWN, OWN).build();
            assertEquals(List.of("g1"), guests.receivers("g1", asks));
            assertEquals("g1", guests.receiver(NEW6));
            assertEquals(List.of(NEW, NEW6), guests.learned("g1"));
            // Asked again, so the address is not the oldest any more.
            guests.receivers("g1", question(NEW, HOST4));
            assertEquals(List.of(NEW6, NEW), guests.learned("g1"));
        }
    }

    @Test
    void shouldForgetTheOneThatWasNotNamedForLongest() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            for (int i = 1; i <= GuestNetwork.MOST; i++) {
                guests.announce("g1", "10.0.0.10" + i);
            }
            guests.announce("g1", "10.0.0.101");
            guests.announce("g1", "10.0.0.105");
            assertEquals(
                    List.of("10.0.0.103", "10.0.0.104", "10.0.0.101", "10.0.0.105"),
                    guests.learned("g1"));
            assertEquals("master", guests.receiver("10.0.0.102"));
            assertEquals("g1", guests.receiver("10.0.0.101"));
            assertEquals("g1", guests.receiver("10.0.0.12"), "of its configuration");
            guests.announce("g2", "10.0.0.102");
            assertEquals("g2", guests.receiver("10.0.0.102"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"l2", "l3"})
    void shouldNeverTakeWhatIsSomebodyElses(String mode) {
        try (GuestNetwork guests = new GuestNetwork(mode, ThreadPlan.SHARED)) {
            final String others = "10.0.0.200";
            guests.announce("g1", others);
            guests.announce("g1", LOCAL6);
            final List<String> foreign =
                    List.of(
                            others,
                            LOCAL6,
                            C1_4,
                            C1_6,
                            "10.0.0.12",
                            HOST4,
                            HOST6,
                            GuestNetwork.GATEWAY,
                            X4,
                            GuestNetwork.NEIGHBOR,
                            // its own, by the uplink's MAC
                            "fe80::ff:fe00:1",
                            // behind the gateway
                            "192.0.2.9",
                            "8.8.8.8",
                            // of all on the network
                            "10.0.0.255",
                            "10.0.0.0",
                            "::ffff:10.0.0.77");
            for (String address : foreign) {
                final String before = receiverOrNobody(guests, address);
                guests.announce("g2", address);
                assertEquals(before, receiverOrNobody(guests, address), address);
            }
            assertEquals(List.of(), guests.learned("g2"));
            assertEquals(foreign.size(), guests.refused("g2"));
            assertEquals("g1", guests.receiver(others));
        }
    }

    private static String receiverOrNobody(GuestNetwork guests, String address) {
        return IpAddress.parse(address).isLinkLocal() ? "" : guests.receiver(address);
    }

    /** A guest that speaks in the name of others is heard by nobody, as before. */
    @Test
    void shouldStillDropWhatIsForged() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            for (String address : List.of(C1_4, HOST4, GuestNetwork.GATEWAY, C1_6, HOST6)) {
                assertEquals(List.of(), guests.receivers("g1", GuestNetwork.announcement(address)));
            }
            // The source is its own, but not what it advertises.
            guests.announce("g1", NEW6);
            final byte[] poison = Frames.advertisement(C1_6).ips(NEW6, X6).macs(X, OWN).build();
            final long before = guests.drops("g1", IpvlanDrop.ANTISPOOF);
            assertEquals(List.of(), guests.receivers("g1", poison));
            assertEquals(before + 1, guests.drops("g1", IpvlanDrop.ANTISPOOF));
        }
    }

    @Test
    void shouldLearnNothingFromWhatParseDiscards() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            final byte[] tagged =
                    Frames.arpRequest(X4).ips(NEW, X4).macs(BROADCAST, OWN).tag(5).build();
            assertEquals(List.of(), guests.receivers("g1", tagged));
            assertEquals(1, guests.drops("g1", BurstDrop.VLAN_UNKNOWN));
            assertEquals(List.of(), guests.learned("g1"));
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldStandAGuestThatClaimsTenThousandAddresses(ThreadPlan plan) {
        try (GuestNetwork guests = new GuestNetwork("l2", plan)) {
            guests.announce("g2", NEW);
            final Random random = new Random(7);
            for (int i = 0; i < 10_000; i++) {
                final String address =
                        i % 2 == 0
                                ? "10.0.0." + (64 + random.nextInt(128))
                                : "fd00::" + Integer.toHexString(0x1000 + i);
                guests.net.device("g1").inject(GuestNetwork.announcement(address));
                if (i % 512 == 0) {
                    guests.net.run();
                    guests.net.transmitted();
                    assertTrue(guests.learned("g1").size() <= GuestNetwork.MOST);
                }
            }
            guests.net.run();
            guests.net.transmitted();
            assertEquals(0, guests.net.held());
            assertEquals(GuestNetwork.MOST, guests.learned("g1").size());
            assertTrue(guests.refused("g1") + guests.drops("g1", UpcallDrop.POLICED) > 9_000);
            assertEquals("g2", guests.receiver(NEW));
            assertEquals("c1", guests.receiver(C1_4));
            assertEquals("g1", guests.receiver("10.0.0.12"));
            assertEquals("master", guests.receiver(HOST4));
            guests.announce("g2", "10.0.0.32");
            assertEquals("g2", guests.receiver("10.0.0.32"));
        }
    }

    @Test
    void shouldForgetWhatWasLearnedWhenTheLinkGoesDownAndGiveItToTheNext() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            guests.announce("g1", NEW);
            guests.announce("g2", NEW);
            assertEquals("g1", guests.receiver(NEW), "first come");
            guests.link("g1", false);
            assertEquals(List.of(), guests.learned("g1"));
            assertEquals("master", guests.receiver(NEW));
            assertEquals("master", guests.receiver("10.0.0.12"), "configured, but down");
            guests.announce("g1", NEW);
            assertEquals(List.of(), guests.learned("g1"), "nobody is there");
            guests.announce("g2", NEW);
            assertEquals("g2", guests.receiver(NEW));
            guests.link("g1", true);
            assertEquals("g1", guests.receiver("10.0.0.12"));
            guests.announce("g1", NEW);
            assertEquals("g2", guests.receiver(NEW));
        }
    }

    @Test
    void shouldGiveWayToTheConfigurationAndToTheHost() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            guests.announce("g1", NEW);
            guests.address("c1", NEW + "/24", true);
            assertEquals("c1", guests.receiver(NEW));
            assertEquals(List.of(), guests.learned("g1"));

            guests.announce("g1", "10.0.0.32");
            guests.address("master", "10.0.0.32/24", false);
            assertEquals("master", guests.receiver("10.0.0.32"));
            assertEquals(List.of(), guests.learned("g1"));

            guests.announce("g1", "10.0.0.33");
            guests.address("g1", "10.0.0.33/24", true);
            assertEquals(List.of(), guests.learned("g1"));
            assertTrue(guests.claims("g1", Origin.CONFIG).contains("10.0.0.33"));
            guests.link("g1", false);
            assertTrue(guests.claims("g1", Origin.CONFIG).contains("10.0.0.33"));
        }
    }

    @Test
    void shouldForgetWhatAnotherConfigurationForbids() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            for (int i = 1; i <= GuestNetwork.MOST; i++) {
                guests.announce("g1", "10.0.0.10" + i);
            }
            guests.announce("g2", "10.0.0.111");
            guests.announce("g2", "10.0.0.112");
            guests.configure("via: 10.0.0.253", "via: 10.0.0.111");
            assertEquals(List.of("10.0.0.112"), guests.learned("g2"));
            guests.configure("learn: { max: 4 },", "learn: { max: 2 },");
            assertEquals(List.of("10.0.0.103", "10.0.0.104"), guests.learned("g1"));
            guests.configure("learn: { max: 4 },", "");
            assertEquals(List.of(), guests.learned("g1"));
            guests.announce("g1", NEW);
            assertEquals("master", guests.receiver(NEW));
            assertEquals("g2", guests.receiver("10.0.0.112"));
        }
    }

    /** Addresses behind a gateway that the configuration lets a port send from are its own. */
    @Test
    void shouldLearnWhereTheConfigurationLetsThePortSendFrom() {
        try (GuestNetwork guests = new GuestNetwork("l3", ThreadPlan.SHARED)) {
            guests.announce("g1", "192.0.2.9");
            assertEquals(List.of(), guests.learned("g1"));
            guests.configure(
                    "learn: { max: 4 },", "learn: { max: 4 }, allowedSources: [192.0.2.0/28],");
            guests.announce("g1", "192.0.2.9");
            guests.announce("g1", "192.0.2.19");
            assertEquals(List.of("192.0.2.9"), guests.learned("g1"));
        }
    }

    /** What somebody sets in a namespace is no better than what a guest says: first come. */
    @Test
    void shouldNotGiveWayToANamespace() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            guests.announce("g1", NEW);
            guests.address("c1", NEW + "/24", false);
            assertEquals("g1", guests.receiver(NEW));
            guests.link("g1", false);
            assertEquals("c1", guests.receiver(NEW), "who waited takes over");
        }
    }

    @Test
    void shouldAnnounceTheAddressesOfAPortWhoseLinkComesUp() {
        try (GuestNetwork guests =
                new GuestNetwork("l2", ThreadPlan.SHARED, GuestNetwork.ANNOUNCE)) {
            guests.link("g1", false);
            guests.net.tell(new Command.PortLink(guests.net.index("g1"), true));
            guests.net.run();
            assertEquals(1, guests.net.transmitted().get("wire").size());
        }
    }

    /** Where no interface tells of a link, the device is asked. */
    @Test
    void shouldAskPortsForTheirLink() throws InterruptedException {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            final AtomicBoolean up = new AtomicBoolean(true);
            linkOfG1(guests, up);
            guests.announce("g1", NEW);
            assertEquals("g1", guests.receiver(NEW));
            up.set(false);
            waitFor(guests, false);
            assertEquals("master", guests.receiver(NEW));
            up.set(true);
            waitFor(guests, true);
            assertEquals("g1", guests.receiver("10.0.0.12"));
        }
    }

    /** The first thing that a guest says is not lost because nobody has looked yet. */
    @ParameterizedTest
    @ValueSource(strings = {"l2", "l3"})
    void shouldAskAtOnceWhereAPortThatIsDownSpeaks(String mode) throws InterruptedException {
        try (GuestNetwork guests = new GuestNetwork(mode, ThreadPlan.SHARED)) {
            final AtomicBoolean up = new AtomicBoolean();
            linkOfG1(guests, up);
            waitFor(guests, false);
            Thread.sleep(15);
            up.set(true);
            final List<String> heard = guests.receivers("g1", question(NEW, HOST4));
            assertTrue(heard.contains("l2".equals(mode) ? "master" : "g1"), heard::toString);
            assertEquals("g1", guests.receiver(NEW));
        }
    }

    private static void linkOfG1(GuestNetwork guests, AtomicBoolean up) {
        final int g1 = guests.net.index("g1");
        guests.net
                .control()
                .endpoints(
                        new Endpoints() {
                            @Override
                            public void setMtu(int port, int mtu) {
                                // Nobody hears of it.
                            }

                            @Override
                            public void setMac(int port, long mac) {
                                // Nobody hears of it.
                            }

                            @Override
                            public void setUplinkMac(int uplink, long mac) {
                                // Nobody hears of it.
                            }

                            @Override
                            public void setCarrier(int port, boolean on) {
                                // Nobody hears of it.
                            }

                            @Override
                            public Map<Integer, Boolean> links() {
                                return Map.of(g1, up.get(), 4_711, true);
                            }
                        });
    }

    private static void waitFor(GuestNetwork guests, boolean up) throws InterruptedException {
        for (int i = 0; i < 1_000 && guests.port("g1").up() != up; i++) {
            Thread.sleep(10);
            guests.net.run();
        }
        assertEquals(up, guests.port("g1").up());
        assertEquals(up, guests.port("g1").carrier());
        guests.net.run();
        guests.net.transmitted();
    }
}
