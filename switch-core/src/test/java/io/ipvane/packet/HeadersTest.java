// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.memory.Memory;
import io.ipvane.testing.Frames;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Every header: what is written is read back, byte for byte what {@link Frames} builds without
 * these accessors, and nothing beyond the header is touched.
 */
class HeadersTest {
    private static final int SOURCE4 = 0x0A0000FE;
    private static final int DESTINATION4 = 0x0A00000B;
    private static final long HIGH = 0xFD00_0000_0000_0000L;

    @Test
    void shouldWriteAndReadEthernet() {
        final byte[] expected = Frames.ethernet(0x88B5, new byte[0]).build();
        try (Scratch memory = new Scratch(Ethernet.LENGTH)) {
            final long eth = memory.address;
            Ethernet.write(eth, Frames.OWN, Frames.X, 0x88B5);
            assertArrayEquals(expected, memory.bytes());
            assertEquals(Frames.OWN, Ethernet.destination(eth));
            assertEquals(Frames.X, Ethernet.source(eth));
            assertEquals(0x88B5, Ethernet.type(eth));
            Ethernet.putDestination(eth, Frames.OTHER);
            Ethernet.putSource(eth, Frames.BROADCAST);
            final Frames changed = Frames.ethernet(0x88B5, new byte[0]);
            assertArrayEquals(changed.macs(Frames.OTHER, Frames.BROADCAST).build(), memory.bytes());
        }
    }

    @Test
    void shouldWriteAndReadVlanTags() {
        try (Scratch memory = new Scratch(Frames.udp4().tag(0xE123).build())) {
            final long tag = memory.address + Ethernet.LENGTH;
            assertTrue(Vlan.isTag(Ethernet.type(memory.address)));
            assertEquals(0x123, Vlan.vid(tag));
            assertEquals(7, Vlan.priority(tag));
            assertEquals(Ethernet.TYPE_IPV4, Vlan.type(tag));
            final byte[] before = memory.bytes();
            Vlan.write(tag, 7, 0x123, Ethernet.TYPE_IPV4);
            assertArrayEquals(before, memory.bytes());
        }
        try (Scratch memory = new Scratch(Vlan.LENGTH)) {
            Vlan.write(memory.address, 5, 0xFABC, 0x88B5);
            assertArrayEquals(
                    new byte[] {(byte) 0xAA, (byte) 0xBC, (byte) 0x88, (byte) 0xB5},
                    memory.bytes());
        }
        assertTrue(Vlan.isTag(0x88A8));
        assertFalse(Vlan.isTag(Ethernet.TYPE_IPV4));
    }

    @Test
    void shouldWriteAndReadArp() {
        final byte[] expected = l3(Frames.arpReply(Frames.C1_4).build(), Arp.LENGTH);
        try (Scratch memory = new Scratch(Arp.LENGTH)) {
            final long arp = memory.address;
            Arp.write(arp, Arp.REPLY, Frames.X, SOURCE4, Frames.OWN, DESTINATION4);
            assertArrayEquals(expected, memory.bytes());
            assertTrue(Arp.isEthernetIpv4(arp));
            assertEquals(Arp.REPLY, Arp.operation(arp));
            assertEquals(Frames.X, Arp.senderMac(arp));
            assertEquals(SOURCE4, Arp.sender(arp));
            assertEquals(Frames.OWN, Arp.targetMac(arp));
            assertEquals(DESTINATION4, Arp.target(arp));
            Arp.putSenderMac(arp, Frames.OTHER);
            assertEquals(Frames.OTHER, Arp.senderMac(arp));
            assertEquals(SOURCE4, Arp.sender(arp));
            Arp.putTargetMac(arp, Frames.X);
            assertEquals(Frames.X, Arp.targetMac(arp));
            assertEquals(Frames.OTHER, Arp.senderMac(arp));
            assertEquals(DESTINATION4, Arp.target(arp));
        }
    }

    @Test
    void shouldRefuseArpOfOtherTypesAndLengths() {
        final byte[] arp = l3(Frames.arpRequest(Frames.C1_4).build(), Arp.LENGTH);
        for (int at = 0; at < 6; at++) {
            try (Scratch memory = new Scratch(Frames.patch(arp, at, arp[at] + 1))) {
                assertFalse(Arp.isEthernetIpv4(memory.address), "byte " + at);
            }
        }
    }

    @Test
    void shouldWriteAndReadIpv4() {
        final byte[] frame = Frames.udp4().fragment(0x4000).build();
        final byte[] expected = Frames.patch(l3(frame, Ipv4.MIN_LENGTH), 4, 0, 0);
        try (Scratch memory = new Scratch(Ipv4.MIN_LENGTH)) {
            final long ip = memory.address;
            Ipv4.write(ip, 36, Ipv4.PROTOCOL_UDP, 64, SOURCE4, DESTINATION4);
            assertTrue(Ipv4.checksumValid(ip));
            // Frames numbers its packets 1, we number ours 0: the checksum differs by that.
            final int checksum = (expected[10] & 0xFF) << 8 | (expected[11] & 0xFF);
            assertEquals(checksum + 1, Ipv4.checksum(ip));
            assertArrayEquals(
                    Frames.patch(expected, 10, (checksum + 1) >>> 8, checksum + 1), memory.bytes());
            assertEquals(4, Ipv4.version(ip));
            assertEquals(20, Ipv4.headerLength(ip));
            assertEquals(36, Ipv4.totalLength(ip));
            assertEquals(64, Ipv4.ttl(ip));
            assertEquals(Ipv4.PROTOCOL_UDP, Ipv4.protocol(ip));
            assertEquals(SOURCE4, Ipv4.source(ip));
            assertEquals(DESTINATION4, Ipv4.destination(ip));
            assertTrue(Ipv4.dontFragment(ip));
            assertFalse(Ipv4.isFragment(ip));
        }
    }

    @Test
    void shouldReadIpv4FromItsExtremes() {
        final byte[] frame =
                Frames.udp4().options(40).ttl(255).ips("255.255.255.254", "128.0.0.1").build();
        try (Scratch memory = new Scratch(l3(frame, 60))) {
            assertEquals(60, Ipv4.headerLength(memory.address));
            assertEquals(255, Ipv4.ttl(memory.address));
            assertEquals(-2, Ipv4.source(memory.address));
            assertEquals(0x8000_0001, Ipv4.destination(memory.address));
            assertTrue(Ipv4.checksumValid(memory.address), "options count");
        }
        try (Scratch memory = new Scratch(Frames.patch(l3(frame, 20), 2, 0xFF, 0xFF))) {
            assertEquals(65_535, Ipv4.totalLength(memory.address));
        }
    }

    @Test
    void shouldKnowEveryKindOfFragment() {
        final int[] fragments = {0x2000, 0x2010, 0x0010, 0x1FFF, 0x6000};
        for (int word : fragments) {
            try (Scratch memory = new Scratch(l3(Frames.udp4().fragment(word).build(), 20))) {
                assertTrue(Ipv4.isFragment(memory.address), Integer.toHexString(word));
                assertEquals(word == 0x6000, Ipv4.dontFragment(memory.address));
            }
        }
    }

    @Test
    void shouldMakeAndReadFragments() {
        for (int offset : new int[] {0, 8, 65_528}) {
            for (boolean more : new boolean[] {false, true}) {
                try (Scratch memory = new Scratch(l3(Frames.udp4().fragment(0x4000).build(), 20))) {
                    final long ip = memory.address;
                    Ipv4.putFragment(ip, 1300, offset, more);
                    assertEquals(1300, Ipv4.totalLength(ip));
                    assertEquals(offset, Ipv4.fragmentOffset(ip));
                    assertEquals(more, Ipv4.moreFragments(ip));
                    assertEquals(more || offset != 0, Ipv4.isFragment(ip));
                    assertFalse(Ipv4.dontFragment(ip));
                }
            }
        }
    }

    @Test
    void shouldReplaceLengthAndTypeOfServiceAlone() {
        final byte[] header = l3(Frames.udp4().build(), 20);
        try (Scratch memory = new Scratch(header)) {
            Ipv4.putTotalLength(memory.address, 0xFEDC);
            Ipv4.putTypeOfService(memory.address, 0xC0);
            assertArrayEquals(
                    Frames.patch(Frames.patch(header, 2, 0xFE, 0xDC), 1, 0xC0), memory.bytes());
        }
    }

    @Test
    void shouldFindAnyWrongBitInAnIpv4Header() {
        final byte[] header = l3(Frames.udp4().options(8).build(), 28);
        for (int bit = 8; bit < header.length * 8; bit++) {
            final byte[] wrong = header.clone();
            wrong[bit / 8] ^= (byte) (1 << bit % 8);
            try (Scratch memory = new Scratch(wrong)) {
                assertFalse(Ipv4.checksumValid(memory.address), "bit " + bit);
                Ipv4.seal(memory.address);
                assertTrue(Ipv4.checksumValid(memory.address), "bit " + bit + " sealed");
            }
        }
    }

    @Test
    void shouldWriteAndReadIpv6() {
        final byte[] expected = l3(Frames.udp6().build(), Ipv6.LENGTH);
        try (Scratch memory = new Scratch(Ipv6.LENGTH)) {
            final long ip = memory.address;
            Ipv6.write(ip, 16, 17, 64);
            Ipv6.putSource(ip, HIGH, 0xFE);
            Ipv6.putDestination(ip, HIGH, 0x11);
            assertArrayEquals(expected, memory.bytes());
            assertEquals(6, Ipv6.version(ip));
            assertEquals(16, Ipv6.payloadLength(ip));
            assertEquals(17, Ipv6.nextHeader(ip));
            assertEquals(64, Ipv6.hopLimit(ip));
            assertEquals(HIGH, Ipv6.sourceHigh(ip));
            assertEquals(0xFE, Ipv6.sourceLow(ip));
            assertEquals(HIGH, Ipv6.destinationHigh(ip));
            assertEquals(0x11, Ipv6.destinationLow(ip));
        }
    }

    @Test
    void shouldReadExtensionHeaders() {
        for (int next = 0; next < 256; next++) {
            assertEquals(next == 0 || next == 43 || next == 60, Ipv6.isExtension(next), "" + next);
        }
        for (int units : new int[] {0, 1, 255}) {
            try (Scratch memory = new Scratch(new byte[] {(byte) 200, (byte) units})) {
                assertEquals(200, Ipv6.extensionNext(memory.address));
                assertEquals(8 * (units + 1), Ipv6.extensionLength(memory.address));
            }
        }
    }

    @Test
    void shouldWriteAndReadNeighbourMessages() {
        final byte[] advertisement = Frames.advertisement("fd00::fe").build();
        final byte[] expected = l3(advertisement, advertisement.length - 14);
        try (Scratch memory = new Scratch(expected.length)) {
            final long ip = memory.address;
            final long nd = ip + Ipv6.LENGTH;
            Ipv6.write(ip, 32, Ipv6.NEXT_ICMPV6, Nd.HOP_LIMIT);
            Ipv6.putSource(ip, HIGH, 0xFE);
            Ipv6.putDestination(ip, HIGH, 0x11);
            final int flags = Nd.SOLICITED | Nd.OVERRIDE;
            Nd.write(nd, Icmpv6.NEIGHBOR_ADVERTISEMENT, flags, HIGH, 0xFE, Frames.X);
            Icmpv6.seal(ip);
            assertArrayEquals(expected, memory.bytes());
            assertTrue(Icmpv6.checksumValid(ip));
            assertEquals(Icmpv6.NEIGHBOR_ADVERTISEMENT, Icmpv6.type(nd));
            assertEquals(0, Icmpv6.code(nd));
            assertEquals(flags, Nd.flags(nd));
            assertEquals(HIGH, Nd.targetHigh(nd));
            assertEquals(0xFE, Nd.targetLow(nd));
            assertEquals(nd + Nd.LENGTH, Nd.option(nd, 32, Nd.OPTION_TARGET_MAC));
            assertEquals(0, Nd.option(nd, 32, Nd.OPTION_SOURCE_MAC));
            assertEquals(Frames.X, Nd.optionMac(nd + Nd.LENGTH));
        }
    }

    @Test
    void shouldMendAnIcmpv6ChecksumAfterAMacInAnOptionChanged() {
        final byte[] frame = Frames.solicitation(Frames.C1_6).build();
        try (Scratch memory = new Scratch(l3(frame, frame.length - 14))) {
            final long ip = memory.address;
            final long nd = ip + Ipv6.LENGTH;
            final long option = Nd.option(nd, 32, Nd.OPTION_SOURCE_MAC);
            assertTrue(Icmpv6.checksumValid(ip));
            Nd.putOptionMac(option, Frames.OTHER);
            assertFalse(Icmpv6.checksumValid(ip));
            Icmpv6.mendMac(nd, Frames.X, Frames.OTHER);
            assertTrue(Icmpv6.checksumValid(ip));
            assertEquals(Frames.OTHER, Nd.optionMac(option));
            Icmpv6.seal(ip);
            assertTrue(Icmpv6.checksumValid(ip), "whatever stood there");
        }
    }

    /** All low words there are, so that one of them makes the sum 0, which is written otherwise. */
    @Test
    void shouldMendAUdpChecksumAfterAMacChanged() {
        final byte[] frame = Frames.udp4().payload(new byte[8]).build();
        try (Scratch memory = new Scratch(l3(frame, frame.length - 14))) {
            final long ip = memory.address;
            final long udp = ip + Ipv4.MIN_LENGTH;
            final long mac = udp + Udp.LENGTH + 2;
            for (int low = 0; low <= 0xFFFF; low++) {
                final long after = (Frames.OTHER & ~0xFFFFL) | low;
                Memory.putMac(mac, Frames.X);
                Udp.seal4(ip, udp);
                Memory.putMac(mac, after);
                Udp.mendMac(udp, Frames.X, after);
                final int mended = Udp.checksum(udp);
                assertEquals(0xFFFF, udpSum(memory.bytes()));
                assertNotEquals(0, mended, "that says that there is none");
                Udp.seal4(ip, udp);
                assertEquals(Udp.checksum(udp), mended);
            }
        }
    }

    /** Words of a datagram and its pseudo header; all ones where the checksum is right. */
    private static int udpSum(byte[] packet) {
        int sum = 17 + packet.length - 20;
        for (int at = 12; at < packet.length; at += 2) {
            sum += (packet[at] & 0xFF) << 8 | (packet[at + 1] & 0xFF);
        }
        return (sum & 0xFFFF) + (sum >>> 16);
    }

    @Test
    void shouldWriteAndReadUdp() {
        try (Scratch memory = new Scratch(Udp.LENGTH)) {
            Udp.write(memory.address, 0xFEDC, 0xBA98, 0x8765);
            assertArrayEquals(
                    Frames.patch(new byte[8], 0, 0xFE, 0xDC, 0xBA, 0x98, 0x87, 0x65),
                    memory.bytes());
            assertEquals(0xFEDC, Udp.sourcePort(memory.address));
            assertEquals(0xBA98, Udp.destinationPort(memory.address));
            assertEquals(0x8765, Udp.length(memory.address));
            assertEquals(0, Udp.checksum(memory.address));
            Memory.put16be(memory.address + 6, 0x4321);
            assertEquals(0x4321, Udp.checksum(memory.address));
        }
    }

    @Test
    void shouldLeaveAUdpChecksumThatIsNone() {
        try (Scratch memory = new Scratch(new byte[Udp.LENGTH])) {
            Udp.mendMac(memory.address, Frames.X, Frames.OTHER);
            assertEquals(0, Udp.checksum(memory.address));
        }
    }

    /** Against a slow model, in which an option is found by walking a copy of the bytes. */
    @Test
    void shouldFindOptionsInAnyBytesWithoutLeavingTheMessage() {
        final SplittableRandom random = new SplittableRandom(20_240_607);
        for (int n = 0; n < 20_000; n++) {
            final byte[] message = new byte[24 + random.nextInt(40)];
            random.nextBytes(message);
            for (int at = 24; at < message.length; at++) {
                message[at] &= 3;
            }
            try (Scratch memory = new Scratch(message)) {
                final long found = Nd.option(memory.address, message.length, 1);
                assertEquals(slowOption(message), found == 0 ? -1 : found - memory.address);
            }
        }
    }

    private static int slowOption(byte[] message) {
        int at = 24;
        while (at < message.length - 1) {
            final int length = message[at + 1] * 8;
            if (length == 0 || message.length - at < length) {
                return -1;
            }
            if (message[at] == 1) {
                return at;
            }
            at += length;
        }
        return -1;
    }

    private static byte[] l3(byte[] frame, int length) {
        return Arrays.copyOfRange(frame, 14, 14 + length);
    }
}
