// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Frames;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** To whose conversation a packet belongs, by the bytes that there are. */
class FlowTupleTest {
    private static final long SEED = 20_261_201;
    private static final int ETHERNET = 14;
    private static final int IPV4_PROTOCOL = 9;
    private static final int IPV6_NEXT = 6;
    private static final int TCP = 6;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;

    private final FlowTuple tuple = new FlowTuple();

    /** The packet of a frame. */
    private static byte[] ip(Frames frame) {
        final byte[] bytes = frame.build();
        return Arrays.copyOfRange(bytes, ETHERNET, bytes.length);
    }

    private static byte[] udp4() {
        return ip(Frames.udp4().ports(4000, 53));
    }

    private static byte[] udp6() {
        return ip(Frames.udp6().ports(4000, 53));
    }

    /** An IPv4 packet of another protocol, with these bytes behind its header. */
    private static byte[] ipv4(int protocol, byte[] payload) {
        return Frames.patch(join(Arrays.copyOf(udp4(), 20), payload), IPV4_PROTOCOL, protocol);
    }

    /** An IPv6 packet whose first header is another, with these bytes behind its header. */
    private static byte[] ipv6(int next, byte[] payload) {
        return Frames.patch(join(Arrays.copyOf(udp6(), 40), payload), IPV6_NEXT, next);
    }

    private static byte[] join(byte[]... parts) {
        final ByteBuffer all =
                ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
        Arrays.stream(parts).forEach(all::put);
        return all.array();
    }

    private static byte[] bytes(int... values) {
        final byte[] all = new byte[values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) values[i];
        }
        return all;
    }

    private boolean read(byte[] packet) {
        try (Scratch memory = new Scratch(packet)) {
            return tuple.read(memory.address, packet.length, packet[0] >>> 4 == 4);
        }
    }

    private String read(String what, byte[] packet) {
        assertTrue(read(packet), what);
        return "%d %d>%d%s%s"
                .formatted(
                        tuple.protocol(),
                        tuple.sourcePort(),
                        tuple.destinationPort(),
                        tuple.fragment() ? " fragment" : "",
                        tuple.quoted() ? " quoted" : "");
    }

    @Test
    void shouldReadAddressesAndPortsOfIpv4() {
        assertEquals("17 4000>53", read("udp", udp4()));
        assertEquals(0x0A0000FEL, tuple.source0());
        assertEquals(0x0A00000BL, tuple.destination0());
        assertEquals(0, tuple.source1() | tuple.destination1());
    }

    @Test
    void shouldReadAddressesAndPortsOfIpv6() {
        assertEquals("17 4000>53", read("udp", udp6()));
        assertEquals(0xFD00L << 48, tuple.source0());
        assertEquals(0xFEL, tuple.source1());
        assertEquals(0xFD00L << 48, tuple.destination0());
        assertEquals(0x11L, tuple.destination1());
    }

    @ParameterizedTest
    @CsvSource({
        "6, true",
        "17, true",
        "33, true",
        "132, true",
        "136, true",
        "47, false",
        "50, false"
    })
    void shouldKnowWhichProtocolsHavePorts(int protocol, boolean has) {
        final String wanted = protocol + (has ? " 258>772" : " 0>0");
        assertEquals(wanted, read("ipv4", ipv4(protocol, bytes(1, 2, 3, 4))));
        assertEquals(wanted, read("ipv6", ipv6(protocol, bytes(1, 2, 3, 4))));
    }

    @Test
    void shouldLookBehindOptionsAndExtensions() {
        assertEquals("17 4000>53", read("options", ip(Frames.udp4().ports(4000, 53).options(8))));
        final byte[] twice = join(bytes(60, 0, 0, 0, 0, 0, 0, 0), bytes(TCP, 1), new byte[14]);
        assertEquals("6 258>772", read("extensions", ipv6(0, join(twice, bytes(1, 2, 3, 4)))));
    }

    @Test
    void shouldGiveUpBehindTooManyExtensions() {
        final byte[] one = bytes(60, 0, 0, 0, 0, 0, 0, 0);
        final byte[] last = bytes(17, 0, 0, 0, 0, 0, 0, 0);
        final byte[] ports = bytes(1, 2, 3, 4);
        assertEquals(
                "17 258>772",
                read("8", ipv6(60, join(one, one, one, one, one, one, one, last, ports))));
        assertEquals(
                "60 0>0",
                read("9", ipv6(60, join(one, one, one, one, one, one, one, one, last, ports))));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x2000, 0x00B9, 0x20B9})
    void shouldNotBelievePortsOfFragments(int word) {
        assertEquals("17 0>0 fragment", read("ipv4", ip(Frames.udp4().fragment(word))));
    }

    @Test
    void shouldReadTheProtocolOfAnIpv6Fragment() {
        final byte[] whole = join(bytes(17, 0, 0, 1, 0, 0, 0, 7), bytes(1, 2, 3, 4));
        assertEquals("17 0>0 fragment", read("whole", ipv6(44, whole)));
        assertEquals("44 0>0 fragment", read("cut", ipv6(44, bytes(17, 0, 0, 1, 0, 0, 0))));
    }

    @ParameterizedTest
    @CsvSource({
        "8, true",
        "0, true",
        "13, true",
        "14, true",
        "15, true",
        "18, true",
        "9, false",
        "42, false"
    })
    void shouldTakeTheIdentifierOfIcmpv4ForBothPorts(int type, boolean has) {
        assertEquals(
                has ? "1 258>258" : "1 0>0",
                read("icmp", ipv4(ICMP, bytes(type, 0, 0, 0, 1, 2, 0, 9))));
    }

    @ParameterizedTest
    @CsvSource({"128, true", "129, true", "130, false", "135, false"})
    void shouldTakeTheIdentifierOfIcmpv6ForBothPorts(int type, boolean has) {
        assertEquals(
                has ? "58 258>258" : "58 0>0",
                read("icmp", ipv6(ICMPV6, bytes(type, 0, 0, 0, 1, 2, 0, 9))));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 11, 12})
    void shouldReadWhatAnIcmpv4ErrorQuotes(int type) {
        final byte[] error = ipv4(ICMP, join(bytes(type, 0, 0, 0, 0, 0, 0, 0), udp4()));
        assertEquals("17 4000>53 quoted", read("error", error));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 127})
    void shouldReadWhatAnIcmpv6ErrorQuotes(int type) {
        final byte[] error = ipv6(ICMPV6, join(bytes(type, 0, 0, 0, 0, 0, 0, 0), udp6()));
        assertEquals("17 4000>53 quoted", read("error", error));
    }

    @Test
    void shouldBeAboutAnErrorItselfWhereItsQuoteIsNone() {
        final byte[] cut = join(bytes(3, 0, 0, 0, 0, 0, 0, 0), Arrays.copyOf(udp4(), 19));
        assertEquals("1 0>0", read("cut", ipv4(ICMP, cut)));
        assertEquals(0x0A0000FEL, tuple.source0());
        final byte[] other = join(bytes(3, 0, 0, 0, 0, 0, 0, 0), udp6());
        assertEquals("1 0>0", read("of the other family", ipv4(ICMP, other)));
    }

    @Test
    void shouldNotFollowAQuoteInAQuote() {
        final byte[] once = ipv4(ICMP, join(bytes(11, 0, 0, 0, 0, 0, 0, 0), udp4()));
        final byte[] twice = ipv4(ICMP, join(bytes(3, 0, 0, 0, 0, 0, 0, 0), once));
        assertEquals("1 0>0 quoted", read("twice", twice));
    }

    @Test
    void shouldForgetWhatItReadBefore() {
        read("an error", ipv4(ICMP, join(bytes(3, 0, 0, 0, 0, 0, 0, 0), udp4())));
        assertEquals("47 0>0", read("gre", ipv4(47, bytes(1, 2, 3, 4))));
        read("a fragment", ip(Frames.udp4().fragment(0x2000)));
        assertEquals("17 4000>53", read("udp", udp4()));
    }

    @Test
    void shouldRefuseWhatIsNoWholeIpHeader() {
        assertFalse(read(Arrays.copyOf(udp4(), 19)));
        assertFalse(read(Arrays.copyOf(udp6(), 39)));
        assertFalse(read(Frames.patch(udp4(), 0, 0x44)), "header of 16 bytes");
        assertFalse(read(Arrays.copyOf(Frames.patch(udp4(), 0, 0x4F), 59)), "options cut off");
        try (Scratch memory = new Scratch(udp4())) {
            assertFalse(tuple.read(memory.address, 28, false), "the wrong family");
        }
    }

    @Test
    void shouldHaveNoPortsWhereTheyAreCutOff() {
        assertEquals("17 0>0", read("udp", Arrays.copyOf(udp4(), 23)));
        assertEquals("17 4000>53", read("udp", Arrays.copyOf(udp4(), 24)));
        assertEquals("1 0>0", read("icmp", ipv4(ICMP, bytes(8, 0, 0, 0, 1, 2, 0))));
        assertEquals("60 0>0", read("extension", ipv6(60, bytes(17, 0, 0, 0, 0, 0, 0))));
    }

    /** Memory is checked in tests: a read beyond the bytes fails. */
    @Test
    void shouldSurviveAnyBytes() {
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 50_000; round++) {
            final byte[] packet = new byte[1 + random.nextInt(FlowTuple.BYTES)];
            random.nextBytes(packet);
            packet[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
            if (packet.length > IPV4_PROTOCOL && random.nextBoolean()) {
                packet[packet[0] == 0x45 ? IPV4_PROTOCOL : IPV6_NEXT] =
                        (byte) new int[] {0, 1, 6, 17, 43, 44, 58, 60}[random.nextInt(8)];
            }
            read(packet);
        }
    }
}
