// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.Facts;
import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules CLS-1 to CLS-12 and COR-1 to COR-7, each with the kernel's answer and with ours. */
class ParserTest {
    private static final int KERNEL = 0;
    private static final int STRICT = Parser.STRICT;
    private static final int BOTH = -1;
    private static final String NO_KEY = "";
    private static final String UNSPECIFIED = "::";
    private static final int IP_AT = 14;
    private static final int ND_AT = IP_AT + 40;

    /** rule, frame, options (BOTH: kernel and strict), destination key, source key. */
    static Stream<Arguments> keyed() {
        final String c1 = Frames.C1_4;
        final String x = Frames.X4;
        final byte[] udp4 = Frames.udp4().build();
        final byte[] udp6 = Frames.udp6().build();
        final byte[] arp = Frames.arpRequest(c1).build();
        final byte[] dad = Frames.dadProbe(Frames.C1_6).build();
        final byte[] solicitation = Frames.solicitation(Frames.C1_6).build();
        final String solicited = "ff02::1:ff00:11";
        return Stream.of(
                row("CLS-1 IPv4", udp4, BOTH, c1, x),
                row("CLS-1 padded", Frames.resize(udp4, 60), BOTH, c1, x),
                row("CLS-1 options", Frames.udp4().options(40).build(), BOTH, c1, x),
                row("CLS-2 IHL 4", Frames.patch(udp4, IP_AT, 0x44), KERNEL, NO_KEY, NO_KEY),
                row("CLS-2 version 5", Frames.patch(udp4, IP_AT, 0x55), KERNEL, NO_KEY, NO_KEY),
                row("CLS-2 too long", Frames.patch(udp4, IP_AT + 2, 1), KERNEL, NO_KEY, NO_KEY),
                row("CLS-2 short", Frames.patch(udp4, IP_AT + 2, 0, 19), KERNEL, NO_KEY, NO_KEY),
                row("CLS-2 IHL > total", ihlBeyondTotal(), KERNEL, NO_KEY, NO_KEY),
                row("CLS-2 cut", Frames.resize(udp4, IP_AT + 19), KERNEL, NO_KEY, NO_KEY),
                row("CLS-3 bad checksum", Frames.patch(udp4, IP_AT + 10, 1, 2), BOTH, c1, x),
                row("CLS-4 first", Frames.udp4().fragment(0x2000).build(), BOTH, c1, x),
                row("CLS-4 later", Frames.udp4().fragment(0x2010).build(), BOTH, c1, x),
                row("CLS-4 last", Frames.udp4().fragment(0x0010).build(), BOTH, c1, x),
                row("CLS-5 IPv6", udp6, BOTH, Frames.C1_6, Frames.X6),
                row("COR-1 too long", Frames.patch(udp6, 18, 9), KERNEL, Frames.C1_6, Frames.X6),
                row("COR-1 shorter", Frames.patch(udp6, 18, 0, 8), BOTH, Frames.C1_6, Frames.X6),
                row("COR-1 zero", Frames.patch(udp6, 18, 0, 0), BOTH, Frames.C1_6, Frames.X6),
                row("COR-1 version 4", Frames.patch(udp6, IP_AT, 0x40), KERNEL, NO_KEY, NO_KEY),
                row("COR-1 cut", Frames.resize(udp6, IP_AT + 39), KERNEL, NO_KEY, NO_KEY),
                row("CLS-6 DAD", dad, KERNEL, Frames.C1_6, Frames.C1_6),
                row("CLS-6 DAD, source stays", dad, STRICT, Frames.C1_6, UNSPECIFIED),
                row("CLS-6 DAD cut", Frames.resize(dad, 77), KERNEL, NO_KEY, NO_KEY),
                row("CLS-6 DAD, short payload", shortDad(), KERNEL, Frames.C1_6, Frames.C1_6),
                row("COR-2 DAD to own MAC", dadToOwn(), STRICT, Frames.C1_6, UNSPECIFIED),
                row("COR-2 behind an extension", extended(dad), BOTH, solicited, UNSPECIFIED),
                row("CLS-7 RS from ::", fromNobody(133, "ff02::2"), BOTH, NO_KEY, NO_KEY),
                row("COR-3 NA from ::", fromNobody(136, Frames.C1_6), BOTH, NO_KEY, NO_KEY),
                row("COR-3 UDP from ::", udpFromNobody(), BOTH, Frames.C1_6, UNSPECIFIED),
                row("CLS-8 NS", solicitation, BOTH, solicited, Frames.X6),
                row("CLS-8 NS cut", Frames.resize(solicitation, 77), KERNEL, solicited, Frames.X6),
                row(
                        "CLS-8 NA",
                        Frames.advertisement("fd00::9").build(),
                        BOTH,
                        Frames.C1_6,
                        Frames.X6),
                row("CLS-9 request", arp, BOTH, c1, x),
                row("CLS-9 reply", Frames.arpReply(c1).build(), BOTH, c1, x),
                row("CLS-9 operation 3", Frames.arp(3).build(), BOTH, c1, x),
                row(
                        "CLS-9 probe",
                        Frames.arpRequest(c1).ips("0.0.0.0", c1).build(),
                        BOTH,
                        c1,
                        "0.0.0.0"),
                row("CLS-10 cut", Frames.resize(arp, IP_AT + 27), KERNEL, NO_KEY, NO_KEY),
                row("COR-4 hardware type", Frames.patch(arp, IP_AT, 0, 6), KERNEL, c1, x),
                row("COR-4 protocol type", Frames.patch(arp, IP_AT + 2, 0x86, 0xDD), KERNEL, c1, x),
                row("COR-4 hardware length", Frames.patch(arp, IP_AT + 4, 8), KERNEL, c1, x),
                row("COR-4 RARP", Frames.arp(1).type(0x8035).build(), BOTH, NO_KEY, NO_KEY),
                row("CLS-11 other type", Frames.udp4().type(0x88B5).build(), BOTH, NO_KEY, NO_KEY),
                row("CLS-11 802.3 length", Frames.udp4().type(50).build(), BOTH, NO_KEY, NO_KEY),
                row(
                        "CLS-11 nothing behind",
                        Frames.ethernet(0x88B5, new byte[0]).build(),
                        BOTH,
                        NO_KEY,
                        NO_KEY),
                row("CLS-12 priority tag", Frames.udp4().tag(0).build(), BOTH, c1, x),
                row("CLS-12 priority 7", Frames.udp4().tag(0xF000).build(), BOTH, c1, x),
                row("CLS-12 VLAN 5", Frames.udp4().tag(5).build(), KERNEL, c1, x),
                row("CLS-12 tagged ARP", Frames.arp(1).tag(0).build(), BOTH, c1, x),
                row(
                        "CLS-12 tagged IPv6",
                        Frames.udp6().tag(0).build(),
                        BOTH,
                        Frames.C1_6,
                        Frames.X6),
                row("COR-5 802.1ad", Frames.udp4().tag(0x88A8, 0).build(), BOTH, c1, x),
                row("COR-5 two tags", Frames.udp4().tag(0).tag(0).build(), KERNEL, NO_KEY, NO_KEY),
                row("COR-5 two, ours", Frames.udp4().tag(0).tag(0).build(), STRICT, c1, x),
                row(
                        "COR-6 IPv6 fragment",
                        Frames.patch(udp6, 20, 44),
                        BOTH,
                        Frames.C1_6,
                        Frames.X6),
                row(
                        "COR-14 PAUSE to us",
                        Frames.ethernet(0x8808, new byte[46]).build(),
                        BOTH,
                        NO_KEY,
                        NO_KEY),
                row("COR-20 kernel routes martians", toLoopback(), KERNEL, "127.0.0.1", x));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keyed")
    void shouldKeyByDestinationAndSource(
            String rule, byte[] frame, int options, String destination, String source) {
        for (int each : options == BOTH ? new int[] {KERNEL, STRICT} : new int[] {options}) {
            final ParsedFrame parsed = ParsedFrame.of(each, frame);
            assertAll(
                    () -> assertNull(parsed.reason(), "reason"),
                    () -> assertEquals(destination, destination(parsed), "destination"),
                    () -> assertEquals(source, source(parsed), "source"));
        }
    }

    /** rule, frame, reason under STRICT. */
    static Stream<Arguments> refused() {
        final byte[] udp4 = Frames.udp4().build();
        final byte[] udp6 = Frames.udp6().build();
        final byte[] arp = Frames.arpRequest(Frames.C1_4).build();
        final byte[] solicitation = Frames.solicitation(Frames.C1_6).build();
        return Stream.of(
                bad("version 5", Frames.patch(udp4, IP_AT, 0x55), ParseDrop.IP_MALFORMED),
                bad("IHL 4", Frames.patch(udp4, IP_AT, 0x44), ParseDrop.IP_MALFORMED),
                bad("total 19", Frames.patch(udp4, IP_AT + 2, 0, 19), ParseDrop.IP_MALFORMED),
                bad("IHL beyond total", ihlBeyondTotal(), ParseDrop.IP_MALFORMED),
                bad("total beyond frame", Frames.patch(udp4, IP_AT + 2, 1), ParseDrop.TRUNCATED),
                bad("IPv4 cut", Frames.resize(udp4, IP_AT + 19), ParseDrop.TRUNCATED),
                bad("IPv4 missing", Frames.resize(udp4, IP_AT), ParseDrop.TRUNCATED),
                bad("IPv6 version", Frames.patch(udp6, IP_AT, 0x40), ParseDrop.IP_MALFORMED),
                bad("IPv6 payload beyond", Frames.patch(udp6, 18, 9), ParseDrop.TRUNCATED),
                bad("IPv6 cut", Frames.resize(udp6, IP_AT + 39), ParseDrop.TRUNCATED),
                bad("NS cut", Frames.resize(solicitation, 77), ParseDrop.TRUNCATED),
                bad("NS, short payload", shortDad(), ParseDrop.TRUNCATED),
                bad("ICMPv6 empty", Frames.patch(udp6, 18, 0, 0, 58), ParseDrop.TRUNCATED, 54),
                bad("ARP cut", Frames.resize(arp, IP_AT + 27), ParseDrop.TRUNCATED),
                bad("ARP hardware type", Frames.patch(arp, IP_AT, 0, 6), ParseDrop.IP_MALFORMED),
                bad(
                        "ARP protocol",
                        Frames.patch(arp, IP_AT + 2, 0x86, 0xDD),
                        ParseDrop.IP_MALFORMED),
                bad("ARP hardware length", Frames.patch(arp, IP_AT + 4, 8), ParseDrop.IP_MALFORMED),
                bad(
                        "ARP protocol length",
                        Frames.patch(arp, IP_AT + 5, 16),
                        ParseDrop.IP_MALFORMED),
                bad("VLAN 5", Frames.udp4().tag(5).build(), BurstDrop.VLAN_UNKNOWN),
                bad("VLAN 4095", Frames.udp4().tag(4095).build(), BurstDrop.VLAN_UNKNOWN),
                bad("second tag", Frames.udp4().tag(0).tag(5).build(), BurstDrop.VLAN_UNKNOWN),
                bad(
                        "third tag",
                        Frames.udp4().tag(0).tag(0).tag(0).build(),
                        BurstDrop.VLAN_UNKNOWN),
                bad(
                        "VLAN 5, no IP",
                        Frames.ethernet(0x88B5, new byte[46]).tag(5).build(),
                        BurstDrop.VLAN_UNKNOWN),
                bad(
                        "tag cut",
                        Frames.resize(Frames.udp4().tag(0).build(), 17),
                        ParseDrop.TRUNCATED),
                bad("from 127/8", martian4("127.9.9.9", Frames.C1_4), ParseDrop.IP_MALFORMED),
                bad("from a group", martian4("224.0.0.1", Frames.C1_4), ParseDrop.IP_MALFORMED),
                bad(
                        "from everybody",
                        martian4("255.255.255.255", Frames.C1_4),
                        ParseDrop.IP_MALFORMED),
                bad("to 0.0.0.0", martian4(Frames.X4, "0.0.0.0"), ParseDrop.IP_MALFORMED),
                bad("to 127/8", toLoopback(), ParseDrop.IP_MALFORMED),
                bad(
                        "to 127/8, options",
                        Frames.udp4().options(4).ips(Frames.X4, "127.0.0.1").build(),
                        ParseDrop.IP_MALFORMED),
                bad("from an IPv6 group", martian6("ff02::1", Frames.C1_6), ParseDrop.IP_MALFORMED),
                bad("from ::1", martian6("::1", Frames.C1_6), ParseDrop.IP_MALFORMED),
                bad("to ::", martian6(Frames.X6, "::"), ParseDrop.IP_MALFORMED),
                bad("to ::1", martian6(Frames.X6, "::1"), ParseDrop.IP_MALFORMED));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("refused")
    void shouldDiscardOnlyWhenStrict(String what, byte[] frame, DropReason reason) {
        final ParsedFrame strict = ParsedFrame.of(STRICT, frame);
        assertEquals(reason, strict.reason());
        assertEquals(Burst.NO_KEY, strict.family(), "a discarded frame has no key");
        assertEquals(0, strict.key0() | strict.key1() | strict.source0() | strict.source1());
        assertFalse(strict.has(Facts.IP | Facts.SOLICIT));
        assertNull(ParsedFrame.of(KERNEL, frame).reason(), "the kernel discards nothing here");
    }

    @ParameterizedTest(name = "from {0} to {1}")
    @MethodSource("oddButLegal")
    void shouldNotTakeOddAddressesForMartians(String source, String destination) {
        final Frames frame = source.indexOf(':') < 0 ? Frames.udp4() : Frames.udp6();
        final ParsedFrame parsed = ParsedFrame.of(STRICT, frame.ips(source, destination).build());
        assertNull(parsed.reason());
        assertEquals(destination, destination(parsed));
    }

    static Stream<Arguments> oddButLegal() {
        return Stream.of(
                Arguments.of("0.0.0.0", "255.255.255.255"),
                Arguments.of("240.0.0.1", "240.0.0.2"),
                Arguments.of("126.255.255.255", "128.0.0.0"),
                Arguments.of("223.255.255.255", "224.0.0.1"),
                Arguments.of("10.0.0.1", "10.0.0.1"),
                Arguments.of("fe80::1", "ff02::1"),
                Arguments.of("::", "ff02::1"),
                Arguments.of("::2", "::2"));
    }

    @ParameterizedTest
    @ValueSource(ints = {KERNEL, STRICT})
    void shouldDiscardFramesShorterThanAnEthernetHeader(int options) {
        for (int length = 0; length < 14; length++) {
            final byte[] frame = Frames.resize(Frames.udp4().build(), length);
            final ParsedFrame parsed = ParsedFrame.of(options, frame);
            assertEquals(ParseDrop.TRUNCATED, parsed.reason());
            assertEquals(Facts.DISCARD, parsed.facts());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {KERNEL, STRICT})
    void shouldDiscardPauseAndNotFloodIt(int options) {
        final byte[] pause =
                Frames.ethernet(0x8808, new byte[46]).macs(Frames.PAUSE_GROUP, Frames.X).build();
        final ParsedFrame parsed = ParsedFrame.of(options, pause);
        assertEquals(ParseDrop.PAUSE, parsed.reason());
        assertEquals(Facts.DISCARD, parsed.facts());
    }

    @Test
    void shouldTellMacFactsFromTheFrameAndOurOwnMac() {
        assertEquals(Facts.OWN_DEST, macFacts(Frames.OWN, Frames.X));
        assertEquals(Facts.OWN_SOURCE, macFacts(Frames.X, Frames.OWN));
        assertEquals(
                Facts.OWN_DEST | Facts.OWN_SOURCE | Facts.SAME_MAC,
                macFacts(Frames.OWN, Frames.OWN));
        assertEquals(Facts.SAME_MAC, macFacts(Frames.OTHER, Frames.OTHER));
        assertEquals(Facts.GROUP, macFacts(Frames.BROADCAST, Frames.X));
        assertEquals(Facts.GROUP, macFacts(Frames.GROUP4, Frames.X));
        assertEquals(Facts.GROUP | Facts.SAME_MAC, macFacts(Frames.BROADCAST, Frames.BROADCAST));
        assertEquals(0, macFacts(Frames.OTHER, Frames.X));
    }

    @Test
    void shouldTellMacFactsAlikeOnEveryPathThroughTheParser() {
        for (long to : new long[] {Frames.OWN, Frames.OTHER, Frames.BROADCAST, Frames.X}) {
            final int expected = macFacts(to, Frames.X);
            for (Frames frame :
                    new Frames[] {
                        Frames.udp4().options(4),
                        Frames.udp4().tag(0),
                        Frames.udp6(),
                        Frames.arp(2),
                        Frames.ethernet(0x88B5, new byte[46])
                    }) {
                final ParsedFrame parsed = ParsedFrame.of(STRICT, frame.macs(to, Frames.X).build());
                assertEquals(expected, parsed.facts() & ~Facts.IP);
            }
        }
    }

    @Test
    void shouldCallWellFormedIpIp() {
        assertTrue(ParsedFrame.of(KERNEL, Frames.udp4().build()).has(Facts.IP));
        assertTrue(ParsedFrame.of(KERNEL, Frames.udp4().options(8).build()).has(Facts.IP));
        assertTrue(ParsedFrame.of(KERNEL, Frames.udp6().tag(0).build()).has(Facts.IP));
        assertTrue(ParsedFrame.of(KERNEL, fromNobody(133, "ff02::2")).has(Facts.IP), "COR-3");
        assertFalse(ParsedFrame.of(KERNEL, Frames.arp(1).build()).has(Facts.IP));
        final byte[] malformed = Frames.patch(Frames.udp4().build(), IP_AT, 0x44);
        assertFalse(ParsedFrame.of(KERNEL, malformed).has(Facts.IP));
    }

    @Test
    void shouldCallHonestRequestsSolicitations() {
        final byte[] arp = Frames.arpRequest(Frames.C1_4).build();
        final byte[] ns = Frames.solicitation(Frames.C1_6).build();
        assertTrue(ParsedFrame.of(KERNEL, arp).has(Facts.SOLICIT));
        assertTrue(ParsedFrame.of(KERNEL, ns).has(Facts.SOLICIT));
        assertTrue(ParsedFrame.of(KERNEL, Frames.dadProbe(Frames.C1_6).build()).has(Facts.SOLICIT));
        assertFalse(
                ParsedFrame.of(KERNEL, Frames.arpReply(Frames.C1_4).build()).has(Facts.SOLICIT));
        assertFalse(
                ParsedFrame.of(KERNEL, Frames.advertisement("fd00::9").build()).has(Facts.SOLICIT));
        assertFalse(
                ParsedFrame.of(KERNEL, Frames.patch(arp, IP_AT + 4, 8)).has(Facts.SOLICIT),
                "ARP with hardware addresses of 8 bytes");
        assertFalse(
                ParsedFrame.of(STRICT, Frames.patch(ns, IP_AT + 7, 254)).has(Facts.SOLICIT),
                "hop limit 254: it came through a router (RFC 4861, 7.1.1)");
        assertFalse(ParsedFrame.of(STRICT, Frames.patch(ns, ND_AT + 1, 1)).has(Facts.SOLICIT));
        assertFalse(
                ParsedFrame.of(STRICT, Frames.patch(ns, ND_AT + 8, 0xFF)).has(Facts.SOLICIT),
                "asks for a group");
    }

    @ParameterizedTest
    @ValueSource(ints = {KERNEL, STRICT})
    void shouldKeyAnySolicitationByItsTargetWhereTheSwitchAnswers(int options) {
        final int answering = options | Parser.SOLICIT_TARGET;
        final byte[] ns = Frames.solicitation(Frames.C1_6).build();
        final ParsedFrame parsed = ParsedFrame.of(answering, ns);
        assertEquals(Frames.C1_6, destination(parsed));
        assertEquals(Frames.X6, source(parsed));
        assertEquals(
                "ff02::1:ff00:11",
                destination(ParsedFrame.of(answering, Frames.patch(ns, IP_AT + 7, 254))),
                "one that no responder believes stays what it is");
        assertEquals(
                Frames.C1_6,
                destination(ParsedFrame.of(answering, Frames.advertisement("fd00::9").build())));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldSayWhereTheL3HeaderStarts(int tags) {
        Frames frame = Frames.udp6();
        for (int i = 0; i < tags; i++) {
            frame = frame.tag(0);
        }
        final ParsedFrame parsed = ParsedFrame.of(KERNEL, frame.build());
        assertEquals(14 + 4 * tags, parsed.l3());
        assertEquals(0x86DD, parsed.etherType());
    }

    @Test
    void shouldPullUpHeadersThatLieInSeveralSegments() {
        for (byte[] frame :
                new byte[][] {
                    Frames.udp4().build(),
                    Frames.udp4().options(40).tag(0).tag(0).build(),
                    Frames.udp6().build(),
                    Frames.dadProbe(Frames.C1_6).tag(0).build(),
                    Frames.arpRequest(Frames.C1_4).build()
                }) {
            final ParsedFrame whole = ParsedFrame.of(STRICT, frame);
            assertNotEquals(Burst.NO_KEY, whole.family());
            for (int cut = 0; cut <= frame.length; cut++) {
                assertEquals(whole, ParsedFrame.of(STRICT, Frames.split(frame, cut)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {KERNEL, STRICT})
    void shouldDiscardHeadersThatCannotBeGathered(int options) {
        final byte[] frame = Frames.dadProbe(Frames.C1_6).build();
        try (MemoryPool pool = new MemoryPool(4, 2048)) {
            pool.allowPullUp(false);
            for (int cut = 0; cut < ND_AT + 24; cut++) {
                assertEquals(
                        BurstDrop.HEADERS_SPLIT,
                        ParsedFrame.of(pool, options, Frames.split(frame, cut)).reason(),
                        "cut at " + cut);
            }
            final byte[][] behindHeaders = Frames.split(Frames.udp4().build(), 34);
            assertNull(ParsedFrame.of(pool, options, behindHeaders).reason());
        }
    }

    private static Arguments row(
            String rule, byte[] frame, int options, String destination, String source) {
        return Arguments.of(rule, frame, options, destination, source);
    }

    private static Arguments bad(String what, byte[] frame, DropReason reason) {
        return Arguments.of(what, frame, reason);
    }

    private static Arguments bad(String what, byte[] frame, DropReason reason, int length) {
        return Arguments.of(what, Frames.resize(frame, length), reason);
    }

    private static int macFacts(long to, long from) {
        final byte[] frame = Frames.udp4().macs(to, from).build();
        return ParsedFrame.of(STRICT, frame).facts() & ~Facts.IP;
    }

    private static String destination(ParsedFrame parsed) {
        return text(parsed.family(), parsed.key0(), parsed.key1());
    }

    private static String source(ParsedFrame parsed) {
        return text(parsed.family(), parsed.source0(), parsed.source1());
    }

    private static String text(int family, long key0, long key1) {
        return family == Burst.NO_KEY ? NO_KEY : new IpAddress(family, key0, key1).toString();
    }

    /** Header of 24 bytes in a packet of 20. */
    private static byte[] ihlBeyondTotal() {
        return Frames.patch(Frames.udp4().build(), IP_AT, 0x46, 0, 0, 20);
    }

    /** The frame has the 24 bytes of a solicitation, the IPv6 header admits to 20. */
    private static byte[] shortDad() {
        return Frames.patch(Frames.dadProbe(Frames.C1_6).build(), IP_AT + 4, 0, 20);
    }

    private static byte[] dadToOwn() {
        return Frames.dadProbe(Frames.C1_6).macs(Frames.OWN, Frames.X).build();
    }

    private static byte[] toLoopback() {
        return martian4(Frames.X4, "127.0.0.1");
    }

    private static byte[] martian4(String source, String destination) {
        return Frames.udp4().ips(source, destination).build();
    }

    private static byte[] martian6(String source, String destination) {
        return Frames.udp6().ips(source, destination).build();
    }

    private static byte[] udpFromNobody() {
        return Frames.udp6().ips("::", Frames.C1_6).build();
    }

    private static byte[] fromNobody(int messageType, String destination) {
        return Frames.icmp6(messageType, new byte[28]).ips("::", destination).build();
    }

    /** The same IPv6 payload behind a hop-by-hop header. */
    private static byte[] extended(byte[] frame) {
        final byte[] out = new byte[frame.length + 8];
        System.arraycopy(frame, 0, out, 0, ND_AT);
        System.arraycopy(frame, ND_AT, out, ND_AT + 8, frame.length - ND_AT);
        final int payload = frame.length - ND_AT + 8;
        return Frames.patch(
                Frames.patch(out, IP_AT + 4, payload >>> 8, payload, 0), ND_AT, 58, 0, 1, 4);
    }
}
