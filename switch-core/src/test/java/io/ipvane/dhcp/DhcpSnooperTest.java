// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import static io.ipvane.testing.Dhcp.ACK;
import static io.ipvane.testing.Dhcp.DECLINE;
import static io.ipvane.testing.Dhcp.DISCOVER;
import static io.ipvane.testing.Dhcp.NAK;
import static io.ipvane.testing.Dhcp.OFFER;
import static io.ipvane.testing.Dhcp.RELEASE;
import static io.ipvane.testing.Dhcp.REQUEST;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.testing.Dhcp;
import io.ipvane.testing.Frames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Who gets an answer, under which name clients go, and when a lease is one. */
class DhcpSnooperTest {
    private static final int UPLINK = 0;
    private static final int[] HARDWARE_ID = {1, 0x02, 0, 0, 0, 0, 0x01};

    private final List<String> told = new ArrayList<>();
    private boolean interfaceHasIt;
    private long now = -5;
    private final DhcpSnooper snooper =
            new DhcpSnooper(
                    new DhcpLimits(4, 10, 2, 3, Duration.ofSeconds(60)),
                    () -> now,
                    new DhcpSink() {
                        @Override
                        public boolean leased(int port, IpPrefix address, long seconds) {
                            told.add(port + "+" + address + " " + seconds);
                            return interfaceHasIt;
                        }

                        @Override
                        public void ended(int port, IpAddress address, boolean has, String why) {
                            told.add(port + "-" + address + " " + why + (has ? " kept" : ""));
                        }
                    });

    private static DhcpClient port(int index) {
        return new DhcpClient(
                UPLINK,
                index,
                Frames.OWN,
                Optional.of(ClientId.ofPort("p" + index, Frames.OWN)),
                true);
    }

    private static DhcpClient plain(int index) {
        return new DhcpClient(UPLINK, index, Frames.OWN, Optional.empty(), true);
    }

    private byte[] sent(DhcpClient from, Dhcp message) {
        final byte[] payload = message.build();
        return snooper.request(from, payload).orElse(payload);
    }

    private int receiver(Dhcp reply) {
        return snooper.reply(UPLINK, true, reply.build()).map(DhcpReply::port).orElse(-1);
    }

    private static String idOf(byte[] payload) {
        final byte[] id = Dhcp.option(payload, 61);
        return id == null ? null : new String(id, 1, id.length - 1, StandardCharsets.US_ASCII);
    }

    private void pass(Duration time) {
        now += time.toNanos();
        snooper.tick();
    }

    private void lease(int port, int xid, String address, long seconds) {
        sent(port(port), Dhcp.request(REQUEST, xid).address(50, address));
        assertEquals(
                port,
                receiver(
                        Dhcp.reply(ACK, xid)
                                .yours(address)
                                .lease(seconds)
                                .address(1, "255.255.255.0")));
    }

    @Test
    void shouldBringAnswersToThePortThatAsked() {
        sent(port(1), Dhcp.request(DISCOVER, 11));
        sent(port(2), Dhcp.request(DISCOVER, 22));
        assertEquals(2, receiver(Dhcp.reply(OFFER, 22).yours("10.0.0.52")));
        assertEquals(1, receiver(Dhcp.reply(OFFER, 11).yours("10.0.0.51")));
        assertEquals(-1, receiver(Dhcp.reply(OFFER, 33).yours("10.0.0.53")));
        assertEquals(1, snooper.counters().unmatched());
    }

    @Test
    void shouldTellUplinksApart() {
        sent(port(1), Dhcp.request(DISCOVER, 11));
        final byte[] offer = Dhcp.reply(OFFER, 11).build();
        assertTrue(snooper.reply(7, true, offer).isEmpty());
    }

    @Test
    void shouldNotTakeTheAnswerOfARelayOrOfAnotherStation() {
        sent(port(1), Dhcp.request(DISCOVER, 11));
        assertEquals(-1, receiver(Dhcp.reply(OFFER, 11).relay("10.0.0.3")));
        assertEquals(-1, receiver(Dhcp.reply(OFFER, 11).hardware(Frames.X)));
        sent(port(1), Dhcp.request(DISCOVER, 12).relay("10.0.0.11"));
        assertEquals(-1, receiver(Dhcp.reply(OFFER, 12)));
    }

    @Test
    void shouldForgetARequestAfterAWhile() {
        sent(port(1), Dhcp.request(DISCOVER, 11));
        pass(Duration.ofSeconds(59));
        assertEquals(1, receiver(Dhcp.reply(OFFER, 11)));
        pass(Duration.ofSeconds(1));
        assertEquals(-1, receiver(Dhcp.reply(OFFER, 11)));
        assertEquals(0, snooper.waiting());
    }

    @Test
    void shouldNameAClientThatNamesNothingOrTheSharedMac() {
        final byte[] nothing = sent(port(1), Dhcp.request(DISCOVER, 11).option(55, 1, 3, 6));
        assertEquals("p1@020000000001", idOf(nothing));
        assertArrayEquals(new byte[] {1, 3, 6}, Dhcp.option(nothing, 55));
        final byte[] mac = sent(port(2), Dhcp.request(DISCOVER, 22).option(61, HARDWARE_ID));
        assertEquals("p2@020000000001", idOf(mac));
        assertEquals(2, snooper.counters().identified());
    }

    @Test
    void shouldLeaveOtherNamesAsTheyAre() {
        final byte[] own = Dhcp.request(DISCOVER, 11).option(61, 0, 'w', 'e', 'b').build();
        assertTrue(snooper.request(port(1), own).isEmpty());
        final byte[] foreign = Dhcp.request(DISCOVER, 12).hardware(Frames.OTHER).build();
        assertTrue(snooper.request(port(1), foreign).isEmpty());
        final byte[] signed = Dhcp.request(DISCOVER, 13).option(90, 0, 0, 0).build();
        assertTrue(snooper.request(port(1), signed).isEmpty());
        assertTrue(snooper.request(plain(1), Dhcp.request(DISCOVER, 14).build()).isEmpty());
        final byte[] named = Dhcp.request(DISCOVER, 15).option(61, HARDWARE_ID).build();
        assertTrue(snooper.request(plain(1), named).isEmpty());
        final byte[] other = Dhcp.request(DISCOVER, 16).option(61, 1, 2, 0, 0, 0, 0, 9).build();
        assertTrue(snooper.request(port(1), other).isEmpty());
    }

    @Test
    void shouldRenameTheSecondOfTwoPortsWithOneName() {
        assertEquals(
                "web", idOf(sent(port(1), Dhcp.request(DISCOVER, 1).option(61, 0, 119, 101, 98))));
        assertEquals(
                "p2@020000000001",
                idOf(sent(port(2), Dhcp.request(DISCOVER, 2).option(61, 0, 119, 101, 98))));
        assertEquals(
                "web", idOf(sent(port(1), Dhcp.request(REQUEST, 1).option(61, 0, 119, 101, 98))));
    }

    @Test
    void shouldLetNobodyPassForASibling() {
        final byte[] sibling = ClientId.ofPort("p1", Frames.OWN).bytes();
        final int[] id = new int[sibling.length];
        Arrays.setAll(id, i -> sibling[i]);
        assertEquals(
                "p2@020000000001", idOf(sent(port(2), Dhcp.request(DISCOVER, 1).option(61, id))));
    }

    @Test
    void shouldGiveAClientItsNameBack() {
        sent(port(1), Dhcp.request(DISCOVER, 11));
        final byte[] id = ClientId.ofPort("p1", Frames.OWN).bytes();
        final int[] echoed = new int[id.length];
        Arrays.setAll(echoed, i -> id[i]);
        final Dhcp offer =
                Dhcp.reply(OFFER, 11).option(61, echoed).address(54, Frames.X4).padTo(300);
        final byte[] nameless =
                snooper.reply(UPLINK, true, offer.build()).orElseThrow().payload().orElseThrow();
        assertNull(Dhcp.option(nameless, 61));
        assertEquals(300, nameless.length);
        assertArrayEquals(new byte[] {10, 0, 0, (byte) 254}, Dhcp.option(nameless, 54));

        sent(port(1), Dhcp.request(DISCOVER, 12).option(61, HARDWARE_ID));
        final byte[] named =
                snooper.reply(UPLINK, true, Dhcp.reply(OFFER, 12).option(61, echoed).build())
                        .orElseThrow()
                        .payload()
                        .orElseThrow();
        assertArrayEquals(new byte[] {1, 2, 0, 0, 0, 0, 1}, Dhcp.option(named, 61));
    }

    @Test
    void shouldEnterALeaseOfAnAcknowledgedRequestOnly() {
        sent(port(1), Dhcp.request(DISCOVER, 11));
        receiver(Dhcp.reply(OFFER, 11).yours("10.0.0.51").lease(60));
        receiver(Dhcp.reply(ACK, 11).yours("10.0.0.51").lease(60));
        assertEquals(List.of(), told, "nobody has requested it");
        sent(port(1), Dhcp.request(REQUEST, 11).address(50, "10.0.0.51"));
        receiver(Dhcp.reply(ACK, 11).yours("10.0.0.51"));
        receiver(Dhcp.reply(ACK, 11).yours("127.0.0.1").lease(60));
        receiver(Dhcp.reply(ACK, 11).yours("224.0.0.1").lease(60));
        assertEquals(List.of(), told, "no lease time, or no host's address");
        receiver(Dhcp.reply(ACK, 11).yours("10.0.0.51").lease(60).address(1, "255.255.255.0"));
        assertEquals(List.of("1+10.0.0.51/24 60"), told);
        assertTrue(snooper.leases(1));
        assertFalse(snooper.leases(2));
    }

    @Test
    void shouldEnterNoLeaseOfAServerThatIsNotTrustedOrOfTheHost() {
        sent(port(1), Dhcp.request(REQUEST, 11).address(50, "10.0.0.51"));
        final byte[] ack = Dhcp.reply(ACK, 11).yours("10.0.0.51").lease(60).build();
        assertEquals(1, snooper.reply(UPLINK, false, ack).orElseThrow().port());
        final DhcpClient host = new DhcpClient(UPLINK, 9, Frames.OWN, Optional.empty(), false);
        sent(host, Dhcp.request(REQUEST, 12).address(50, "10.0.0.52"));
        assertEquals(9, receiver(Dhcp.reply(ACK, 12).yours("10.0.0.52").lease(60)));
        assertEquals(List.of(), told);
    }

    @Test
    void shouldEndALeaseByReleaseDeclineRefusalAndTime() {
        lease(1, 11, "10.0.0.51", 60);
        sent(port(1), Dhcp.request(RELEASE, 12).own("10.0.0.51"));
        lease(1, 13, "10.0.0.51", 60);
        sent(port(1), Dhcp.request(DECLINE, 14).address(50, "10.0.0.51"));
        lease(1, 15, "10.0.0.51", 60);
        sent(port(1), Dhcp.request(REQUEST, 16).own("10.0.0.51"));
        receiver(Dhcp.reply(NAK, 16));
        lease(1, 17, "10.0.0.51", 60);
        pass(Duration.ofSeconds(64));
        assertEquals(7, told.size(), told.toString());
        pass(Duration.ofSeconds(1));
        assertEquals(
                List.of(
                        "1+10.0.0.51/24 60",
                        "1-10.0.0.51 release",
                        "1+10.0.0.51/24 60",
                        "1-10.0.0.51 decline",
                        "1+10.0.0.51/24 60",
                        "1-10.0.0.51 nak",
                        "1+10.0.0.51/24 60",
                        "1-10.0.0.51 expired"),
                told);
    }

    @Test
    void shouldKeepALeaseThatIsRenewedAndOneForEver() {
        lease(1, 11, "10.0.0.51", 60);
        pass(Duration.ofSeconds(50));
        lease(1, 12, "10.0.0.51", 60);
        pass(Duration.ofSeconds(50));
        lease(2, 13, "10.0.0.52", 0xFFFF_FFFFL);
        pass(Duration.ofDays(100_000));
        assertEquals(
                List.of(
                        "1+10.0.0.51/24 60",
                        "1+10.0.0.51/24 60",
                        "2+10.0.0.52/24 " + Long.MAX_VALUE,
                        "1-10.0.0.51 expired"),
                told);
    }

    @Test
    void shouldSayOfALeaseThatIsOverWhetherTheInterfaceHasTheAddress() {
        lease(1, 11, "10.0.0.51", 60);
        final IpAddress address = IpAddress.parse("10.0.0.51");
        assertTrue(snooper.onInterface(1, address, true));
        assertFalse(snooper.onInterface(2, address, true));
        pass(Duration.ofSeconds(65));
        assertEquals("1-10.0.0.51 expired kept", told.get(1));
    }

    @Test
    void shouldLetNobodyReleaseOrTakeTheLeaseOfASibling() {
        lease(1, 11, "10.0.0.51", 60);
        sent(port(2), Dhcp.request(RELEASE, 12).own("10.0.0.51"));
        sent(port(2), Dhcp.request(REQUEST, 13).address(50, "10.0.0.51"));
        assertEquals(2, receiver(Dhcp.reply(ACK, 13).yours("10.0.0.51").lease(60)));
        assertEquals(List.of("1+10.0.0.51/24 60"), told);
    }

    @Test
    void shouldKeepARequestWithThePortThatMadeItFirst() {
        sent(plain(1), Dhcp.request(DISCOVER, 11));
        sent(plain(2), Dhcp.request(DISCOVER, 11));
        assertEquals(1, receiver(Dhcp.reply(OFFER, 11)));
        assertEquals(1, snooper.counters().refused());
        // Told apart by the address where the server does not repeat the name.
        sent(port(2), Dhcp.request(REQUEST, 11).address(50, "10.0.0.52"));
        assertEquals(2, receiver(Dhcp.reply(ACK, 11).yours("10.0.0.52").lease(60)));
        assertEquals(1, receiver(Dhcp.reply(OFFER, 11).yours("10.0.0.51")));
    }

    @Test
    void shouldBoundWhatAPortAndAllPortsCanMakeItRemember() {
        for (int xid = 0; xid < 1_000; xid++) {
            sent(port(1), Dhcp.request(DISCOVER, xid));
        }
        assertEquals(4, snooper.waiting());
        assertEquals(1, receiver(Dhcp.reply(OFFER, 999)));
        assertEquals(-1, receiver(Dhcp.reply(OFFER, 995)));
        for (int p = 2; p < 100; p++) {
            sent(port(p), Dhcp.request(DISCOVER, 5_000 + p));
        }
        assertEquals(10, snooper.waiting());
        for (int p = 1; p < 100; p++) {
            sent(port(p), Dhcp.request(DISCOVER, 7));
        }
        assertTrue(snooper.counters().refused() > 80, snooper.counters().toString());
        for (int i = 1; i < 10; i++) {
            sent(port(i % 4), Dhcp.request(REQUEST, 100 + i).address(50, "10.0.1." + i));
            receiver(Dhcp.reply(ACK, 100 + i).yours("10.0.1." + i).lease(60));
        }
        assertEquals(3, snooper.leases());
        assertEquals(6, snooper.counters().noRoom());
    }

    /** Two leases a port and three in all. */
    @Test
    void shouldEnterAsManyLeasesAsThereMayBe() {
        for (int i = 1; i <= 3; i++) {
            lease(1, 10 + i, "10.0.1." + i, 60);
        }
        assertEquals(2, snooper.leases());
        assertEquals(1, snooper.counters().noRoom());
        lease(2, 21, "10.0.2.1", 60);
        assertEquals(3, snooper.leases());
        lease(3, 31, "10.0.3.1", 60);
        assertEquals(3, snooper.leases());
        assertEquals(2, snooper.counters().noRoom());
        sent(port(1), Dhcp.request(RELEASE, 41).own("10.0.1.1"));
        lease(3, 31, "10.0.3.1", 60);
        assertEquals(3, snooper.leases());
    }

    @Test
    void shouldCountWhatHappened() {
        sent(port(1), Dhcp.request(DISCOVER, 11));
        sent(port(1), Dhcp.request(DISCOVER, 12));
        receiver(Dhcp.reply(OFFER, 11));
        receiver(Dhcp.reply(OFFER, 33));
        snooper.request(port(1), new byte[10]);
        snooper.request(port(1), Dhcp.reply(OFFER, 11).build());
        snooper.reply(UPLINK, true, Dhcp.request(DISCOVER, 11).build());
        snooper.didNotFit();
        lease(2, 44, "10.0.0.51", 60);
        sent(port(1), Dhcp.request(REQUEST, 55).address(50, "10.0.0.51"));
        receiver(Dhcp.reply(ACK, 55).yours("10.0.0.51").lease(60));
        assertEquals(new DhcpCounters(4, 3, 4, 1, 3, 1, 1), snooper.counters());
    }

    @Test
    void shouldMakeALeaseOfARapidCommitThatBothWant() {
        sent(port(1), Dhcp.request(DISCOVER, 11).option(80));
        receiver(Dhcp.reply(ACK, 11).yours("10.0.0.51").lease(60));
        assertEquals(0, snooper.leases(), "the server does not commit");
        receiver(Dhcp.reply(ACK, 11).yours("10.0.0.51").lease(60).option(80));
        assertEquals(1, snooper.leases());
        sent(port(2), Dhcp.request(DISCOVER, 22));
        receiver(Dhcp.reply(ACK, 22).yours("10.0.0.52").lease(60).option(80));
        assertEquals(1, snooper.leases(), "the client did not ask for it");
    }

    @Test
    void shouldMakeNoLeaseOfNoTimeOrOfNoHostsAddress() {
        sent(port(1), Dhcp.request(REQUEST, 11).address(50, "10.0.0.51"));
        receiver(Dhcp.reply(ACK, 11).yours("10.0.0.51").lease(0));
        for (String address : List.of("0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255")) {
            receiver(Dhcp.reply(ACK, 11).yours(address).lease(60));
        }
        receiver(Dhcp.reply(OFFER, 11).yours("10.0.0.51").lease(60));
        assertEquals(List.of(), told);
    }

    @Test
    void shouldEnterOneAddressWhereTheMaskIsNone() {
        sent(port(1), Dhcp.request(REQUEST, 11).address(50, "10.0.0.51"));
        receiver(Dhcp.reply(ACK, 11).yours("10.0.0.51").lease(60));
        receiver(Dhcp.reply(ACK, 11).yours("10.0.0.51").lease(60).address(1, "0.0.0.0"));
        receiver(Dhcp.reply(ACK, 11).yours("10.0.0.51").lease(60).address(1, "255.0.255.0"));
        receiver(Dhcp.reply(ACK, 11).yours("10.0.0.51").lease(60).address(1, "255.255.255.255"));
        assertEquals("1+10.0.0.51/32 60", told.getFirst());
        assertEquals(1, told.stream().distinct().count(), told.toString());
    }

    @Test
    void shouldKnowThatTheInterfaceHadTheAddressAlready() {
        interfaceHasIt = true;
        lease(1, 11, "10.0.0.51", 60);
        interfaceHasIt = false;
        lease(1, 12, "10.0.0.51", 60);
        sent(port(1), Dhcp.request(RELEASE, 13).own("10.0.0.51"));
        assertEquals("1-10.0.0.51 release kept", told.getLast());
        assertEquals(0, snooper.leases());
        assertFalse(snooper.leases(1));
    }

    /** A name is its client's as long as the lease, and no sibling's meanwhile. */
    @Test
    void shouldKeepANameAsLongAsTheLease() {
        final int[] web = {0, 119, 101, 98};
        sent(port(1), Dhcp.request(REQUEST, 11).option(61, web).address(50, "10.0.0.51"));
        receiver(Dhcp.reply(ACK, 11).option(61, web).yours("10.0.0.51").lease(3_600));
        pass(Duration.ofMinutes(10));
        assertEquals(
                "p2@020000000001", idOf(sent(port(2), Dhcp.request(DISCOVER, 2).option(61, web))));
        snooper.forgetPort(1);
        assertEquals("web", idOf(sent(port(2), Dhcp.request(DISCOVER, 3).option(61, web))));
    }

    @Test
    void shouldTakeARequestThatIsRepeatedForOne() {
        for (int i = 0; i < 20; i++) {
            sent(port(1), Dhcp.request(DISCOVER, 11));
        }
        assertEquals(1, snooper.waiting());
        assertEquals(0, snooper.counters().refused());
        assertEquals(1, receiver(Dhcp.reply(OFFER, 11)));
    }

    @Test
    void shouldLetEightPortsUseOneNumber() {
        for (int p = 1; p <= 8; p++) {
            sent(port(p), Dhcp.request(DISCOVER, 7));
        }
        assertEquals(8, snooper.waiting());
        assertEquals(0, snooper.counters().refused());
        sent(port(9), Dhcp.request(DISCOVER, 7));
        assertEquals(8, snooper.waiting());
        assertEquals(1, snooper.counters().refused());
    }

    @Test
    void shouldForgetOldRequestsBeforeItRefusesNewOnes() {
        for (int p = 1; p <= 8; p++) {
            sent(port(p), Dhcp.request(DISCOVER, 7));
        }
        now += Duration.ofSeconds(60).toNanos();
        sent(port(9), Dhcp.request(DISCOVER, 7));
        assertEquals(1, snooper.waiting());
        assertEquals(0, snooper.counters().refused());
    }

    @Test
    void shouldForgetAPort() {
        lease(1, 11, "10.0.0.51", 60);
        snooper.forgetPort(1);
        assertEquals(0, snooper.leases());
        assertEquals(-1, receiver(Dhcp.reply(ACK, 11).yours("10.0.0.51").lease(60)));
        lease(2, 12, "10.0.0.51", 60);
    }

    @Test
    void shouldStandAnyBytes() {
        final long seed = new SplittableRandom().nextLong();
        final SplittableRandom random = new SplittableRandom(seed);
        final byte[] good =
                Dhcp.request(REQUEST, 77).option(55, 1, 3).option(52, 3).padTo(548).build();
        for (int round = 0; round < 20_000; round++) {
            final byte[] bytes = Arrays.copyOf(good, random.nextInt(good.length + 1));
            for (int i = random.nextInt(12); i > 0 && bytes.length > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            for (int i = random.nextInt(20); i > 0 && bytes.length > 240; i--) {
                bytes[240 + random.nextInt(bytes.length - 240)] = (byte) random.nextInt(256);
            }
            try {
                final Optional<byte[]> out = snooper.request(port(round % 5), bytes);
                out.ifPresent(
                        o ->
                                assertTrue(
                                        DhcpMessage.read(o).isPresent(),
                                        "the result is a message"));
                if (bytes.length > 0) {
                    bytes[0] = 2;
                }
                snooper.reply(UPLINK, true, bytes);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
            now += 1_000_000;
        }
        assertTrue(snooper.waiting() <= 10);
        assertTrue(snooper.leases() <= 3);
    }
}
