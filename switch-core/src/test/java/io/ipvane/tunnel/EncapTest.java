// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.BurstDrop;
import io.ipvane.memory.Memory;
import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import io.ipvane.tunnel.TunnelOptions.Checksum;
import io.ipvane.tunnel.TunnelOptions.DontFragment;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What outer headers look like: spec ENC-1 to ENC-13, and the kernel's packets, lines T. */
class EncapTest {
    private static final byte[] INNER = Frames.udp4().build();
    private static final int INHERIT = TunnelOptions.INHERIT;

    static TunnelOptions sending(int ttl, int tos, DontFragment df, Checksum checksum) {
        return sending(ttl, tos, df, checksum, 0, false);
    }

    static TunnelOptions sending(
            int ttl, int tos, DontFragment df, Checksum checksum, int label, boolean rfc6040) {
        return new TunnelOptions(
                4789, ttl, tos, df, label, checksum, false, true, rfc6040, false, 32768, 60999);
    }

    private static byte[] tos(int tos) {
        return Frames.patch(INNER, 15, tos);
    }

    /** Lines T1 to T3b: the same fields as the kernel's, but for the source port and the id. */
    @Test
    void shouldSendWhatTheKernelSends() {
        final TunnelOptions plain = sending(64, 0, DontFragment.UNSET, Checksum.OFF);
        check("T1 default", plain, tos(0));
        check("T2 ttl/tos", sending(7, 0x28, DontFragment.UNSET, Checksum.OFF), tos(0));
        check("T3 csum", sending(64, 0, DontFragment.UNSET, Checksum.ON), tos(0));
        check("T3b src", plain, tos(0));
    }

    private static void check(String name, TunnelOptions options, byte[] inner) {
        final String line =
                ObservedVxlan.lines().stream()
                        .filter(l -> l.startsWith("## " + name + " ("))
                        .findFirst()
                        .orElseThrow();
        try (Wrap wrap = new Wrap(false, options)) {
            final Wrap.Packet packet = wrap.of(inner);
            final int length = packet.ipLength() - inner.length + 86 - 36;
            final String fields =
                    "'v': 4, 'tos': %d, 'ttl': %d, 'df': %s, 'mf': False, 'off': %d, 'len': %d, "
                            .formatted(
                                    packet.tos(),
                                    packet.ttl(),
                                    packet.df() ? "True" : "False",
                                    packet.fragmentBits(),
                                    length);
            assertTrue(line.contains(fields), line + "\n" + fields);
            assertTrue(line.contains("'dp': " + packet.destinationPort()), line);
            assertTrue(
                    line.contains("'ck': '" + (packet.checksum() == 0 ? "0" : "set") + "'"), line);
            assertTrue(line.contains("'vx': '%016x'".formatted(packet.vxlan())), line);
        }
    }

    /** Lines T8: over IPv6 the kernel sends no checksum unless asked; ours does (spec F24). */
    @Test
    void shouldSendOverIpv6() {
        try (Wrap wrap =
                new Wrap(
                        true,
                        sending(9, 0x40, DontFragment.UNSET, Checksum.AUTO, 0xABCDE, false))) {
            final Wrap.Packet packet = wrap.of(tos(2));
            assertEquals(0x42, packet.tos());
            assertEquals(9, packet.ttl());
            assertEquals(0xABCDE, packet.label());
            assertEquals(70 + INNER.length - 14, packet.ipLength());
            assertEquals(16 + INNER.length, packet.udpLength());
            assertTrue(packet.checksum() != 0 && packet.isSumRight());
            assertArrayEquals(tos(2), packet.inner());
        }
        try (Wrap wrap = new Wrap(true, sending(9, 0, DontFragment.UNSET, Checksum.OFF))) {
            assertEquals(0, wrap.of(INNER).checksum());
        }
    }

    @Test
    void shouldAddressTheNextHopAndTheRemote() {
        try (Wrap wrap = new Wrap(false, TunnelOptions.DEFAULT)) {
            final Wrap.Packet packet = wrap.of(INNER);
            assertEquals("020000000a20" + "020000000001" + "0800", packet.macs());
            assertEquals("c000020a" + "c0000214", packet.ends());
            assertEquals(Wrap.UPLINK, wrap.encap.uplink());
            assertEquals(Split.TUNNEL, wrap.encap.tunnel());
            assertEquals(0x0800, wrap.encap.etherType());
        }
        try (Wrap wrap = new Wrap(true, TunnelOptions.DEFAULT)) {
            final Wrap.Packet packet = wrap.of(INNER);
            assertEquals("020000000a20" + "020000000001" + "86dd", packet.macs());
            assertEquals(
                    "20010db8000000000000000000000010" + "20010db8000000000000000000000020",
                    packet.ends());
            assertEquals(0x86DD, wrap.encap.etherType());
        }
    }

    @Test
    void shouldMakeTheInnerFrameTheRemotes() {
        final OuterHeader header = Wrap.header(true, TunnelOptions.DEFAULT);
        try (Wrap wrap = new Wrap(header, 0xFFFFFF, Frames.OTHER)) {
            final Wrap.Packet packet = wrap.of(INNER);
            assertEquals(0x0800_0000_FFFF_FF00L, packet.vxlan());
            assertArrayEquals(Frames.udp4().macs(Frames.OTHER, Frames.X).build(), packet.inner());
            assertTrue(packet.isSumRight());
            final byte[] group = Frames.arpRequest(Frames.C1_4).build();
            assertArrayEquals(group, wrap.of(group).inner());
        }
    }

    @Test
    void shouldDeriveCongestionMarksFromTheInnerPacket() {
        final int[] kernel = {0, 1, 2, 2};
        for (boolean rfc6040 : new boolean[] {false, true}) {
            for (boolean ipv6 : new boolean[] {false, true}) {
                final TunnelOptions options =
                        sending(64, 0x2B, DontFragment.UNSET, Checksum.AUTO, 0, rfc6040);
                try (Wrap wrap = new Wrap(ipv6, options)) {
                    for (int inner = 0; inner < 4; inner++) {
                        final int mark = rfc6040 ? inner : kernel[inner];
                        assertEquals(0x28 | mark, wrap.of(tos(0x88 | inner)).tos());
                        final byte[] six = Frames.udp6().build();
                        ByteBuffer.wrap(six).putShort(14, (short) (0x6000 | inner << 4));
                        assertEquals(0x28 | mark, wrap.of(six).tos());
                    }
                    assertEquals(0x28, wrap.of(Frames.ethernet(0x88B5, INNER).build()).tos());
                }
            }
        }
    }

    @Test
    void shouldInheritWhatIsAskedFor() {
        try (Wrap wrap =
                new Wrap(false, sending(INHERIT, INHERIT, DontFragment.INHERIT, Checksum.ON))) {
            final byte[] inner = Frames.udp4().ttl(9).fragment(0x4000).build();
            final Wrap.Packet packet = wrap.of(Frames.patch(inner, 15, 0x89));
            assertEquals(9, packet.ttl());
            assertEquals(0x89, packet.tos());
            assertTrue(packet.df());
            assertTrue(packet.isSumRight());
            assertFalse(wrap.of(INNER).df());
            final Wrap.Packet six = wrap.of(Frames.udp6().ttl(3).build());
            assertTrue(six.df(), "IPv6 is never fragmented on its way");
            assertEquals(3, six.ttl());
            final Wrap.Packet other = wrap.of(Frames.arpRequest(Frames.C1_4).build());
            assertEquals(64, other.ttl());
            assertEquals(0, other.tos());
            assertFalse(other.df());
            assertTrue(other.isSumRight());
        }
        try (Wrap wrap =
                new Wrap(true, sending(INHERIT, INHERIT, DontFragment.UNSET, Checksum.ON))) {
            final Wrap.Packet packet =
                    wrap.of(Frames.patch(Frames.udp4().ttl(9).build(), 15, 0x8B));
            assertEquals(9, packet.ttl());
            assertEquals(0x8A, packet.tos());
            assertTrue(packet.isSumRight());
        }
    }

    @Test
    void shouldLeaveTheInnerDontFragmentInside() {
        final byte[] fixed = Frames.udp4().fragment(0x4000).build();
        try (Wrap wrap = new Wrap(false, TunnelOptions.DEFAULT)) {
            assertFalse(wrap.of(fixed).df());
        }
        try (Wrap wrap = new Wrap(false, sending(64, 0, DontFragment.SET, Checksum.ON))) {
            assertTrue(wrap.of(INNER).df());
            assertTrue(wrap.of(INNER).isSumRight());
        }
    }

    @Test
    void shouldGiveEveryPacketAnIdentificationOfItsOwn() {
        try (Wrap wrap = new Wrap(false, TunnelOptions.DEFAULT)) {
            final Set<Integer> ids = new HashSet<>();
            for (int i = 0; i < 1000; i++) {
                final Wrap.Packet packet = wrap.of(INNER);
                assertTrue(packet.isSumRight());
                ids.add(packet.id());
            }
            assertEquals(1000, ids.size());
        }
    }

    @Test
    void shouldSumPayloadsOfEveryLengthAndShape() {
        for (boolean ipv6 : new boolean[] {false, true}) {
            try (Wrap wrap = new Wrap(ipv6, sending(64, 0, DontFragment.UNSET, Checksum.ON))) {
                for (int length = 0; length < 70; length++) {
                    final byte[] payload = new byte[length];
                    Arrays.fill(payload, (byte) (0xF0 + length));
                    final byte[] inner = Frames.udp4().payload(payload).build();
                    final Wrap.Packet packet = wrap.of(inner);
                    assertTrue(packet.isSumRight() && packet.checksum() != 0, "length " + length);
                    assertArrayEquals(inner, packet.inner());
                    for (int cut = 43; cut < inner.length; cut += 9) {
                        final Wrap.Packet again = wrap.of(Frames.split(inner, cut));
                        assertTrue(again.isSumRight(), length + " cut at " + cut);
                        assertArrayEquals(inner, again.inner());
                    }
                }
            }
        }
    }

    @Test
    void shouldSendAllOnesForASumOfZero() {
        try (Wrap wrap = new Wrap(true, TunnelOptions.DEFAULT)) {
            final byte[] inner = Frames.udp4().payload(new byte[2]).build();
            final int sum = wrap.of(inner).checksum();
            // Adding the checksum to the payload makes the sum of all zero.
            ByteBuffer.wrap(inner).putShort(42, (short) sum);
            assertEquals(0xFFFF, wrap.of(inner).checksum());
        }
    }

    @Test
    void shouldSumWhatAnUnfinishedInnerChecksumWillBe() {
        final byte[] done = Frames.udp6().payload(new byte[] {1, 2, 3, 4, 5}).build();
        final byte[] begun = done.clone();
        final byte[] ends = Arrays.copyOfRange(done, 22, 54);
        final int pseudo = Outer.sum(ends, 32, 17 + done.length - 54);
        ByteBuffer.wrap(begun).putShort(60, (short) pseudo);
        try (Wrap wrap = new Wrap(true, TunnelOptions.DEFAULT)) {
            final int right = wrap.of(done).checksum();
            final long mbuf = wrap.pool.frame(begun);
            wrap.pool.leaveChecksum(mbuf, 54, 60);
            wrap.encap.look(wrap.parse(mbuf));
            assertEquals(Encap.DONE, wrap.encap.put(mbuf, Wrap.PLACE));
            final Wrap.Packet packet = new Wrap.Packet(wrap.pool.bytes(mbuf), true);
            assertEquals(right, packet.checksum());
            assertArrayEquals(begun, packet.inner());
            assertEquals(54 + 70, wrap.pool.unfinishedFrom(mbuf));
            assertEquals(60 + 70, wrap.pool.unfinishedField(mbuf));
            wrap.pool.free(mbuf);
        }
    }

    @Test
    void shouldRefuseWhatDoesNotFitTheUplink() {
        for (boolean ipv6 : new boolean[] {false, true}) {
            try (Wrap wrap = new Wrap(ipv6, TunnelOptions.DEFAULT)) {
                final int fits = ipv6 ? 1430 : 1450;
                final byte[] inner = Frames.udp4().payload(new byte[fits - 28]).build();
                assertEquals(fits + 14, inner.length);
                assertEquals(1500, wrap.of(inner).ipLength());
                assertEquals(fits, wrap.encap.innerMtu());
                final byte[] longer = Frames.udp4().payload(new byte[fits - 27]).build();
                final long mbuf = wrap.pool.frame(longer);
                wrap.encap.look(wrap.parse(mbuf));
                assertEquals(TunnelDrop.TX_TOO_BIG.number(), wrap.encap.put(mbuf, Wrap.PLACE));
                assertArrayEquals(longer, wrap.pool.bytes(mbuf));
                assertEquals(fits, wrap.encap.innerMtu());
                wrap.pool.free(mbuf);
            }
        }
    }

    @Test
    void shouldRefuseAFrameWithoutRoomInFront() {
        try (Wrap wrap = new Wrap(false, TunnelOptions.DEFAULT)) {
            final long mbuf = wrap.pool.frame(INNER);
            wrap.encap.look(wrap.parse(mbuf));
            for (int i = 0; i < 2; i++) {
                assertEquals(Encap.DONE, wrap.encap.put(mbuf, Wrap.PLACE));
            }
            assertEquals(BurstDrop.HEADERS_SPLIT.number(), wrap.encap.put(mbuf, Wrap.PLACE));
            wrap.pool.free(mbuf);
        }
    }

    @Test
    void shouldSayWhoIsToBeResolved() {
        final IpAddress gateway = IpAddress.parse("192.0.2.1");
        final OuterHeader known = Wrap.header(false, TunnelOptions.DEFAULT);
        final OuterHeader unknown =
                new OuterHeader(
                        known.tunnel(),
                        known.uplink(),
                        known.uplinkMtu(),
                        known.local(),
                        known.remote(),
                        gateway,
                        known.sourceMac(),
                        OuterHeader.UNRESOLVED,
                        known.options());
        try (Wrap wrap = new Wrap(unknown, 42, 0)) {
            final long mbuf = wrap.pool.frame(INNER);
            wrap.encap.look(wrap.parse(mbuf));
            assertEquals(Encap.UNRESOLVED, wrap.encap.put(mbuf, Wrap.PLACE));
            assertEquals(gateway.key0(), wrap.encap.nextHop0());
            assertEquals(0, Memory.mac(wrap.pool.data(mbuf)), "to be written when it is known");
            wrap.pool.free(mbuf);
        }
    }

    @Test
    void shouldPutHeadersInFrontOfEachCopy() {
        try (Wrap wrap = new Wrap(false, TunnelOptions.DEFAULT)) {
            final byte[] inner = Frames.udp4().payload(new byte[1000]).build();
            final long mbuf = wrap.pool.frame(inner);
            wrap.encap.look(wrap.parse(mbuf));
            final Set<Integer> ports = new HashSet<>();
            for (int i = 0; i < 5; i++) {
                final long copy = wrap.pool.replicate(mbuf);
                assertEquals(Encap.DONE, wrap.encap.put(copy, Wrap.PLACE));
                final Wrap.Packet packet = new Wrap.Packet(wrap.pool.bytes(copy), false);
                assertArrayEquals(inner, packet.inner());
                ports.add(packet.sourcePort());
                wrap.pool.free(copy);
            }
            assertEquals(1, ports.size());
            assertArrayEquals(inner, wrap.pool.bytes(mbuf));
            wrap.pool.free(mbuf);
        }
    }

    @Test
    void shouldRefuseOptionsThatNoHeaderCanSay() {
        for (int ttl : new int[] {-2, 0, 256}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> sending(ttl, 0, DontFragment.SET, Checksum.ON));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> sending(1, 256, DontFragment.SET, Checksum.ON));
        assertThrows(
                IllegalArgumentException.class,
                () -> sending(1, 0, DontFragment.SET, Checksum.ON, 1 << 20, false));
        try (Arena arena = Arena.ofConfined()) {
            final long slot = arena.allocate(PreparedHeader.BYTES, 8).address();
            Wrap.header(true, TunnelOptions.DEFAULT).write(slot);
            assertEquals(70, PreparedHeader.length(slot));
        }
    }
}
