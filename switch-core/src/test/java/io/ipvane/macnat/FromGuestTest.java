// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import static io.ipvane.macnat.Messages.CHADDR;
import static io.ipvane.macnat.Messages.arp;
import static io.ipvane.macnat.Messages.dhcpReply;
import static io.ipvane.macnat.Messages.dhcpRequest;
import static io.ipvane.macnat.Messages.macOption;
import static io.ipvane.macnat.Messages.nd;
import static io.ipvane.macnat.Messages.option;
import static io.ipvane.testing.Frames.BROADCAST;
import static io.ipvane.testing.Frames.OTHER;
import static io.ipvane.testing.Frames.OWN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Frames;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FromGuestTest {
    private static final long MAC = Guest.MAC;

    private final Guest guest = Guest.configured();

    @AfterEach
    void nothingLeaks() {
        guest.close();
    }

    static Stream<Messages.Kind> ndKinds() {
        return Stream.of(
                Messages.ROUTER_SOLICITATION,
                Messages.ROUTER_ADVERTISEMENT,
                Messages.SOLICITATION,
                Messages.ADVERTISEMENT,
                Messages.REDIRECT);
    }

    // -- Ethernet --

    @Test
    void shouldReplaceTheSourceAndNothingElse() {
        for (Frames frame :
                List.of(
                        Frames.udp4(),
                        Frames.udp6(),
                        Frames.icmp6(128, new byte[60]),
                        Frames.udp4().tag(5),
                        Frames.ethernet(0x88CC, new byte[46]),
                        Frames.ethernet(0x0800, new byte[1]))) {
            assertArrayEquals(
                    frame.macs(OTHER, OWN).build(), guest.sends(frame.macs(OTHER, MAC).build()));
        }
    }

    @Test
    void shouldLeaveWhatHasNoEthernetHeader() {
        for (int length = 0; length < 14; length++) {
            final byte[] frame = Frames.resize(Frames.udp4().macs(OTHER, MAC).build(), length);
            assertArrayEquals(frame, guest.sends(frame));
        }
    }

    /** There is no pool to ask: nearly every frame is translated by its row and its bytes alone. */
    @Test
    void shouldAskThePoolNothingAboutPlainFrames() {
        final FromGuest from =
                new FromGuest(GuestMac.fixed(MAC), new UplinkMac(OWN), /* pool= */ null);
        final byte[] shortest = Frames.udp4().macs(OTHER, MAC).payload(new byte[0]).build();
        assertEquals(Glance.BYTES, shortest.length);
        final byte[] long6 = Frames.udp6().macs(OTHER, MAC).build();
        final long[] mbufs = {guest.pool.frame(shortest), guest.pool.frame(long6)};
        guest.load(mbufs);
        assertEquals(2, from.translate(guest.burst));
        assertArrayEquals(Sums.mac(shortest, 6, OWN), guest.take(mbufs[0]));
        assertArrayEquals(Sums.mac(long6, 6, OWN), guest.take(mbufs[1]));
    }

    @Test
    void shouldFindWhatIsNotPlainAnywhereInABurst() {
        final byte[][] kinds = {
            Frames.udp4().macs(OTHER, MAC).build(),
            Frames.ethernet(0x0800, new byte[1]).macs(OTHER, MAC).build(),
            arp(1, BROADCAST, MAC, MAC, 0)
        };
        final byte[][] wanted = {
            Sums.mac(kinds[0], 6, OWN), Sums.mac(kinds[1], 6, OWN), arp(1, BROADCAST, OWN, OWN, 0)
        };
        final long[] mbufs = new long[64];
        for (int i = 0; i < mbufs.length; i++) {
            mbufs[i] = guest.pool.frame(kinds[i % 3]);
        }
        guest.load(mbufs);
        assertEquals(64, guest.from.translate(guest.burst));
        for (int i = 0; i < mbufs.length; i++) {
            assertArrayEquals(wanted[i % 3], guest.take(mbufs[i]), "frame " + i);
        }
    }

    @Test
    void shouldTranslateWhatIsSpreadOverSegmentsAndSayWhereItIsNow() {
        final byte[] frame = arp(1, BROADCAST, MAC, MAC, 0);
        guest.load(guest.pool.frame(Frames.split(frame, 3, 20)));
        assertEquals(1, guest.from.translate(guest.burst));
        final long mbuf = guest.burst.mbuf(0);
        assertEquals(guest.pool.data(mbuf), guest.burst.data(0));
        assertEquals(guest.pool.contiguous(mbuf), guest.burst.contiguous(0));
        assertEquals(frame.length, guest.burst.length(0));
        assertArrayEquals(arp(1, BROADCAST, OWN, OWN, 0), guest.take(mbuf));
    }

    @Test
    void shouldLeaveAFrameWhoseHeaderCannotBeGathered() {
        guest.pool.allowPullUp(false);
        final byte[] frame = Frames.udp4().macs(OTHER, MAC).build();
        assertArrayEquals(frame, guest.sends(Frames.split(frame, 13)));
    }

    // -- who sends --

    @Test
    void shouldRefuseAndCountWhatDoesNotComeFromTheConfiguredAddress() {
        assertNull(guest.sends(Frames.udp4().macs(OTHER, Guest.MAC2).build()));
        assertNull(guest.sends(Frames.udp4().macs(OTHER, OWN).build()));
        assertNull(guest.sends(arp(1, BROADCAST, Guest.MAC2, MAC, 0)));
        assertNull(guest.sends(Frames.udp4().macs(OTHER, 0).build()));
        assertEquals(4, guest.from.refused());
        assertEquals(MAC, guest.mac.mac());
    }

    @Test
    void shouldKeepTheOthersOfABurstInTheirOrder() {
        final long[] mbufs = new long[64];
        for (int i = 0; i < mbufs.length; i++) {
            final long from = i % 3 == 1 ? OTHER : MAC;
            mbufs[i] = guest.pool.frame(Frames.udp4().macs(OWN, from).ttl(i + 1).build());
        }
        guest.load(mbufs);
        assertEquals(43, guest.from.translate(guest.burst));
        assertEquals(43, guest.burst.size);
        assertEquals(43L * Frames.udp4().build().length, guest.burst.bytes);
        assertEquals(21, guest.from.refused());
        int kept = 0;
        for (int i = 0; i < mbufs.length; i++) {
            if (i % 3 != 1) {
                assertEquals(mbufs[i], guest.burst.mbuf(kept));
                assertArrayEquals(
                        Frames.udp4().macs(OWN, OWN).ttl(i + 1).build(),
                        guest.take(guest.burst.mbuf(kept++)));
            }
        }
    }

    @Test
    void shouldLearnTheLatestSourceAndTranslateByIt() {
        try (Guest learner = Guest.unknown()) {
            assertArrayEquals(
                    arp(1, BROADCAST, OWN, OWN, 0), learner.sends(arp(1, BROADCAST, MAC, MAC, 0)));
            assertEquals(MAC, learner.mac.mac());
            assertArrayEquals(
                    Frames.udp4().macs(OTHER, OWN).build(),
                    learner.sends(Frames.udp4().macs(OTHER, Guest.MAC2).build()));
            assertEquals(Guest.MAC2, learner.mac.mac());
            assertArrayEquals(
                    arp(1, BROADCAST, OWN, MAC, 0),
                    learner.sends(arp(1, BROADCAST, Guest.MAC2, MAC, 0)),
                    "the address of before is another's now");
            assertEquals(0, learner.from.refused());
        }
    }

    @Test
    void shouldLearnFromATaggedFrameToo() {
        try (Guest learner = Guest.unknown()) {
            learner.sends(Frames.udp4().macs(OTHER, MAC).tag(7).build());
            assertEquals(MAC, learner.mac.mac());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Frames.BROADCAST, Frames.GROUP4})
    void shouldGiveFramesOfNobodyTheUplinksSourceAndLearnNothing(long nobody) {
        try (Guest learner = Guest.unknown()) {
            final byte[] frame = Frames.udp4().macs(OTHER, nobody).build();
            assertArrayEquals(Frames.udp4().macs(OTHER, OWN).build(), learner.sends(frame));
            assertEquals(GuestMac.UNKNOWN, learner.mac.mac());
            assertArrayEquals(
                    arp(1, BROADCAST, OWN, 0, 0),
                    learner.sends(arp(1, BROADCAST, nobody, 0, 0)),
                    "as long as nobody is known, no field is the guest's");
            learner.sends(Frames.udp4().macs(OTHER, MAC).build());
            learner.sends(frame);
            assertEquals(MAC, learner.mac.mac());
        }
    }

    // -- ARP --

    @Test
    void shouldReplaceTheSenderInArp() {
        assertArrayEquals(
                arp(1, BROADCAST, OWN, OWN, 0), guest.sends(arp(1, BROADCAST, MAC, MAC, 0)));
        assertArrayEquals(
                arp(2, OTHER, OWN, OWN, OTHER), guest.sends(arp(2, OTHER, MAC, MAC, OTHER)));
    }

    @Test
    void shouldReplaceSenderAndTargetInAnAnnouncement() {
        assertArrayEquals(
                arp(2, BROADCAST, OWN, OWN, OWN), guest.sends(arp(2, BROADCAST, MAC, MAC, MAC)));
        assertArrayEquals(
                arp(1, BROADCAST, OWN, OWN, BROADCAST),
                guest.sends(arp(1, BROADCAST, MAC, MAC, BROADCAST)));
    }

    @Test
    void shouldReplaceTheSenderInAProbe() {
        final Frames probe = Frames.arp(1).ips("0.0.0.0", Frames.C1_4);
        assertArrayEquals(
                probe.macs(BROADCAST, OWN).build(),
                guest.sends(probe.macs(BROADCAST, MAC).build()));
    }

    @Test
    void shouldLeaveOthersInArp() {
        assertArrayEquals(
                arp(2, OTHER, OWN, OTHER, Guest.MAC2),
                guest.sends(arp(2, OTHER, MAC, OTHER, Guest.MAC2)));
    }

    @Test
    void shouldLeaveArpThatIsNotOfEthernetAndIpv4OrNotWhole() {
        final byte[] odd = Frames.patch(arp(1, BROADCAST, MAC, MAC, 0), 18, 8);
        assertArrayEquals(Sums.mac(odd, 6, OWN), guest.sends(odd));
        final byte[] cut = Frames.resize(arp(1, BROADCAST, MAC, MAC, 0), 41);
        assertArrayEquals(Sums.mac(cut, 6, OWN), guest.sends(cut));
        final byte[] tagged =
                Frames.arp(1).macs(BROADCAST, MAC).ips(Frames.C1_4, Frames.C2_4).tag(3).build();
        assertArrayEquals(Sums.mac(tagged, 6, OWN), guest.sends(tagged));
    }

    // -- neighbour discovery --

    @ParameterizedTest
    @MethodSource("ndKinds")
    void shouldReplaceEveryMacOptionAndMendTheChecksum(Messages.Kind kind) {
        for (int type = 1; type <= 2; type++) {
            assertArrayEquals(
                    nd(kind, OWN, macOption(type, OWN)),
                    guest.sends(nd(kind, MAC, macOption(type, MAC))));
            assertArrayEquals(
                    nd(
                            kind,
                            OWN,
                            option(14, 1),
                            macOption(1, OWN),
                            option(3, 4),
                            macOption(2, OWN)),
                    guest.sends(
                            nd(
                                    kind,
                                    MAC,
                                    option(14, 1),
                                    macOption(1, MAC),
                                    option(3, 4),
                                    macOption(2, MAC))));
        }
    }

    @ParameterizedTest
    @MethodSource("ndKinds")
    void shouldLeaveOptionsOfOthersAndMessagesWithout(Messages.Kind kind) {
        assertArrayEquals(nd(kind, OWN), guest.sends(nd(kind, MAC)));
        assertArrayEquals(
                nd(kind, OWN, macOption(1, OTHER)),
                guest.sends(nd(kind, MAC, macOption(1, OTHER))));
        assertArrayEquals(
                nd(kind, OWN, macOption(5, MAC)), guest.sends(nd(kind, MAC, macOption(5, MAC))));
    }

    @ParameterizedTest
    @MethodSource("ndKinds")
    void shouldLeaveOptionsThatAreNotWell(Messages.Kind kind) {
        final byte[] endless = Frames.patch(macOption(1, MAC), 1, 0);
        assertArrayEquals(
                nd(kind, OWN, endless, macOption(1, MAC)),
                guest.sends(nd(kind, MAC, endless, macOption(1, MAC))),
                "one of length 0 ends them");
        final byte[] longer = Frames.resize(Frames.patch(macOption(1, MAC), 1, 2), 16);
        assertArrayEquals(
                nd(kind, OWN, longer, macOption(1, OWN)),
                guest.sends(nd(kind, MAC, longer, macOption(1, MAC))),
                "one that is too long for a MAC address");
        final byte[] whole = nd(kind, MAC, macOption(1, MAC));
        final byte[] cut = Frames.patch(whole, 19, whole[19] - 4);
        assertArrayEquals(Sums.mac(cut, 6, OWN), guest.sends(cut), "one that goes on in padding");
    }

    @Test
    void shouldLeaveOtherIcmpv6() {
        final byte[] body = new byte[44];
        System.arraycopy(macOption(1, MAC), 0, body, 20, 8);
        for (int type : new int[] {1, 128, 129, 132, 138, 143}) {
            final Frames frame = Frames.icmp6(type, body);
            assertArrayEquals(
                    frame.macs(OTHER, OWN).build(), guest.sends(frame.macs(OTHER, MAC).build()));
        }
    }

    @Test
    void shouldReplaceOptionsBehindExtensionHeaders() {
        final byte[] frame = nd(Messages.SOLICITATION, MAC, macOption(1, MAC));
        final byte[] wanted = nd(Messages.SOLICITATION, OWN, macOption(1, OWN));
        assertArrayEquals(extended(wanted, 0, 60, 43), guest.sends(extended(frame, 0, 60, 43)));
        final int[] eight = new int[8];
        assertArrayEquals(extended(wanted, eight), guest.sends(extended(frame, eight)));
        final int[] nine = new int[9];
        assertArrayEquals(
                Sums.mac(extended(frame, nine), 6, OWN),
                guest.sends(extended(frame, nine)),
                "so far the parser does not look either");
    }

    /** Puts extension headers of 8, 16, 24... bytes between IPv6 and what follows. */
    private static byte[] extended(byte[] frame, int... types) {
        byte[] out = frame.clone();
        int at = 54;
        for (int i = 0; i < types.length; i++) {
            final int bytes = 8 * (i + 1);
            final byte[] longer = new byte[out.length + bytes];
            System.arraycopy(out, 0, longer, 0, at);
            System.arraycopy(out, at, longer, at + bytes, out.length - at);
            longer[at] = i + 1 < types.length ? (byte) types[i + 1] : 58;
            longer[at + 1] = (byte) i;
            out = longer;
            at += bytes;
        }
        out[20] = (byte) types[0];
        out[18] = (byte) ((out.length - 54) >>> 8);
        out[19] = (byte) (out.length - 54);
        return Sums.icmpv6(out, at);
    }

    @Test
    void shouldTakePaddingForNoOption() {
        final byte[] message = nd(Messages.SOLICITATION, MAC);
        final byte[] padded = Frames.resize(message, message.length + 8);
        System.arraycopy(macOption(1, MAC), 0, padded, message.length, 8);
        assertArrayEquals(Sums.mac(padded, 6, OWN), guest.sends(padded));
    }

    @Test
    void shouldReplaceOptionsSpreadOverSegments() {
        final byte[] frame =
                nd(Messages.ADVERTISEMENT, MAC, option(14, 3), macOption(2, MAC), option(14, 2));
        final byte[] wanted =
                nd(Messages.ADVERTISEMENT, OWN, option(14, 3), macOption(2, OWN), option(14, 2));
        for (int end = 0; end < frame.length; end++) {
            assertArrayEquals(wanted, guest.sends(Frames.split(frame, end)), "end " + end);
        }
    }

    @Test
    void shouldNotLookBeyondWhatAnHonestMessageHas() {
        final byte[][] many = new byte[200][];
        Arrays.fill(many, macOption(1, MAC));
        final byte[] got = guest.sends(nd(Messages.SOLICITATION, MAC, many));
        assertEquals((1294 - 78) / 8, count(got, macOption(1, OWN)));
        assertArrayEquals(Sums.icmpv6(got), got);
    }

    /** The last option that is looked at ends where the longest honest message does. */
    @Test
    void shouldLookBehindExtensionHeadersAsFarAsAnHonestMessageReaches() {
        final byte[] frame = nd(Messages.ROUTER_SOLICITATION, MAC, macOption(1, MAC));
        final byte[] wanted = nd(Messages.ROUTER_SOLICITATION, OWN, macOption(1, OWN));
        final int most = 1294 - 16;
        assertArrayEquals(
                extendedTo(wanted, most), guest.sends(extendedTo(frame, most)), "the last place");
        for (int icmp = most + 8; icmp <= 1294 + 24; icmp += 8) {
            final byte[] far = extendedTo(frame, icmp);
            assertArrayEquals(Sums.mac(far, 6, OWN), guest.sends(far), "message at " + icmp);
        }
    }

    @Test
    void shouldGatherNoMoreThanAnHonestMessageHas() {
        final byte[] frame =
                extendedTo(nd(Messages.ROUTER_SOLICITATION, MAC, macOption(1, MAC)), 1310);
        guest.load(guest.pool.frame(Frames.split(frame, 100)));
        guest.from.translate(guest.burst);
        assertTrue(guest.burst.contiguous(0) <= 1294, "gathered " + guest.burst.contiguous(0));
        assertArrayEquals(Sums.mac(frame, 6, OWN), guest.take(guest.burst.mbuf(0)));
    }

    /** Puts one extension header between IPv6 and its message, so that the message starts there. */
    private static byte[] extendedTo(byte[] frame, int icmp) {
        final byte[] out = new byte[icmp + frame.length - 54];
        System.arraycopy(frame, 0, out, 0, 54);
        System.arraycopy(frame, 54, out, icmp, frame.length - 54);
        out[18] = (byte) ((out.length - 54) >>> 8);
        out[19] = (byte) (out.length - 54);
        out[20] = 60;
        out[54] = 58;
        out[55] = (byte) ((icmp - 54) / 8 - 1);
        return Sums.icmpv6(out, icmp);
    }

    private static int count(byte[] frame, byte[] option) {
        int count = 0;
        for (int at = 78; at + 8 <= frame.length; at += 8) {
            count += Arrays.equals(frame, at, at + 8, option, 0, 8) ? 1 : 0;
        }
        return count;
    }

    // -- DHCP --

    @Test
    void shouldReplaceTheClientsAddressAndLeaveItsIdentifier() {
        final byte[] got = guest.sends(dhcpRequest(MAC, MAC));
        assertArrayEquals(dhcpRequest(OWN, OWN), got);
    }

    /** A client may leave out all behind its address: only that has to be there. */
    @Test
    void shouldReplaceTheClientsAddressInTheShortestMessageThatHasIt() {
        final byte[] message = Arrays.copyOfRange(dhcpRequest(MAC, MAC), 42, CHADDR + 6);
        final Frames shortest = Frames.udp4().ports(68, 67).payload(message);
        final byte[] frame = Sums.udp4(shortest.macs(OTHER, MAC).build());
        assertArrayEquals(
                Sums.udp4(Sums.mac(Sums.mac(frame, 6, OWN), CHADDR, OWN)), guest.sends(frame));
    }

    @Test
    void shouldLeaveAUdpChecksumThatIsNone() {
        assertArrayEquals(
                dhcpRequest(OWN, OWN, 0).build(), guest.sends(dhcpRequest(MAC, MAC, 0).build()));
    }

    @Test
    void shouldLeaveAChecksumThatIsLeftToTheDevice() {
        final byte[] frame = Frames.patch(dhcpRequest(MAC, MAC, 0).build(), 40, 0x12, 0x34);
        final byte[] wanted = Frames.patch(dhcpRequest(OWN, OWN, 0).build(), 40, 0x12, 0x34);
        final long mbuf = guest.pool.frame(frame);
        guest.pool.leaveChecksum(mbuf);
        assertArrayEquals(wanted, guest.sends(mbuf));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 40})
    void shouldReplaceTheClientsAddressBehindIpOptions(int bytes) {
        assertArrayEquals(
                Sums.udp4(dhcpRequest(OWN, OWN, bytes).build()),
                guest.sends(Sums.udp4(dhcpRequest(MAC, MAC, bytes).build())));
    }

    @Test
    void shouldReplaceTheClientsAddressInAFirstFragmentOnly() {
        final byte[] first = dhcpRequest(MAC, MAC, 0).fragment(0x2000).build();
        assertArrayEquals(dhcpRequest(OWN, OWN, 0).fragment(0x2000).build(), guest.sends(first));
        final byte[] later = dhcpRequest(MAC, MAC, 0).fragment(100).build();
        assertArrayEquals(Sums.mac(later, 6, OWN), guest.sends(later));
    }

    @Test
    void shouldLeaveDhcpThatIsNoRequestOfTheGuestItself() {
        for (byte[] frame :
                List.of(
                        dhcpRequest(MAC, OTHER),
                        Sums.udp4(dhcpReply(OTHER, MAC, MAC, 0).build()),
                        Frames.patch(dhcpRequest(MAC, MAC), 42, 2),
                        Frames.patch(dhcpRequest(MAC, MAC), 43, 6),
                        Frames.patch(dhcpRequest(MAC, MAC), 44, 8),
                        Frames.patch(dhcpRequest(MAC, MAC), 37, 66),
                        Frames.patch(dhcpRequest(MAC, MAC), 23, 6),
                        Frames.patch(dhcpRequest(MAC, MAC), 14, 0x65),
                        Frames.patch(dhcpRequest(MAC, MAC), 14, 0x44),
                        Frames.patch(dhcpRequest(MAC, MAC), 16, 0, 61),
                        Frames.patch(dhcpRequest(MAC, MAC), 38, 0, 41),
                        Frames.resize(dhcpRequest(MAC, MAC), CHADDR + 5))) {
            assertArrayEquals(Sums.mac(frame, 6, OWN), guest.sends(frame), Frames.hex(frame));
        }
    }
}
