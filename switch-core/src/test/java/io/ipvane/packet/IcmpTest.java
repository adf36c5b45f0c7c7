// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.memory.Memory;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Kinds of ICMP messages by the lists of the RFCs, and the starts that we write. */
class IcmpTest {
    private static List<Integer> types(IntPredicate kind) {
        return IntStream.range(0, 256).filter(kind).boxed().toList();
    }

    /** Echo, router discovery, timestamp, information and address mask, with their answers. */
    @Test
    void shouldKnowTheQueriesOfIpv4() {
        assertEquals(
                List.of(0, 8, 9, 10, 13, 14, 15, 16, 17, 18), types(Icmpv4::isQuery), "RFC 1122");
    }

    @Test
    void shouldKnowTheErrorsOfIpv6ByTheHighestBit() {
        assertEquals(IntStream.range(0, 128).boxed().toList(), types(Icmpv6::isError));
    }

    @Test
    void shouldKnowWhatListenersSay() {
        assertEquals(List.of(131, 132, 143), types(Icmpv6::isMembership));
    }

    @Test
    void shouldKnowWhereOptionsOfNeighbourDiscoveryBegin() {
        assertEquals(List.of(133, 134, 135, 136, 137), types(t -> Nd.optionsOffset(t) != 0));
        assertEquals(
                List.of(8, 16, 24, 24, 40),
                IntStream.rangeClosed(133, 137).map(Nd::optionsOffset).boxed().toList());
    }

    @Test
    void shouldKnowWhichOptionsHoldAMac() {
        for (int type = 0; type < 256; type++) {
            try (Scratch memory = new Scratch(new byte[] {(byte) type, (byte) 0xFF})) {
                assertEquals(type == 1 || type == 2, Nd.isMacOption(memory.address), "" + type);
                assertEquals(2040, Nd.optionLength(memory.address));
            }
        }
    }

    @Test
    void shouldWriteTheStartOfAnIpv4MessageAndItsChecksum() {
        try (Scratch memory = new Scratch(12)) {
            final long icmp = memory.address;
            Memory.put32be(icmp + 8, 0x0102_0304);
            Icmpv4.write(icmp, 3, 4, 1400, 12);
            // 0304 + 0578 + 0102 + 0304 = 0c82, and its complement.
            assertArrayEquals(
                    new byte[] {3, 4, (byte) 0xF3, 0x7D, 0, 0, 5, 0x78, 1, 2, 3, 4},
                    memory.bytes());
            assertEquals(3, Icmpv4.type(icmp));
            assertEquals(4, Icmpv4.code(icmp));
            assertEquals(1400, Icmpv4.mtu(icmp));
            assertTrue(Icmpv4.checksumValid(icmp, 12));
            assertFalse(Icmpv4.checksumValid(icmp, 10));
            Memory.put8(icmp + 11, 5);
            assertFalse(Icmpv4.checksumValid(icmp, 12));
        }
    }

    @Test
    void shouldWriteTheStartOfAnIpv6Error() {
        try (Scratch memory = new Scratch(8)) {
            Icmpv6.writeError(memory.address, 2, 7, 0x0001_1170);
            assertArrayEquals(
                    new byte[] {2, 7, (byte) 0xEE, (byte) 0xEE, 0, 1, 0x11, 0x70}, memory.bytes());
            assertEquals(2, Icmpv6.type(memory.address));
            assertEquals(7, Icmpv6.code(memory.address));
            assertEquals(0xEEEE, Icmpv6.checksum(memory.address));
        }
    }
}
