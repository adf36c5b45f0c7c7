// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import static io.ipvane.testing.Frames.BROADCAST;
import static io.ipvane.testing.Frames.C1_4;
import static io.ipvane.testing.Frames.C1_6;
import static io.ipvane.testing.Frames.C2_4;
import static io.ipvane.testing.Frames.C2_6;
import static io.ipvane.testing.Frames.OTHER;
import static io.ipvane.testing.Frames.OWN;
import static io.ipvane.testing.Frames.X;
import static io.ipvane.testing.Frames.X4;
import static io.ipvane.testing.Frames.X6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.DropReason;
import io.ipvane.config.ThreadPlan;
import io.ipvane.ipvlan.IpvlanDrop;
import io.ipvane.neighbor.NeighborDrop;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Port c2 belongs to somebody who means harm (spec F6, TX-5, TX-6): what it says in the name of
 * others reaches nobody and is counted, and what it floods the switch with does not keep c1 from
 * its work.
 */
class HostilePortTest {
    private static final long ALL_NODES = 0x3333_0000_0001L;
    private static final int NEXT_HEADER = 14 + 6;
    private static final int HOP_BY_HOP = 0;
    private static final int DESTINATION_OPTIONS = 60;

    private SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED);

    @AfterEach
    void nothingLeaks() {
        net.close();
    }

    private void mode(String mode, MemoryPool pool, String... lines) {
        net.close();
        net = SmallNetwork.of(mode, ThreadPlan.SHARED, pool, lines);
    }

    /** Who is given something when c2 sends this. */
    private List<String> receivers(byte[] frame) {
        net.transmitted();
        net.device("c2").inject(frame);
        net.run();
        final List<String> all = new ArrayList<>();
        net.transmitted()
                .forEach((who, frames) -> all.addAll(frames.stream().map(f -> who).toList()));
        return all;
    }

    private long drops(DropReason reason) {
        return net.counter("c2", reason.column());
    }

    private void isRefused(byte[] frame) {
        final long before = drops(IpvlanDrop.ANTISPOOF);
        assertEquals(List.of(), receivers(frame));
        assertEquals(before + 1, drops(IpvlanDrop.ANTISPOOF));
    }

    @Test
    void shouldPutItsOwnMacOnFramesWithAForgedOne() {
        net.transmitted();
        net.device("c2").inject(Frames.udp4().macs(X, OTHER).ips(C2_4, X4).build());
        net.run();
        final byte[] sent = net.transmitted().get("wire").get(0);
        assertEquals(OWN, ByteBuffer.wrap(sent).getLong(4) & 0xFFFF_FFFF_FFFFL);
    }

    @Test
    void shouldRefuseSourceAddressesOfOthers() {
        isRefused(Frames.udp4().macs(OWN, OWN).ips(X4, C1_4).build());
        isRefused(Frames.udp4().macs(X, OWN).ips(C1_4, X4).build());
        isRefused(Frames.udp4().macs(BROADCAST, OWN).ips(C1_4, "255.255.255.255").build());
        isRefused(Frames.udp6().macs(OWN, OWN).ips(X6, C1_6).build());
        isRefused(Frames.udp6().macs(X, OWN).ips(C1_6, X6).build());
    }

    static Stream<byte[]> arpPoison() {
        return Stream.of(
                // to a sibling: the gateway is me
                Frames.arpReply(C1_4).macs(OWN, OWN).ips(X4, C1_4).build(),
                // to the gateway: the sibling is somebody else
                Frames.arpReply(X4).macs(X, OTHER).ips(C1_4, X4).build(),
                // gratuitous, as request and as reply
                Frames.arpRequest(X4).macs(BROADCAST, OWN).ips(X4, X4).build(),
                Frames.arp(2).macs(BROADCAST, OWN).ips(C1_4, C1_4).build(),
                // the sender of an ordinary question is believed as well
                Frames.arpRequest(C1_4).macs(BROADCAST, OWN).ips(X4, C1_4).build());
    }

    @ParameterizedTest
    @MethodSource("arpPoison")
    void shouldRefuseArpInTheNameOfOthers(byte[] frame) {
        isRefused(frame);
    }

    /** The target of an advertisement is what neighbours believe, so it must be the sender's. */
    private static Frames advertisement(String source, String target) {
        return Frames.advertisement(target).ips(source, C1_6).macs(OWN, OWN);
    }

    static Stream<byte[]> ndPoison() {
        return Stream.of(
                advertisement(C2_6, X6).build(),
                advertisement(X6, X6).build(),
                advertisement("::", X6).build(),
                advertisement(C2_6, C1_6).macs(X, OWN).ips(C2_6, X6).build(),
                advertisement(C2_6, X6).ips(C2_6, "ff02::1").macs(ALL_NODES, OWN).build(),
                advertisement(C2_6, X6).tag(0).build(),
                behind(1, HOP_BY_HOP, advertisement(C2_6, X6).build()),
                behind(1, DESTINATION_OPTIONS, advertisement(C2_6, X6).build()),
                behind(8, DESTINATION_OPTIONS, advertisement(C2_6, X6).build()),
                // Nobody looks that far, and nobody needs that many.
                behind(9, DESTINATION_OPTIONS, advertisement(C2_6, C2_6).build()));
    }

    @ParameterizedTest
    @MethodSource("ndPoison")
    void shouldRefuseAdvertisementsOfWhatOthersHave(byte[] frame) {
        isRefused(frame);
    }

    @Test
    void shouldRefuseAdvertisementsAlsoWhenHeadersAreInManySegments() {
        final byte[] frame = behind(3, HOP_BY_HOP, advertisement(C2_6, X6).build());
        final long before = drops(IpvlanDrop.ANTISPOOF);
        net.device("c2").inject(Frames.split(frame, 20, 50, 60, 75));
        net.run();
        assertEquals(before + 1, drops(IpvlanDrop.ANTISPOOF));
    }

    @Test
    void shouldLetItAdvertiseWhatItHas() {
        assertEquals(List.of("c1"), receivers(advertisement(C2_6, C2_6).build()));
        assertEquals(
                List.of("c1"),
                receivers(behind(8, DESTINATION_OPTIONS, advertisement(C2_6, C2_6).build())));
        assertEquals(
                List.of("wire"),
                receivers(advertisement(C2_6, C2_6).macs(X, OWN).ips(C2_6, X6).build()));
        assertEquals(0, drops(IpvlanDrop.ANTISPOOF));
    }

    /** With {@code antispoof} off, as in the kernel, all of it passes. */
    @Test
    void shouldAskNobodyWithoutAntispoof() {
        mode("l2", new MemoryPool(), "antispoof: false");
        ndPoison().forEach(frame -> assertTrue(!receivers(frame).isEmpty()));
        arpPoison().forEach(frame -> assertTrue(!receivers(frame).isEmpty()));
        assertEquals(0, drops(IpvlanDrop.ANTISPOOF));
    }

    /** F25: in the kernel raw frames above 4 kB, and tagged ones, reach a private sibling. */
    @ParameterizedTest
    @ValueSource(ints = {100, 1_400, 4_000, 5_000, 60_000})
    void shouldIsolateAPrivatePortWhateverTheSize(int size) {
        for (String mode : List.of("l2", "l3")) {
            mode(mode, new MemoryPool(), "flag: private");
            final Frames frame =
                    Frames.udp4().macs(OWN, OWN).ips(C2_4, C1_4).payload(new byte[size]);
            for (byte[] each : List.of(frame.build(), frame.tag(0).build())) {
                net.device("c2").inject(segments(each));
            }
            net.run();
            net.transmitted().forEach((who, frames) -> assertEquals(List.of(), frames, who));
            assertEquals(2, drops(IpvlanDrop.PRIVATE), mode);
        }
    }

    private static byte[][] segments(byte[] frame) {
        return Frames.split(
                frame,
                IntStream.range(1, (frame.length + 1999) / 2000).map(i -> 2000 * i).toArray());
    }

    @Test
    void shouldBelieveTheWire() {
        net.transmitted();
        net.device("wire").inject(Frames.advertisement(X6).build());
        net.run();
        assertEquals(1, net.transmitted().get("c1").size());
    }

    /** Questions for addresses that nobody has: answered or not, they end at once. */
    @ParameterizedTest
    @ValueSource(strings = {"l2", "l3"})
    void shouldSurviveAFloodOfSolicitations(String mode) {
        mode(mode, new MemoryPool());
        final Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            final String target = "fd00::" + Integer.toHexString(0x1000 + random.nextInt(0xE000));
            net.device("c2").inject(Frames.solicitation(target).ips(C2_6, "ff02::1").build());
            if (i % 64 == 0) {
                net.run();
                net.transmitted();
            }
        }
        net.run();
        net.transmitted();
        assertEquals(0, net.held());
        worksForC1(mode);
    }

    /** Packets for tens of thousands of addresses on link: what waits for neighbours is bounded. */
    @Test
    void shouldBoundWhatWaitsForNeighbours() {
        mode("l3", new MemoryPool(8192, 512));
        final Random random = new Random(2);
        for (int i = 0; i < 60_000; i++) {
            final String to = "10.0.0." + (100 + random.nextInt(100));
            final String to6 = "fd00::" + Integer.toHexString(0x1000 + random.nextInt(0xE000));
            net.device("c2").inject(Frames.udp4().macs(OWN, OWN).ips(C2_4, to).build());
            net.device("c2").inject(Frames.udp6().macs(OWN, OWN).ips(C2_6, to6).build());
            if (i % 32 == 0) {
                net.run();
                net.transmitted();
            }
        }
        net.run();
        net.transmitted();
        assertTrue(net.held() <= 4096, () -> net.held() + " frames wait");
        assertTrue(drops(NeighborDrop.NEIGH_QUEUE_FULL) > 10_000);
        worksForC1("l3");
    }

    private void worksForC1(String mode) {
        net.device("wire").inject(Frames.udp4().build());
        net.device("c1").inject(Frames.udp4().macs(OWN, OWN).ips(C1_4, Frames.C3_4).build());
        net.run();
        final var given = net.transmitted();
        assertEquals(1, given.get("c1").size(), mode);
        assertEquals(1, given.get("c3").size(), mode);
    }

    /** The frame with extension headers of 8 bytes between the IPv6 header and what followed it. */
    private static byte[] behind(int count, int type, byte[] frame) {
        final int l3 = 14 + 40;
        final ByteBuffer out = ByteBuffer.allocate(frame.length + 8 * count);
        out.put(frame, 0, l3);
        for (int i = 1; i <= count; i++) {
            out.put((byte) (i == count ? frame[NEXT_HEADER] : type)).put((byte) 0);
            out.put((byte) 1).put((byte) 4).putInt(0); // PadN
        }
        out.put(frame, l3, frame.length - l3);
        out.put(NEXT_HEADER, (byte) type);
        out.putShort(NEXT_HEADER - 2, (short) (frame.length - l3 + 8 * count));
        return out.array();
    }
}
