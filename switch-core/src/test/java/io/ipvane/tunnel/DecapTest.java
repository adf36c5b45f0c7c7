// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.testing.Frames;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What comes out of a tunnel and what does not: spec DEC-1 to DEC-12, MD-1, EXT-1 and EXT-2. */
class DecapTest {
    private static final byte[] INNER = Frames.udp4().build();

    private Split split = new Split(Split.tunnel(TunnelOptions.DEFAULT));

    @AfterEach
    void close() {
        split.close();
    }

    private void options(TunnelOptions options) {
        split.close();
        split = new Split(Split.tunnel(options));
    }

    private static TunnelOptions receiving(boolean gbp, boolean strict, boolean zeroChecksum6) {
        final TunnelOptions o = TunnelOptions.DEFAULT;
        return new TunnelOptions(
                o.port(),
                o.ttl(),
                o.tos(),
                o.df(),
                o.label(),
                o.checksum(),
                gbp,
                strict,
                false,
                zeroChecksum6,
                o.firstSourcePort(),
                o.lastSourcePort());
    }

    private void shouldTake(String what, byte[] frame, byte[] inner) {
        assertEquals("in", split.fate(frame), what);
        assertArrayEquals(inner, split.came.getFirst().bytes(), what);
        // The same in segments of every size of the first one, as a device may give it.
        for (int cut = 15; cut < Math.min(frame.length, 150); cut += 7) {
            assertEquals("in", split.fate(Frames.split(frame, cut)), what + " cut at " + cut);
            assertArrayEquals(inner, split.came.getFirst().bytes(), what + " cut at " + cut);
        }
    }

    @Test
    void shouldTakeWhatAPeerSends() {
        shouldTake("ipv4", Outer.v4().around(INNER), INNER);
        shouldTake("ipv6", Outer.v6().around(INNER), INNER);
        assertEquals(Split.PLACE_42, split.came.getFirst().place());
        assertEquals("in", split.fate(Outer.v4().vni(0).around(INNER)));
        assertEquals(4, split.came.getFirst().place());
        assertEquals("in", split.fate(Outer.v4().vni(0xFFFFFF).around(INNER)));
        assertEquals(8, split.came.getFirst().place());
        assertEquals("vni_unknown", split.fate(Outer.v4().vni(41).around(INNER)));
    }

    @Test
    void shouldTakeWhatIsOddButRight() {
        final Outer options = Outer.v4();
        options.options = new byte[] {1, 1, 1, 0};
        shouldTake("options", options.around(INNER), INNER);
        options.options = new byte[40];
        shouldTake("40 bytes of options", options.around(INNER), INNER);
        final Outer outer = Outer.v4();
        outer.ttl = 1;
        outer.id = 0;
        outer.fragment = 0x4000;
        outer.source = "198.51.100.77";
        for (int port : new int[] {0, 4789, 65535}) {
            outer.sourcePort = port;
            shouldTake("source port " + port, outer.around(INNER), INNER);
        }
        outer.behindIp = new byte[60];
        shouldTake("padding behind IP", outer.around(INNER), INNER);
        outer.behindUdp = "JUNK".repeat(5).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        shouldTake("bytes behind UDP", outer.around(INNER), INNER);
        outer.checksum = Outer.RIGHT;
        shouldTake("bytes behind UDP, which has a checksum", outer.around(INNER), INNER);
        shouldTake(
                "padding inside",
                Outer.v4().around(Frames.resize(INNER, 90)),
                Frames.resize(INNER, 90));
        final byte[] arp = Frames.arpRequest(Frames.C1_4).build();
        assertEquals(42, arp.length);
        shouldTake("ARP of 42 bytes", Outer.v4().around(arp), arp);
        final byte[] tagged = Frames.udp4().tag(0).build();
        shouldTake("priority tag inside", Outer.v4().around(tagged), tagged);
        final byte[] other = Frames.ethernet(0x88B5, new byte[0]).build();
        assertEquals(14, other.length);
        assertEquals("in", split.fate(Outer.v4().around(other)), "an inner header and no more");
        for (long source : new long[] {0, 0x0100_0000_0000L, Frames.BROADCAST}) {
            final byte[] inner = Frames.udp4().macs(Frames.OWN, source).build();
            shouldTake("any inner source", Outer.v4().around(inner), inner);
        }
    }

    @Test
    void shouldTakeExtensionHeadersOfIpv6() {
        final Outer outer = Outer.v6();
        outer.label = 0xABCDE;
        outer.tos = 0xB8;
        outer.ttl = 1;
        outer.extensionBytes = new byte[] {17, 0, 1, 4, 0, 0, 0, 0};
        for (int header : new int[] {0, 43, 60}) {
            outer.extension = header;
            shouldTake("extension " + header, outer.around(INNER), INNER);
        }
        outer.extension = 44;
        outer.extensionBytes = new byte[] {17, 0, 0, 0, 0, 0, 0, 9};
        shouldTake("a fragment that is the whole packet", outer.around(INNER), INNER);
        outer.extensionBytes = new byte[] {17, 0, 0, 1, 0, 0, 0, 9};
        assertEquals("vxlan_fragment", split.fate(outer.around(INNER)));
        outer.extensionBytes = new byte[] {17, 0, 1, 0, 0, 0, 0, 9};
        assertEquals("stays", split.fate(outer.around(INNER)), "a later fragment");
        outer.extension = 0;
        outer.extensionBytes = new byte[] {17, (byte) 0xFF, 1, 4, 0, 0, 0, 0};
        assertEquals("stays", split.fate(outer.around(INNER)), "an extension without end");
    }

    @Test
    void shouldLeaveWhatIsForNoTunnel() {
        final Outer outer = Outer.v4();
        outer.destinationPort = 4790;
        assertEquals("stays", split.fate(outer.around(INNER)));
        final Outer elsewhere = Outer.v4();
        elsewhere.destination = "192.0.2.11";
        assertEquals("stays", split.fate(elsewhere.around(INNER)));
        final Outer otherMac = Outer.v4();
        otherMac.destinationMac = Frames.OTHER;
        assertEquals("stays", split.fate(otherMac.around(INNER)));
        final Outer later = Outer.v4();
        later.fragment = 0x0010;
        assertEquals("stays", split.fate(later.around(INNER)));
        assertArrayEquals(later.around(INNER), split.stayed.getFirst());
    }

    @Test
    void shouldDropAFirstFragmentAndCountIt() {
        final Outer first = Outer.v4();
        first.fragment = 0x2000;
        assertEquals("vxlan_fragment", split.fate(first.around(INNER)));
    }

    @Test
    void shouldRefuseEachReservedBitAlone() {
        int reserved = 0;
        for (int bit = 0; bit < 64; bit++) {
            final Outer outer = Outer.v4();
            outer.vxlan ^= 1L << bit;
            final boolean ofVni = bit >= 8 && bit < 32;
            final String fate = split.fate(outer.around(INNER));
            if (bit == 59) {
                assertEquals("vxlan_flags", fate);
            } else if (!ofVni) {
                reserved++;
                assertEquals("vxlan_reserved", fate, "bit " + bit);
            }
        }
        assertEquals(39, reserved);
        assertEquals(39, split.drops().get("vxlan_reserved"));
    }

    @Test
    void shouldIgnoreReservedBitsByOption() {
        options(receiving(false, false, false));
        for (int bit = 0; bit < 64; bit++) {
            final Outer outer = Outer.v4();
            outer.vxlan |= bit >= 8 && bit < 32 ? 0 : 1L << bit;
            assertEquals("in", split.fate(outer.around(INNER)), "bit " + bit);
        }
        final Outer outer = Outer.v4();
        outer.vxlan = 0xF7FF_FFFF_0000_2AFFL;
        assertEquals("vxlan_flags", split.fate(outer.around(INNER)));
    }

    @Test
    void shouldTakeGroupPolicyAsTheKernelDoes() {
        options(receiving(true, true, false));
        for (int word : new int[] {0x08000000, 0x88000005, 0x88481234, 0x08000005, 0x88800000}) {
            final Outer outer = Outer.v4();
            outer.vxlan = (long) word << 32 | 42 << 8;
            assertEquals("in", split.fate(outer.around(INNER)), Integer.toHexString(word));
            final boolean group = word < 0;
            final Split.Meta meta = split.came.getFirst().meta();
            assertEquals(group ? word & 0xFFFFFF : 0, meta.gbp());
            assertEquals(group, (meta.flags() & MetaFlags.GROUP) != 0);
        }
        final Outer outer = Outer.v4();
        outer.vxlan |= 1L << 62;
        assertEquals("vxlan_reserved", split.fate(outer.around(INNER)));
    }

    @Test
    void shouldCheckTheOuterChecksum() {
        final Outer four = Outer.v4();
        four.checksum = Outer.RIGHT;
        shouldTake("right", four.around(INNER), INNER);
        shouldTake("odd length", four.around(Frames.resize(INNER, 77)), Frames.resize(INNER, 77));
        final byte[] right = four.around(INNER);
        final int sum = ByteBuffer.wrap(right).getShort(40) & 0xFFFF;
        four.checksum = sum % 0xFFFF + 1;
        assertEquals("vxlan_csum", split.fate(four.around(INNER)));
        for (int i = 26; i < right.length; i++) {
            final byte[] wrong = right.clone();
            wrong[i] ^= 0x10;
            final boolean unseen = (i >= 30 && i < 34) || (i >= 36 && i < 40);
            if (!unseen) {
                assertEquals("vxlan_csum", split.fate(wrong), "byte " + i);
            }
        }
        final byte[] header = Outer.v4().around(INNER);
        header[25] ^= 1;
        assertEquals("vxlan_csum", split.fate(header), "of IP");
        final Outer six = Outer.v6();
        six.checksum = 0;
        assertEquals("vxlan_csum", split.fate(six.around(INNER)));
        six.checksum = 0x1234;
        assertEquals("vxlan_csum", split.fate(six.around(INNER)));
        options(receiving(false, true, true));
        six.checksum = 0;
        shouldTake("zero over IPv6", six.around(INNER), INNER);
        six.checksum = 0x1234;
        assertEquals("vxlan_csum", split.fate(six.around(INNER)));
    }

    @Test
    void shouldTrustTheSumThatASenderHereLeftToTheDevice() {
        final Outer outer = Outer.v4();
        outer.checksum = 0x1234;
        final long mbuf = split.add(outer.around(INNER));
        split.pool.leaveChecksum(mbuf, 34, 40);
        split.look = inner -> assertFalse(split.pool.checksumPending(inner.mbuf(0)));
        split.run();
        assertArrayEquals(INNER, split.came.getFirst().bytes());
    }

    @Test
    void shouldKeepAnUnfinishedInnerChecksum() {
        // The outer sum is right for what the frame will be when the inner one is finished.
        final byte[] done = Frames.udp4().payload(new byte[] {1, 2, 3, 4, 5}).build();
        final ByteBuffer pseudo = ByteBuffer.allocate(8);
        pseudo.put(done, 26, 8);
        final byte[] begun = done.clone();
        final int length = done.length - 34;
        final int begin = Outer.sum(pseudo.array(), 8, 17 + length);
        ByteBuffer.wrap(begun).putShort(40, (short) begin);
        final byte[] transport = Arrays.copyOfRange(begun, 34, begun.length);
        final int finished = ~Outer.sum(transport, length, 0) & 0xFFFF;
        ByteBuffer.wrap(done).putShort(40, (short) finished);
        final Outer outer = Outer.v6();
        final byte[] right = outer.around(done);
        outer.checksum = ByteBuffer.wrap(right).getShort(60) & 0xFFFF;
        final long mbuf = split.add(outer.around(begun));
        split.pool.leaveChecksum(mbuf, 70 + 34, 70 + 40);
        split.look =
                inner -> {
                    assertEquals(34, split.pool.unfinishedFrom(inner.mbuf(0)));
                    assertEquals(40, split.pool.unfinishedField(inner.mbuf(0)));
                };
        split.run();
        assertEquals(Map.of(), split.drops());
        assertArrayEquals(begun, split.came.getFirst().bytes());
        split.pool.leaveChecksum(split.add(outer.around(done)), 70 + 34, 70 + 40);
        split.look = inner -> {};
        split.run();
        assertEquals(Map.of("vxlan_csum", 1L), split.drops());
    }

    @Test
    void shouldPassAFrameOnWholeThatIsStillToBeSplit() {
        final byte[] inner = new byte[3000];
        System.arraycopy(INNER, 0, inner, 0, INNER.length);
        ByteBuffer.wrap(inner).putShort(16, (short) (inner.length - 14));
        final Outer outer = Outer.v4();
        outer.checksum = 0x4321; // of a segment's pseudo header, as the kernel leaves it
        final long mbuf = split.add(outer.around(inner));
        split.pool.leaveChecksum(mbuf, 84, 100);
        split.pool.longest(mbuf, 1500);
        split.look = burst -> assertEquals(1450, split.pool.longest(burst.mbuf(0)));
        split.run();
        assertArrayEquals(inner, split.came.getFirst().bytes());
        split.look = burst -> {};
        final long several = split.add(outer.around(inner));
        split.pool.leaveChecksum(several, 34, 40);
        split.pool.longest(several, 1500);
        split.run();
        assertEquals(Map.of("vxlan_fragment", 1L), split.drops());
    }

    @Test
    void shouldDropWhatIsShortOrLies() {
        assertEquals("vxlan_short", split.fate(Outer.v4().raw(new byte[4])));
        assertEquals("vxlan_short", split.fate(Outer.v4().raw(new byte[0])));
        assertEquals("vxlan_short", split.fate(Outer.v4().around(new byte[13])));
        assertEquals("vxlan_short", split.fate(Outer.v4().around(Frames.resize(INNER, 14))));
        assertEquals("vxlan_short", split.fate(Outer.v4().around(Frames.resize(INNER, 33))));
        assertEquals("in", split.fate(Outer.v4().around(Frames.resize(INNER, 34))));
        final byte[] six = Frames.udp6().build();
        assertEquals("vxlan_short", split.fate(Outer.v4().around(Frames.resize(six, 53))));
        assertEquals("in", split.fate(Outer.v4().around(Frames.resize(six, 54))));
        final byte[] tagged = Frames.udp4().tag(7).build();
        assertEquals("vxlan_short", split.fate(Outer.v4().around(Frames.resize(tagged, 17))));
        assertEquals("vxlan_short", split.fate(Outer.v4().around(Frames.resize(tagged, 37))));
        for (int off : new int[] {1, 100, 60000}) {
            final Outer lies = Outer.v4();
            lies.udpLengthOff = off;
            assertEquals("vxlan_short", split.fate(lies.around(INNER)), "UDP longer by " + off);
        }
        final Outer zero = Outer.v4();
        zero.udpLengthOff = -(16 + INNER.length);
        assertEquals("vxlan_short", split.fate(zero.around(INNER)), "UDP length 0");
        final Outer cut = Outer.v4();
        cut.totalLengthOff = 8;
        assertEquals("stays", split.fate(cut.around(INNER)), "parse has refused it");
    }

    @Test
    void shouldFoldCongestionIntoTheInnerHeader() {
        for (int outer = 0; outer < 4; outer++) {
            for (int inner = 0; inner < 4; inner++) {
                for (boolean over6 : new boolean[] {false, true}) {
                    checkCongestion(over6, outer, inner);
                }
            }
        }
    }

    private void checkCongestion(boolean over6, int outer, int inner) {
        final String what = "over6=" + over6 + " outer=" + outer + " inner=" + inner;
        final Outer around = over6 ? Outer.v6() : Outer.v4();
        around.tos = 0x88 | outer;
        final int after = EcnRules.decapsulated(outer, inner);
        final byte[] four = withTos4(Frames.udp4().build(), 14, 0x28 | inner);
        final byte[] six = withTos6(Frames.udp6().build(), 14, 0x28 | inner);
        final byte[] tagged = withTos4(Frames.udp4().tag(0).build(), 18, 0x28 | inner);
        final byte[] other = Frames.ethernet(0x88B5, four).build();
        assertEquals("in", split.fate(around.around(other)), what);
        assertArrayEquals(other, split.came.getFirst().bytes(), what);
        if (after == EcnRules.DROP) {
            for (byte[] frame : List.of(four, six, tagged)) {
                assertEquals("vxlan_ecn", split.fate(around.around(frame)), what);
            }
            return;
        }
        shouldTake(what, around.around(four), withTos4(four, 14, 0x28 | after));
        shouldTake(what, around.around(six), withTos6(six, 14, 0x28 | after));
        shouldTake(what, around.around(tagged), withTos4(tagged, 18, 0x28 | after));
    }

    /** The same frame with another type of service, header checksum right. */
    private static byte[] withTos4(byte[] frame, int ip, int tos) {
        final byte[] out = frame.clone();
        out[ip + 1] = (byte) tos;
        final ByteBuffer buffer = ByteBuffer.wrap(out).putShort(ip + 10, (short) 0);
        final byte[] header = Arrays.copyOfRange(out, ip, ip + 20);
        buffer.putShort(ip + 10, (short) ~Outer.sum(header, 20, 0));
        return out;
    }

    private static byte[] withTos6(byte[] frame, int ip, int trafficClass) {
        final byte[] out = frame.clone();
        ByteBuffer.wrap(out).putShort(ip, (short) (0x6000 | trafficClass << 4));
        return out;
    }

    @Test
    void shouldDropWhatComesBack() {
        final Outer four = Outer.v4();
        four.source = Outer.LOCAL4;
        assertEquals("vxlan_loop", split.fate(four.around(INNER)));
        final Outer six = Outer.v6();
        six.source = Outer.LOCAL6;
        assertEquals("vxlan_loop", split.fate(six.around(INNER)));
        split.close();
        split = new Split(Split.tunnel(TunnelOptions.DEFAULT, Frames.OTHER, null));
        assertEquals("in", split.fate(Outer.v4().around(INNER)));
        final byte[] own = Frames.udp4().macs(Frames.OWN, Frames.OTHER).build();
        assertEquals("vxlan_loop", split.fate(Outer.v4().around(own)));
    }

    @Test
    void shouldTakeOnlyWhatAllowedPeersSend() {
        final PeerFilter peers =
                new PeerFilter(
                        List.of(
                                IpPrefix.parse("192.0.2.16/29"),
                                IpPrefix.parse("2001:db8::20/128")));
        split.close();
        split = new Split(Split.tunnel(TunnelOptions.DEFAULT, Tunnel.ANY_MAC, peers));
        assertEquals("in", split.fate(Outer.v4().around(INNER)));
        assertEquals("in", split.fate(Outer.v6().around(INNER)));
        final Outer four = Outer.v4();
        four.source = "192.0.2.24";
        assertEquals("peer_not_allowed", split.fate(four.around(INNER)));
        final Outer six = Outer.v6();
        six.source = "2001:db8::21";
        assertEquals("peer_not_allowed", split.fate(six.around(INNER)));
    }

    @Test
    void shouldTakeOnlyWhatRemotesSend() {
        final PeerFilter remotes = new PeerFilter(Split.ENDS, Split.TUNNEL);
        split.close();
        split = new Split(Split.tunnel(TunnelOptions.DEFAULT, Tunnel.ANY_MAC, remotes));
        assertEquals("in", split.fate(Outer.v4().around(INNER)));
        assertEquals("in", split.fate(Outer.v6().around(INNER)));
        final Outer four = Outer.v4();
        four.source = "192.0.2.21";
        assertEquals("peer_not_allowed", split.fate(four.around(INNER)));
        final Outer six = Outer.v6();
        six.source = "2001:db8::21";
        assertEquals("peer_not_allowed", split.fate(six.around(INNER)));
    }

    @Test
    void shouldSayWhatTheOuterHeadersSaid() {
        final Outer four = Outer.v4();
        four.tos = 0x88;
        four.ttl = 33;
        four.fragment = 0x4000;
        split.fate(four.around(INNER));
        assertEquals(
                new Split.Meta(
                        42,
                        IpAddress.parse(Outer.PEER4).key0(),
                        0,
                        IpAddress.parse(Outer.LOCAL4).key0(),
                        0,
                        MetaFlags.KEY | MetaFlags.DONT_FRAGMENT,
                        0,
                        0,
                        40000,
                        4789,
                        0x88,
                        33),
                split.came.getFirst().meta());
        final Outer six = Outer.v6().vni(0xABCDEF);
        six.tos = 0x40;
        six.label = 0x12345;
        split.fate(six.around(INNER));
        final IpAddress peer = IpAddress.parse(Outer.PEER6);
        final IpAddress local = IpAddress.parse(Outer.LOCAL6);
        assertEquals(
                new Split.Meta(
                        0xABCDEF,
                        peer.key0(),
                        peer.key1(),
                        local.key0(),
                        local.key1(),
                        MetaFlags.KEY | MetaFlags.CHECKSUM | MetaFlags.IPV6,
                        0x12345,
                        0,
                        40000,
                        4789,
                        0x40,
                        64),
                split.came.getFirst().meta());
    }

    @Test
    void shouldMakeABurstOfEachVniAndKeepItsOrder() {
        final int[] sizes = new int[16];
        split.look = inner -> sizes[inner.ingress] += inner.size;
        final byte[] plain = Frames.udp4().build();
        for (int i = 0; i < 64; i++) {
            if (i % 4 == 3) {
                split.add(plain);
            } else {
                final Outer outer = (i & 1) == 0 ? Outer.v4() : Outer.v6();
                split.add(outer.vni(i % 4 == 2 ? 43 : 42).around(numbered(i)));
            }
        }
        split.run();
        assertEquals(32, sizes[Split.PLACE_42]);
        assertEquals(16, sizes[6]);
        assertEquals(16, split.stayed.size());
        int last = -1;
        for (Split.Inner inner : split.came) {
            final int number = inner.bytes()[42];
            assertEquals(number % 4 == 2 ? 6 : Split.PLACE_42, inner.place());
            assertEquals(number % 4 == 2 ? 43 : 42, inner.meta().id());
            assertArrayEquals(numbered(number), inner.bytes());
            assertTrue(number > last || (inner.place() == 6 && number == 2));
            last = number;
        }
    }

    private static byte[] numbered(int i) {
        return Frames.udp4().payload(new byte[] {(byte) i, 1, 2, 3}).build();
    }

    @Test
    void shouldNotTouchTheLineOfMetadataThatNobodyAsksFor() {
        final Tunnel asked = Split.tunnel(TunnelOptions.DEFAULT);
        split.close();
        split =
                new Split(
                        new Tunnel(
                                Split.TUNNEL,
                                List.of(IpAddress.parse(Outer.LOCAL4)),
                                TunnelOptions.DEFAULT,
                                Tunnel.ANY_MAC,
                                null,
                                asked.vnis,
                                Split.ENDS,
                                false));
        assertEquals("in", split.fate(Outer.v4().around(INNER)));
        assertNull(split.came.getFirst().meta());
    }
}
