// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.burst.Burst;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResponderTest {
    private static final int NOBODY = Responder.NO_PORT;
    private static final int C1 = 1;
    private static final int C2 = 2;
    private static final String SILENCE = "silence";

    private final MemoryPool pool = new MemoryPool(16, 2048);
    private final Responder responder = new Responder(pool);

    @AfterEach
    void shouldHaveLeakedNothing() {
        pool.close();
    }

    // -- answers --

    @Test
    void shouldAnswerAnArpRequestFromTheWireForAPort() {
        assertEquals(
                arpReply(Frames.X, Frames.X4),
                answer(C1, NOBODY, Frames.arpRequest(Frames.C1_4).build()));
    }

    @Test
    void shouldAnswerAnArpRequestBehindAPriorityTag() {
        assertEquals(
                arpReply(Frames.X, Frames.X4),
                answer(C1, NOBODY, Frames.arpRequest(Frames.C1_4).tag(0).build()));
    }

    @Test
    void shouldAnswerAPortForAnAddressOfTheWorldOutside() {
        final byte[] request =
                Frames.arp(1)
                        .ips(Frames.C2_4, Frames.C1_4)
                        .macs(Frames.BROADCAST, Frames.OWN)
                        .build();
        assertEquals(arpReply(Frames.OWN, Frames.C2_4), answer(NOBODY, C2, request));
    }

    @Test
    void shouldDefendASiblingsAddressAgainstAnArpProbe() {
        final byte[] probe =
                Frames.arp(1)
                        .ips("0.0.0.0", Frames.C1_4)
                        .macs(Frames.BROADCAST, Frames.OWN)
                        .build();
        assertEquals(arpReply(Frames.OWN, "0.0.0.0"), answer(C1, C2, probe));
    }

    @Test
    void shouldAnswerASolicitationFromTheWireForAPort() {
        assertEquals(
                Frames.hex(NeighborFramesTest.advertisement(0x6000_0000, Frames.X, Frames.X6)),
                answer(C1, NOBODY, Frames.solicitation(Frames.C1_6).build()));
    }

    @Test
    void shouldAnswerAUnicastSolicitationWithoutAMacOption() {
        final byte[] body = Arrays.copyOf(bodyOf(Frames.solicitation(Frames.C1_6).build()), 20);
        assertEquals(
                Frames.hex(NeighborFramesTest.advertisement(0x6000_0000, Frames.X, Frames.X6)),
                answer(C1, NOBODY, Frames.icmp6(135, body).build()));
    }

    @Test
    void shouldAnswerASolicitationWithANonceBehindItsMac() {
        final byte[] body = Arrays.copyOf(bodyOf(Frames.solicitation(Frames.C1_6).build()), 36);
        body[28] = 14;
        body[29] = 1;
        assertEquals(
                Frames.hex(NeighborFramesTest.advertisement(0x6000_0000, Frames.X, Frames.X6)),
                answer(C1, NOBODY, Frames.icmp6(135, body).build()));
    }

    @Test
    void shouldTellAllNodesWhenAProbeAsksForAKnownAddress() {
        assertEquals(
                Frames.hex(
                        NeighborFramesTest.advertisement(
                                0x2000_0000, 0x3333_0000_0001L, "ff02::1")),
                answer(C1, NOBODY, Frames.dadProbe(Frames.C1_6).build()));
        assertEquals(
                Frames.hex(
                        NeighborFramesTest.advertisement(
                                0x2000_0000, 0x3333_0000_0001L, "ff02::1")),
                answer(C1, C2, Frames.dadProbe(Frames.C1_6).build()));
    }

    // -- silence --

    @Test
    void shouldNotAnswerProbesForTheAskersOwnAddress_COR18() {
        final byte[] probe =
                Frames.arp(1)
                        .ips("0.0.0.0", Frames.C1_4)
                        .macs(Frames.BROADCAST, Frames.OWN)
                        .build();
        assertEquals(SILENCE, answer(C1, C1, probe));
        assertEquals(SILENCE, answer(C1, C1, Frames.dadProbe(Frames.C1_6).build()));
    }

    @Test
    void shouldNotAnswerAnnouncements() {
        final Frames announcement =
                Frames.arp(1).ips(Frames.C1_4, Frames.C1_4).macs(Frames.BROADCAST, Frames.X);
        assertEquals(SILENCE, answer(C1, C1, announcement.build()));
        assertEquals(SILENCE, answer(C1, NOBODY, announcement.build()));
        assertEquals(SILENCE, answer(NOBODY, C2, announcement.build()));
    }

    /** Half an address is not the address. */
    @Test
    void shouldNotAnswerWhoAsksForItsOwnIpv6Address() {
        final Frames question = Frames.solicitation(Frames.C1_6);
        assertEquals(
                SILENCE, answer(C1, NOBODY, question.ips(Frames.C1_6, "ff02::1:ff00:11").build()));
        for (String asker : List.of("fd01::11", "fd00::12")) {
            assertEquals(
                    Frames.hex(NeighborFramesTest.advertisement(0x6000_0000, Frames.X, asker)),
                    answer(C1, NOBODY, question.ips(asker, "ff02::1:ff00:11").build()));
        }
    }

    @Test
    void shouldNotAnswerProbesForAnAddressThatNobodyHas() {
        final byte[] probe =
                Frames.arp(1)
                        .ips("0.0.0.0", Frames.C1_4)
                        .macs(Frames.BROADCAST, Frames.OWN)
                        .build();
        assertEquals(SILENCE, answer(NOBODY, C2, probe));
        assertEquals(SILENCE, answer(NOBODY, C2, Frames.dadProbe(Frames.C1_6).build()));
    }

    @Test
    void shouldNotAnswerArpRepliesAndOddArp() {
        final byte[] request = Frames.arpRequest(Frames.C1_4).build();
        assertEquals(SILENCE, answer(C1, NOBODY, Frames.arpReply(Frames.C1_4).build()));
        assertEquals(SILENCE, answer(C1, NOBODY, Frames.patch(request, 14, 0, 6)), "hardware");
        assertEquals(SILENCE, answer(C1, NOBODY, Frames.patch(request, 18, 8)), "lengths");
        assertEquals(SILENCE, answer(C1, NOBODY, Frames.patch(request, 22, 1)), "group sender");
        assertEquals(SILENCE, answer(C1, NOBODY, Frames.resize(request, 41)), "truncated");
        assertEquals(
                SILENCE, answer(C1, NOBODY, Frames.arp(1).ips("127.0.0.1", Frames.C1_4).build()));
        assertEquals(
                SILENCE, answer(NOBODY, C2, Frames.arp(1).ips(Frames.C2_4, "224.0.0.1").build()));
    }

    @Test
    void shouldNotAnswerASolicitationThatCrossedARouter() {
        assertEquals(
                SILENCE, answer(C1, NOBODY, Frames.solicitation(Frames.C1_6).ttl(254).build()));
    }

    @Test
    void shouldNotAnswerASolicitationWithABadChecksum() {
        final byte[] bad = Frames.solicitation(Frames.C1_6).build();
        bad[56] ^= 1;
        assertEquals(SILENCE, answer(C1, NOBODY, bad));
    }

    @Test
    void shouldNotAnswerSolicitationsWithBadOptions() {
        final byte[] body = bodyOf(Frames.solicitation(Frames.C1_6).build());
        assertEquals(
                SILENCE,
                answer(C1, NOBODY, Frames.icmp6(135, Frames.patch(body, 21, 0)).build()),
                "length 0");
        assertEquals(
                SILENCE,
                answer(C1, NOBODY, Frames.icmp6(135, Frames.patch(body, 21, 2)).build()),
                "longer than the message");
        assertEquals(
                SILENCE,
                answer(C1, NOBODY, Frames.icmp6(135, Frames.patch(body, 22, 0x33)).build()),
                "group MAC");
        assertEquals(
                SILENCE,
                answer(C1, NOBODY, Frames.icmp6(135, Arrays.copyOf(body, 27)).build()),
                "cut");
        assertEquals(
                SILENCE,
                answer(
                        C1,
                        NOBODY,
                        Frames.solicitation(Frames.C1_6).ips("::", "ff02::1:ff00:11").build()),
                "a probe with a MAC");
    }

    @Test
    void shouldNotAnswerAProbeToAnotherGroupThanTheSolicitedNodes() {
        assertEquals(
                SILENCE,
                answer(C1, NOBODY, Frames.dadProbe(Frames.C1_6).ips("::", "ff02::1").build()));
    }

    @Test
    void shouldNotAnswerAdvertisements() {
        assertEquals(SILENCE, answer(C1, NOBODY, Frames.advertisement(Frames.C1_6).build()));
    }

    @Test
    void shouldNotAnswerForAnotherAddressThanTheOneLookedUp() {
        try (Row row = new Row(pool, Frames.arpRequest(Frames.C1_4).build()).ownedBy(C1)) {
            row.burst.key0(0, row.burst.key0(0) + 1);
            assertEquals(0, responder.answer(row.burst, 0, Frames.OWN, false, NOBODY));
        }
        try (Row row = new Row(pool, Frames.solicitation(Frames.C1_6).build()).ownedBy(C1)) {
            row.burst.key1(0, row.burst.key1(0) + 1);
            assertEquals(0, responder.answer(row.burst, 0, Frames.OWN, false, NOBODY));
        }
    }

    @Test
    void shouldNotAnswerWhatIsNotContiguous() {
        final byte[] frame = Frames.solicitation(Frames.C1_6).build();
        try (Row row = new Row(pool, Frames.split(frame, 80)).ownedBy(C1)) {
            assertEquals(0, responder.answer(row.burst, 0, Frames.OWN, false, NOBODY));
        }
    }

    @Test
    void shouldSayThatThePoolIsEmptyAndNotThatItIsSilent() {
        try (MemoryPool small = new MemoryPool(1, 256)) {
            final Responder starved = new Responder(small);
            try (Row row = new Row(small, Frames.arpRequest(Frames.C1_4).build()).ownedBy(C1)) {
                assertEquals(
                        Responder.NO_FRAME,
                        starved.answer(row.burst, 0, Frames.OWN, false, NOBODY));
                assertEquals(
                        Responder.SILENCE,
                        starved.answer(row.burst, 0, Frames.OWN, false, C1),
                        "a question that gets no answer needs no frame");
            }
            try (Row row = new Row(small, Frames.solicitation(Frames.C1_6).build()).ownedBy(C1)) {
                assertEquals(
                        Responder.NO_FRAME,
                        starved.answer(row.burst, 0, Frames.OWN, false, NOBODY));
            }
        }
    }

    @Test
    void shouldNotTouchTheQuestion() {
        final byte[] question = Frames.solicitation(Frames.C1_6).build();
        try (Row row = new Row(pool, question).ownedBy(C1)) {
            final Burst burst = row.burst;
            pool.free(responder.answer(burst, 0, Frames.OWN, false, NOBODY));
            assertEquals(Frames.hex(question), Frames.hex(pool.bytes(burst.mbuf(0))));
        }
    }

    /** The answer in hexadecimal; {@code owner} has the target, unless it is nobody. */
    private String answer(int owner, int asker, byte[] question) {
        try (Row row = new Row(pool, question)) {
            if (owner != NOBODY) {
                row.ownedBy(owner);
            }
            final long mbuf = responder.answer(row.burst, 0, Frames.OWN, false, asker);
            if (mbuf == Responder.SILENCE) {
                return SILENCE;
            }
            final String hex = Frames.hex(pool.bytes(mbuf));
            pool.free(mbuf);
            return hex;
        }
    }

    private static String arpReply(long askerMac, String asker) {
        final byte[] reply =
                Frames.arp(2).ips(Frames.C1_4, asker).macs(askerMac, Frames.OWN).build();
        return Frames.hex(Frames.resize(reply, ArpFrames.LENGTH));
    }

    /** What stands behind type, code and checksum of an ICMPv6 message. */
    private static byte[] bodyOf(byte[] frame) {
        return Arrays.copyOfRange(frame, 58, frame.length);
    }
}
