// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which addresses a frame gives its sender, and which it only asks about. */
class OwnAddressesTest {
    private static final String TARGET = "fd00::99";

    private final MemoryPool pool = new MemoryPool(16, 2048);
    private final OwnAddresses own = new OwnAddresses();

    @AfterEach
    void shouldHaveLeakedNothing() {
        pool.close();
    }

    private List<String> read(byte[] frame) {
        try (Row row = new Row(pool, frame)) {
            final List<String> all = new ArrayList<>();
            final boolean any = own.read(row.burst, 0);
            for (int k = 0; k < own.count(); k++) {
                all.add(new IpAddress(own.family(), own.high(k), own.low(k)).toString());
            }
            assertEquals(!all.isEmpty(), any);
            return all;
        }
    }

    private static byte[] body(Frames frame, int length) {
        final byte[] bytes = frame.build();
        return Arrays.copyOfRange(bytes, 58, 58 + length);
    }

    @Test
    void shouldReadTheSenderOfArpRequestsRepliesAndAnnouncements() {
        assertEquals(List.of(Frames.X4), read(Frames.arpRequest(Frames.C1_4).build()));
        assertEquals(List.of(Frames.X4), read(Frames.arpReply(Frames.C1_4).build()));
        assertEquals(List.of(Frames.X4), read(Frames.arpRequest(Frames.X4).build()));
        assertEquals(List.of(Frames.X4), read(Frames.arpRequest(Frames.C1_4).tag(0).build()));
    }

    @Test
    void shouldReadTheSourceOfSolicitationsWithOrWithoutItsMac() {
        final Frames question = Frames.solicitation(Frames.C1_6);
        assertEquals(List.of(Frames.X6), read(question.build()));
        assertEquals(List.of(Frames.X6), read(Frames.icmp6(135, body(question, 20)).build()));
        assertEquals(
                List.of("fe80::7"),
                read(Frames.icmp6(133, new byte[4]).ips("fe80::7", "ff02::2").build()));
    }

    @Test
    void shouldReadSourceAndTargetOfAdvertisements() {
        assertEquals(List.of(Frames.X6), read(Frames.advertisement(Frames.X6).build()));
        assertEquals(List.of(Frames.X6, TARGET), read(Frames.advertisement(TARGET).build()));
        assertEquals(
                List.of(TARGET),
                read(Frames.advertisement(TARGET).ips("::", Frames.C1_6).build()),
                "from nobody, which stacks believe all the same");
    }

    @Test
    void shouldReadNothingFromProbes() {
        assertEquals(List.of(), read(Frames.arpRequest(TARGET_4).ips("0.0.0.0", TARGET_4).build()));
        assertEquals(List.of(), read(Frames.dadProbe(TARGET).build()));
        assertTrue(own.isTrial());
        assertEquals(TARGET, new IpAddress(own.family(), own.high(0), own.low(0)).toString());
        assertEquals(List.of(), read(Frames.icmp6(133, new byte[4]).ips("::", "ff02::2").build()));
        assertFalse(own.isTrial());
    }

    private static final String TARGET_4 = "10.0.0.99";

    @Test
    void shouldReadNothingFromPackets() {
        assertEquals(List.of(), read(Frames.udp4().build()));
        assertEquals(List.of(), read(Frames.udp6().build()));
        assertEquals(List.of(), read(Frames.icmp6(128, new byte[24]).build()));
        assertEquals(List.of(), read(Frames.ethernet(0x88B5, new byte[50]).build()));
    }

    @Test
    void shouldReadNothingFromWhatBreaksTheRules() {
        assertEquals(List.of(), read(Frames.arp(3).build()));
        assertEquals(List.of(), read(Frames.arp(1).ips("0.1.2.3", Frames.C1_4).build()));
        assertEquals(List.of(), read(Frames.arp(1).ips("224.0.0.5", Frames.C1_4).build()));
        assertEquals(List.of(), read(Frames.solicitation(Frames.C1_6).ttl(64).build()));
        assertEquals(List.of(), read(Frames.advertisement(TARGET).ttl(64).build()));
        assertEquals(List.of(), read(Frames.icmp6(133, new byte[4]).ttl(64).build()));
        final byte[] asks = Frames.icmp6(133, new byte[4]).build();
        assertEquals(List.of(), read(Frames.patch(asks, 57, asks[57] ^ 1)), "checksum");
        assertEquals(List.of(), read(Frames.icmp6(133, new byte[2]).build()), "too short");
    }
}
