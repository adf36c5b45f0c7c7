// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.memory.Memory;
import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** Frames byte by byte: in full, or against the test builder, which shares no code with them. */
class NeighborFramesTest {
    private static final IpAddress X6 = IpAddress.parse(Frames.X6);
    private static final IpAddress C1 = IpAddress.parse(Frames.C1_6);
    private static final int X4 = IpAddress.parse(Frames.X4).ipv4();
    private static final int C1_4 = IpAddress.parse(Frames.C1_4).ipv4();

    @Test
    void shouldWriteAnArpRequestPaddedToTheShortestFrame() {
        assertEquals(
                "ffffffffffff"
                        + "0200000000fe"
                        + "0806"
                        + "0001080006040001"
                        + "0200000000fe"
                        + "0a0000fe"
                        + "000000000000"
                        + "0a00000b"
                        + "00".repeat(18),
                hex(
                        ArpFrames.LENGTH,
                        f -> ArpFrames.request(f, Frames.BROADCAST, Frames.X, X4, C1_4)));
    }

    @Test
    void shouldWriteAnArpRequestToOneStation() {
        assertEquals(
                "020000000001"
                        + "0200000000fe"
                        + "0806"
                        + "0001080006040001"
                        + "0200000000fe"
                        + "0a0000fe"
                        + "000000000000"
                        + "0a00000b"
                        + "00".repeat(18),
                hex(ArpFrames.LENGTH, f -> ArpFrames.request(f, Frames.OWN, Frames.X, X4, C1_4)));
    }

    @Test
    void shouldWriteAnArpReply() {
        assertEquals(
                "0200000000fe"
                        + "020000000001"
                        + "0806"
                        + "0001080006040002"
                        + "020000000001"
                        + "0a00000b"
                        + "0200000000fe"
                        + "0a0000fe"
                        + "00".repeat(18),
                hex(ArpFrames.LENGTH, f -> ArpFrames.reply(f, Frames.X, X4, Frames.OWN, C1_4)));
    }

    @Test
    void shouldWriteAnArpAnnouncementWithTheAddressAsSenderAndTarget() {
        assertEquals(
                "ffffffffffff"
                        + "020000000001"
                        + "0806"
                        + "0001080006040001"
                        + "020000000001"
                        + "0a00000b"
                        + "000000000000"
                        + "0a00000b"
                        + "00".repeat(18),
                hex(ArpFrames.LENGTH, f -> ArpFrames.announcement(f, Frames.OWN, C1_4)));
    }

    @Test
    void shouldWriteASolicitationToTheGroupOfItsTarget() {
        assertEquals(
                Frames.hex(Frames.solicitation(Frames.C1_6).build()),
                hex(
                        NdFrames.LENGTH,
                        f ->
                                NdFrames.solicitation(
                                        f, Frames.X, X6.key0(), X6.key1(), C1.key0(), C1.key1())));
    }

    @Test
    void shouldWriteASolicitationToOneStation() {
        assertEquals(
                Frames.hex(
                        Frames.solicitation(Frames.C1_6)
                                .macs(Frames.OWN, Frames.X)
                                .ips(Frames.X6, Frames.C1_6)
                                .build()),
                hex(
                        NdFrames.LENGTH,
                        f ->
                                NdFrames.unicastSolicitation(
                                        f,
                                        Frames.OWN,
                                        Frames.X,
                                        X6.key0(),
                                        X6.key1(),
                                        C1.key0(),
                                        C1.key1())));
    }

    @Test
    void shouldWriteASolicitedAdvertisement() {
        assertEquals(
                Frames.hex(advertisement(0x6000_0000, Frames.X, Frames.X6)),
                hex(
                        NdFrames.LENGTH,
                        f ->
                                NdFrames.advertisement(
                                        f,
                                        Frames.X,
                                        X6.key0(),
                                        X6.key1(),
                                        Frames.OWN,
                                        C1.key0(),
                                        C1.key1())));
    }

    @Test
    void shouldWriteAnAnnouncementToAllNodes() {
        assertEquals(
                Frames.hex(advertisement(0x2000_0000, 0x3333_0000_0001L, "ff02::1")),
                hex(
                        NdFrames.LENGTH,
                        f -> NdFrames.announcement(f, Frames.OWN, C1.key0(), C1.key1())));
    }

    /** An advertisement of c1 with the uplink's MAC. */
    static byte[] advertisement(int flags, long toMac, String to) {
        final ByteBuffer body = ByteBuffer.allocate(28).putInt(flags);
        body.putLong(C1.key0()).putLong(C1.key1()).put((byte) 2).put((byte) 1);
        body.putShort((short) (Frames.OWN >>> 32)).putInt((int) Frames.OWN);
        return Frames.icmp6(136, body.array()).macs(toMac, Frames.OWN).ips(Frames.C1_6, to).build();
    }

    /** The frame that {@code write} leaves in memory that was not zero, and nothing beyond it. */
    private static String hex(int length, LongConsumer write) {
        try (Arena arena = Arena.ofConfined()) {
            final long frame = arena.allocate(length + 8L).fill((byte) 0x5A).address();
            write.accept(frame);
            assertEquals(0x5A5A_5A5A_5A5A_5A5AL, Memory.i64(frame + length));
            return Frames.hex(Memory.bytes(frame, length));
        }
    }
}
