// SPDX-License-Identifier: Apache-2.0
package io.ipvane.icmp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.memory.Memory;
import io.ipvane.packet.Icmpv4;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.testing.Frames;
import io.ipvane.testing.KernelAnswers;
import io.ipvane.testing.MemoryPool;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may be told of an error, and what it looks like. */
class ErrorFramesTest {
    private static final int ICMP4_AT = 14 + 20;
    private static final int ICMP6_AT = 14 + 40;
    private static final IpAddress ROUTER4 = IpAddress.parse("192.0.0.8");
    private static final IpAddress ROUTER6 = IpAddress.parse("fe80::1");

    private final Arena arena = Arena.ofConfined();
    private final MemoryPool pool = new MemoryPool(64, 2048);
    private final ErrorFrames frames = new ErrorFrames(arena, pool);

    @AfterEach
    void nothingLeaks() {
        pool.close();
        arena.close();
    }

    private boolean mayTell(byte[]... segments) {
        final long mbuf = pool.frame(segments);
        final boolean may = frames.read(mbuf);
        pool.free(mbuf);
        return may;
    }

    private byte[] error(ErrorKind kind, int mtu, byte[]... segments) {
        final long mbuf = pool.frame(segments);
        assertTrue(frames.read(mbuf));
        final IpAddress source = frames.sender().isIpv4() ? ROUTER4 : ROUTER6;
        final long error = frames.write(kind, mtu, source, Frames.OWN, Frames.X);
        assertArrayEquals(join(segments), pool.bytes(mbuf), "the frame itself is only read");
        final byte[] bytes = pool.bytes(error);
        pool.free(mbuf);
        pool.free(error);
        return bytes;
    }

    private static byte[] join(byte[]... segments) {
        final ByteBuffer all =
                ByteBuffer.allocate(Stream.of(segments).mapToInt(s -> s.length).sum());
        Stream.of(segments).forEach(all::put);
        return all.array();
    }

    private static byte[] icmp4(int type) {
        return Frames.patch(
                Frames.patch(Frames.udp4().payload(new byte[40]).build(), 23, 1), 34, type, 0);
    }

    /** A packet from X to c1 with extension headers before an ICMPv6 message of some type. */
    private static byte[] behind(int type, int... nextHeaders) {
        final ByteBuffer body = ByteBuffer.allocate(8 * nextHeaders.length + 16);
        for (int i = 1; i <= nextHeaders.length; i++) {
            body.put((byte) (i < nextHeaders.length ? nextHeaders[i] : 58)).put(new byte[7]);
        }
        body.put((byte) type);
        final byte[] frame =
                Frames.resize(Frames.udp6().payload(new byte[100]).build(), 54 + body.capacity());
        ByteBuffer.wrap(frame).putShort(18, (short) body.capacity());
        System.arraycopy(body.array(), 0, frame, 54, body.capacity());
        return Frames.patch(frame, 20, nextHeaders.length == 0 ? 58 : nextHeaders[0]);
    }

    static Stream<Arguments> whoIsTold() {
        final byte[] udp4 = Frames.udp4().build();
        final byte[] udp6 = Frames.udp6().build();
        return Stream.of(
                Arguments.of("udp over IPv4", true, udp4),
                Arguments.of("udp over IPv6", true, udp6),
                Arguments.of("a priority tag", true, Frames.udp4().tag(0).build()),
                Arguments.of("two tags", true, Frames.udp4().tag(0).tag(0).build()),
                Arguments.of("three tags", false, Frames.udp4().tag(0).tag(0).tag(0).build()),
                Arguments.of("IPv4 options", true, Frames.udp4().options(8).build()),
                Arguments.of("first fragment", true, Frames.udp4().fragment(0x2000).build()),
                Arguments.of("second fragment", false, Frames.udp4().fragment(0x2001).build()),
                Arguments.of("last fragment", false, Frames.udp4().fragment(0x0010).build()),
                Arguments.of("echo request", true, icmp4(8)),
                Arguments.of("echo reply", true, icmp4(0)),
                Arguments.of("timestamp", true, icmp4(13)),
                Arguments.of("unreachable", false, icmp4(3)),
                Arguments.of("source quench", false, icmp4(4)),
                Arguments.of("redirect", false, icmp4(5)),
                Arguments.of("time exceeded", false, icmp4(11)),
                Arguments.of("parameter problem", false, icmp4(12)),
                Arguments.of("an ICMP type that nobody knows", false, icmp4(200)),
                Arguments.of("ICMP without its type", false, shortIcmp()),
                Arguments.of("to a group", false, to4("224.1.2.3")),
                Arguments.of("to everybody", false, to4("255.255.255.255")),
                Arguments.of("to a reserved address", false, to4("240.0.0.1")),
                Arguments.of("from nobody", false, from4("0.0.0.0")),
                Arguments.of("from this network", false, from4("0.1.2.3")),
                Arguments.of("from loopback", false, from4("127.0.0.1")),
                Arguments.of("from a group", false, from4("224.0.0.1")),
                Arguments.of("from everybody", false, from4("255.255.255.255")),
                Arguments.of(
                        "in a broadcast frame",
                        false,
                        Frames.udp4().macs(Frames.BROADCAST, Frames.X).build()),
                Arguments.of(
                        "in a group frame",
                        false,
                        Frames.udp6().macs(Frames.GROUP4, Frames.X).build()),
                Arguments.of("not IP", false, Frames.arpRequest(Frames.C1_4).build()),
                Arguments.of("IPv6 to a group", false, to6("ff02::1")),
                Arguments.of("IPv6 from ::", false, from6("::")),
                Arguments.of("IPv6 from ::1", false, from6("::1")),
                Arguments.of("IPv6 from a group", false, from6("ff02::1")),
                Arguments.of("IPv6 echo", true, behind(128)),
                Arguments.of("IPv6 unreachable", false, behind(1)),
                Arguments.of("IPv6 too big", false, behind(2)),
                Arguments.of("IPv6 redirect", false, behind(137)),
                Arguments.of("IPv6 echo behind extensions", true, behind(128, 0, 60, 43)),
                Arguments.of("IPv6 error behind extensions", false, behind(3, 0, 60, 43)),
                Arguments.of("IPv6 echo in a first fragment", true, behind(128, 44)),
                Arguments.of(
                        "IPv6 in another fragment", false, Frames.patch(behind(128, 44), 56, 0, 8)),
                Arguments.of(
                        "IPv6 with a cut extension",
                        false,
                        Frames.resize(behind(128, 0, 60), 54 + 12)),
                Arguments.of(
                        "IPv6 in a first fragment of several",
                        true,
                        Frames.patch(behind(128, 44), 56, 0, 1)),
                Arguments.of(
                        "a fragment header is 8 bytes whatever it says of its length",
                        false,
                        Frames.patch(behind(1, 44), 55, 1)),
                Arguments.of("IPv6 error behind a long extension", false, longExtension(1)),
                Arguments.of("IPv6 echo behind a long extension", true, longExtension(128)),
                Arguments.of(
                        "IPv6 with a whole extension and nothing behind it",
                        true,
                        Frames.patch(Frames.resize(behind(128, 0), 62), 54, 59)),
                Arguments.of(
                        "IPv6 with a cut extension before UDP",
                        false,
                        Frames.patch(Frames.resize(behind(128, 0), 61), 54, 17)),
                Arguments.of(
                        "IPv6 header alone", true, Frames.patch(Frames.resize(udp6, 54), 20, 59)),
                Arguments.of("half an IPv6 header", false, Frames.resize(udp6, 50)),
                Arguments.of("ICMPv6 without its type", false, Frames.resize(behind(128), 54)),
                Arguments.of(
                        "a tag cut off", false, Frames.resize(Frames.udp4().tag(0).build(), 16)),
                Arguments.of(
                        "an IPv4 header alone",
                        true,
                        Frames.patch(Frames.resize(udp4, 34), 16, 0, 20)),
                Arguments.of("to the first group address", false, to4("224.0.0.0")),
                Arguments.of("to the last address below the groups", true, to4("223.255.255.255")),
                Arguments.of("version 5", false, Frames.patch(udp4, 14, 0x55)),
                Arguments.of("header of 16 bytes", false, Frames.patch(udp4, 14, 0x44)),
                Arguments.of("length below header", false, Frames.patch(udp4, 16, 0, 19)),
                Arguments.of("half a header", false, Frames.resize(udp4, 30)),
                Arguments.of("no header", false, Frames.resize(udp4, 13)));
    }

    /** Behind an extension header of 16 bytes an ICMPv6 message of some type. */
    private static byte[] longExtension(int type) {
        final byte[] frame = Frames.patch(behind(0xEE, 60, 60), 55, 1);
        return Frames.patch(Frames.patch(frame, 54, 58), 70, type);
    }

    private static byte[] shortIcmp() {
        return Frames.resize(Frames.patch(icmp4(8), 16, 0, 20), 34);
    }

    private static byte[] to4(String address) {
        return Frames.udp4().ips(Frames.X4, address).build();
    }

    private static byte[] from4(String address) {
        return Frames.udp4().ips(address, Frames.C1_4).build();
    }

    private static byte[] to6(String address) {
        return Frames.udp6().ips(Frames.X6, address).build();
    }

    private static byte[] from6(String address) {
        return Frames.udp6().ips(address, Frames.C1_6).build();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("whoIsTold")
    void shouldTellOnlyWhoMayBeTold(String what, boolean told, byte[] frame) {
        assertEquals(told, mayTell(frame));
        if (frame.length > 20) {
            assertEquals(told, mayTell(Frames.split(frame, 3, 20)), "in segments");
        }
    }

    /** What was read before still stands behind a frame that is cut off; nobody is told by that. */
    @Test
    void shouldNotReadBehindTheFrame() {
        assertTrue(mayTell(behind(128)));
        assertFalse(mayTell(Frames.resize(behind(128), 54)), "ICMPv6 without its type");
        final byte[] tagged = Frames.udp4().tag(0).build();
        assertTrue(mayTell(tagged));
        assertFalse(mayTell(Frames.resize(tagged, 17)), "a cut tag");
        assertTrue(mayTell(Frames.udp6().build()));
        assertFalse(mayTell(Frames.resize(Frames.udp6().build(), 53)), "a cut IPv6 header");
    }

    @Test
    void shouldQuoteNoMoreThanWasThere() {
        final byte[] frame = Frames.resize(Frames.udp4().payload(new byte[200]).build(), 80);
        assertEquals(ICMP4_AT + 8 + 80 - 14, error(ErrorKind.NO_ROUTE, 0, frame).length);
    }

    @Test
    void shouldNameBothEndsOfThePacket() {
        for (byte[] frame : List.of(Frames.udp4().build(), Frames.udp6().build())) {
            final boolean four = frame[12] == 0x08;
            assertTrue(mayTell(frame));
            assertEquals(IpAddress.parse(four ? Frames.X4 : Frames.X6), frames.sender());
            assertEquals(IpAddress.parse(four ? Frames.C1_4 : Frames.C1_6), frames.destination());
            assertEquals(Frames.X, frames.senderMac());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void shouldSayWhatLinuxSays(ErrorKind kind, int code4, int type6, int code6) {
        final byte[] udp4 = Frames.udp4().build();
        final byte[] four = error(kind, 1400, udp4);
        assertEquals(3, four[ICMP4_AT]);
        assertEquals(code4, four[ICMP4_AT + 1]);
        assertEquals(
                kind == ErrorKind.TOO_BIG ? 1400 : 0, ByteBuffer.wrap(four).getInt(ICMP4_AT + 4));
        final byte[] six = error(kind, 70_000, Frames.udp6().build());
        assertEquals(type6, six[ICMP6_AT]);
        assertEquals(code6, six[ICMP6_AT + 1]);
        assertEquals(
                kind == ErrorKind.TOO_BIG ? 70_000 : 0, ByteBuffer.wrap(six).getInt(ICMP6_AT + 4));
    }

    static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of(ErrorKind.NO_ROUTE, 0, 1, 0),
                Arguments.of(ErrorKind.ROUTE_UNREACHABLE, 1, 1, 0),
                Arguments.of(ErrorKind.ROUTE_PROHIBIT, 13, 1, 1),
                Arguments.of(ErrorKind.NEIGHBOR_FAILED, 1, 1, 3),
                Arguments.of(ErrorKind.TOO_BIG, 4, 2, 0));
    }

    @Test
    void shouldQuoteAShortPacketWithoutItsTrailerAndAddressItToTheSender() {
        final byte[] packet = Frames.udp4().tag(0).options(4).build();
        final byte[] padded = Frames.resize(packet, packet.length + 9);
        final byte[] error = error(ErrorKind.NO_ROUTE, 0, Frames.split(padded, 20));
        assertEquals(ICMP4_AT + 8 + packet.length - 18, error.length);
        assertArrayEquals(
                Arrays.copyOfRange(packet, 18, packet.length),
                Arrays.copyOfRange(error, ICMP4_AT + 8, error.length));
        assertHeaders(error);
    }

    @Test
    void shouldQuoteAPacketOfIpv6WithoutItsTrailer() {
        final byte[] packet = Frames.udp6().payload(new byte[] {1, 2, 3, 4, 5}).build();
        final byte[] error =
                error(ErrorKind.NEIGHBOR_FAILED, 0, Frames.resize(packet, packet.length + 9));
        assertArrayEquals(
                Arrays.copyOfRange(packet, 14, packet.length),
                Arrays.copyOfRange(error, ICMP6_AT + 8, error.length));
        assertHeaders(error);
    }

    @Test
    void shouldFindAKindByItsNumberAgain() {
        for (ErrorKind kind : ErrorKind.values()) {
            assertTrue(kind.number() > 0, "0 means that nobody is told");
            assertEquals(kind, ErrorKind.of(kind.number()));
        }
    }

    @Test
    void shouldNotGrowBeyondWhatTheRfcsAllow() {
        final byte[] four =
                error(
                        ErrorKind.TOO_BIG,
                        1400,
                        Frames.split(Frames.udp4().payload(new byte[1472]).build(), 40, 700));
        assertEquals(14 + 576, four.length);
        assertHeaders(four);
        final byte[] six =
                error(
                        ErrorKind.TOO_BIG,
                        1400,
                        Frames.split(Frames.udp6().payload(new byte[1452]).build(), 60, 700));
        assertEquals(14 + 1280, six.length);
        assertHeaders(six);
    }

    private static void assertHeaders(byte[] error) {
        try (Arena arena = Arena.ofConfined()) {
            final long frame = arena.allocate(error.length).address();
            Memory.put(frame, error);
            final long ip = frame + 14;
            assertEquals(Frames.X, Memory.mac(frame));
            assertEquals(Frames.OWN, Memory.mac(frame + 6));
            if (Ipv4.version(ip) == 4) {
                assertEquals(error.length - 14, Ipv4.totalLength(ip));
                assertTrue(Ipv4.checksumValid(ip));
                assertTrue(Icmpv4.checksumValid(ip + 20, error.length - ICMP4_AT));
                assertEquals(ROUTER4.ipv4(), Ipv4.source(ip));
                assertEquals(IpAddress.parse(Frames.X4).ipv4(), Ipv4.destination(ip));
                assertEquals(0xC0, Memory.u8(ip + 1), "internetwork control");
            } else {
                assertEquals(error.length - ICMP6_AT, Ipv6.payloadLength(ip));
                assertTrue(Icmpv6.checksumValid(ip));
                assertEquals(ROUTER6.key1(), Ipv6.sourceLow(ip));
                assertEquals(IpAddress.parse(Frames.X6).key1(), Ipv6.destinationLow(ip));
            }
        }
    }

    @Test
    void shouldSayNothingWhereThePoolIsEmpty() {
        final long mbuf = pool.frame(Frames.udp4().build());
        assertTrue(frames.read(mbuf));
        final long[] all = new long[63];
        Arrays.setAll(all, i -> pool.allocate(60));
        assertEquals(0, frames.write(ErrorKind.NO_ROUTE, 0, ROUTER4, Frames.OWN, Frames.X));
        for (long taken : all) {
            pool.free(taken);
        }
        pool.free(mbuf);
    }

    @Test
    void shouldSurviveAnyBytes() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        final List<byte[]> seeds =
                KernelAnswers.frames().stream().map(KernelAnswers.Sent::bytes).toList();
        int told = 0;
        for (int i = 0; i < 20_000; i++) {
            final byte[] frame = mutate(seeds.get(random.nextInt(seeds.size())), random);
            final long mbuf = pool.frame(Frames.split(frame, random.nextInt(frame.length)));
            if (frames.read(mbuf)) {
                told++;
                final IpAddress source = frames.sender().isIpv4() ? ROUTER4 : ROUTER6;
                final ErrorKind kind = ErrorKind.values()[random.nextInt(5)];
                final long error = frames.write(kind, 1280, source, Frames.OWN, Frames.X);
                final byte[] bytes = pool.bytes(error);
                assertFalse(bytes.length > 14 + 1280, () -> "seed " + seed);
                assertFalse(mayTell(bytes), () -> "an error about an error, seed " + seed);
                pool.free(error);
            }
            pool.free(mbuf);
        }
        assertTrue(told > 1_000, "only " + told + " of the frames got that far");
    }

    private static byte[] mutate(byte[] seed, SplittableRandom random) {
        final byte[] frame =
                random.nextInt(4) == 0
                        ? Frames.resize(seed, 1 + random.nextInt(1600))
                        : seed.clone();
        for (int k = random.nextInt(4); k > 0; k--) {
            frame[random.nextInt(frame.length)] = (byte) random.nextInt();
        }
        return frame;
    }
}
