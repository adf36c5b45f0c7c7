// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Scenarios with a clock of their own; the pool proves that no frame leaks or leaves twice. */
class NeighborResolverTest {
    private static final int UPLINK = 5;
    private static final int PORT = 9;
    private static final IpAddress X4 = IpAddress.parse(Frames.X4);
    private static final IpAddress X6 = IpAddress.parse(Frames.X6);
    private static final IpAddress C1_4 = IpAddress.parse(Frames.C1_4);
    private static final String TO_X = " to 02:00:00:00:00:fe";

    private static final NeighborConfig SMALL =
            new NeighborConfig(
                    4,
                    3,
                    5,
                    3,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(2));

    private final MemoryPool pool = new MemoryPool(64, 256);
    private final RecordingSink sink = new RecordingSink(pool);
    private final TestClock clock = new TestClock();
    private final NeighborTable table = new NeighborTable(16, new ManualGrace());
    private final NeighborResolver resolver = new NeighborResolver(SMALL, table, pool, sink, clock);

    @BeforeEach
    void addUplink() {
        resolver.putUplink(
                UPLINK,
                UplinkIdentity.of(Frames.OWN, List.of(IpPrefix.parseWithHostBits("10.0.0.1/24"))));
    }

    @AfterEach
    void shouldHaveLeakedNothing() {
        resolver.close();
        assertEquals(0, resolver.waiting());
        assertEquals(0, table.size());
        table.close();
        pool.close();
    }

    // -- resolve --

    @Test
    void shouldAskOnceAndHandBackAllFramesInOrderWhenAnswered() {
        send(X4, 1);
        send(X4, 2);
        assertEquals(1, sink.transmitted.size());
        assertArrayEquals(arpQuestion(), sink.transmitted.get(0));
        assertEquals(List.of(), sink.takeFates());
        assertEquals(NeighborTable.UNRESOLVED, tableMac(X4));

        answer(X4);
        assertEquals(List.of("5: frame 1" + TO_X, "5: frame 2" + TO_X), sink.takeFates());
        assertEquals(Frames.X, tableMac(X4));
        assertEquals(NeighborState.REACHABLE, state(X4));
    }

    @Test
    void shouldForgetWhatItLearnedWhenTheLinkGoesAndKeepWhatIsConfigured() {
        send(X4, 1);
        answer(X4);
        sink.takeFates();
        resolver.permanent(UPLINK, X6, Frames.OTHER);
        send(IpAddress.parse("10.0.0.77"), 2);

        resolver.linkDown(UPLINK);

        assertEquals(List.of("5: frame 2 of port 9 dev_down"), sink.takeFates());
        assertEquals(NeighborTable.UNRESOLVED, tableMac(X4));
        assertEquals(Frames.OTHER, tableMac(X6));
        send(X4, 3);
        answer(X4);
        assertEquals(List.of("5: frame 3" + TO_X), sink.takeFates());
    }

    @Test
    void shouldResolveIpv6BySolicitationFromTheLinkLocalAddress() {
        send(X6, 1);
        assertEquals(
                Frames.hex(
                        Frames.icmp6(135, ndBody())
                                .macs(0x3333_FF00_00FEL, Frames.OWN)
                                .ips("fe80::ff:fe00:1", "ff02::1:ff00:fe")
                                .build()),
                Frames.hex(sink.transmitted.get(0)));
        answer(X6);
        assertEquals(List.of("5: frame 1" + TO_X), sink.takeFates());
        assertEquals(Frames.X, tableMac(X6));
    }

    @Test
    void shouldHandBackAtOnceAFrameThatWasOnItsWayWhileTheAnswerCame() {
        send(X4, 1);
        answer(X4);
        sink.takeFates();
        send(X4, 2);
        assertEquals(List.of("5: frame 2" + TO_X), sink.takeFates());
        assertEquals(1, sink.transmitted.size());
    }

    @Test
    void shouldAskAgainEverySecondAndFailAfterThreeQuestions() {
        send(X4, 1);
        send(X4, 2);
        assertEquals(1, sink.transmitted.size());
        pass(999);
        assertEquals(1, sink.transmitted.size());
        pass(1);
        assertEquals(2, sink.transmitted.size());
        pass(1000);
        assertEquals(3, sink.transmitted.size());
        assertEquals(List.of(), sink.takeFates());
        pass(1000);
        assertEquals(3, sink.transmitted.size());
        assertEquals(
                List.of("5: frame 1 of port 9 neigh_fail", "5: frame 2 of port 9 neigh_fail"),
                sink.takeFates());
        assertEquals(1, resolver.counters().failed());
    }

    @Test
    void shouldKeepDeadlinesInOrderWhereTheClockWraps() {
        send(address(1), 1);
        pass(900);
        send(address(2), 2);
        pass(100);
        assertEquals(3, sink.transmitted.size(), "the first asks again before the wrap");
        pass(900);
        assertEquals(4, sink.transmitted.size(), "the second after it");
    }

    @Test
    void shouldNotAskAFailedNeighbourBeforeTheHoldDownIsOver() {
        send(X4, 1);
        passSeconds(3);
        sink.takeFates();
        send(X4, 2);
        assertEquals(List.of("5: frame 2 of port 9 neigh_fail"), sink.takeFates());
        assertEquals(3, sink.transmitted.size());
        passSeconds(2);
        assertEquals(0, resolver.view().size());
        send(X4, 3);
        assertEquals(4, sink.transmitted.size());
        assertEquals(List.of(), sink.takeFates());
    }

    @Test
    void shouldBelieveAFailedNeighbourThatSpeaksUp() {
        send(X4, 1);
        passSeconds(3);
        resolver.learned(UPLINK, X4, Frames.X, false, true);
        assertEquals(NeighborState.STALE, state(X4));
        assertEquals(Frames.X, tableMac(X4));
    }

    // -- queues --

    @Test
    void shouldLoseTheOldestFrameOfAFullQueue() {
        for (int frame = 1; frame <= 5; frame++) {
            send(X4, frame);
        }
        assertEquals(
                List.of(
                        "5: frame 1 of port 9 neigh_queue_full",
                        "5: frame 2 of port 9 neigh_queue_full"),
                sink.takeFates());
        answer(X4);
        assertEquals(
                List.of("5: frame 3" + TO_X, "5: frame 4" + TO_X, "5: frame 5" + TO_X),
                sink.takeFates());
    }

    @Test
    void shouldLoseTheNewFrameWhenTooManyWaitInAllButStillAskForItsNeighbour() {
        for (int frame = 1; frame <= 3; frame++) {
            send(X4, frame);
        }
        send(address(2), 4);
        send(address(2), 5);
        assertEquals(5, resolver.waiting());
        send(address(3), 6);
        assertEquals(List.of("5: frame 6 of port 9 neigh_queue_full"), sink.takeFates());
        assertEquals(3, sink.transmitted.size());
        resolver.learned(UPLINK, address(3), Frames.X, true, true);
        assertEquals(Frames.X, tableMac(address(3)));
    }

    @Test
    void shouldPushOutTheOldestQuestionAndNoNeighbourThatAnswered() {
        send(X4, 1);
        answer(X4);
        sink.takeFates();
        send(address(2), 2);
        send(address(3), 3);
        send(address(4), 4);
        assertEquals(List.of(), sink.takeFates());
        send(address(5), 5);
        assertEquals(List.of("5: frame 2 of port 9 neigh_queue_full"), sink.takeFates());
        assertEquals(4, resolver.view().size());
        assertEquals(1, resolver.counters().evicted());
        assertEquals(Frames.X, tableMac(X4));
    }

    @Test
    void shouldPushOutWhoeverWasSilentForLongestWhenAllHaveAnswered() {
        for (int i = 1; i <= 4; i++) {
            send(address(i), i);
            answer(address(i));
        }
        answer(address(1));
        send(address(5), 5);
        assertEquals(NeighborTable.UNRESOLVED, tableMac(address(2)));
        assertEquals(Frames.X, tableMac(address(1)));
    }

    // -- ageing --

    @Test
    void shouldProbeAUsedNeighbourByUnicastWhenTheReachableTimeIsOver() {
        send(X4, 1);
        answer(X4);
        tableMac(X4);
        passSeconds(30);
        assertEquals(NeighborState.PROBE, state(X4));
        assertEquals(2, sink.transmitted.size());
        assertArrayEquals(
                Frames.resize(
                        Frames.patch(
                                Frames.arp(1)
                                        .macs(Frames.X, Frames.OWN)
                                        .ips(Frames.HOST4, Frames.X4)
                                        .build(),
                                32,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0),
                        60),
                sink.transmitted.get(1));
        assertEquals(Frames.X, tableMac(X4), "a neighbour that is asked to confirm is still used");
        answer(X4);
        assertEquals(NeighborState.REACHABLE, state(X4));
    }

    @Test
    void shouldForgetAUsedNeighbourThatDoesNotConfirmAndAskEverybodyNext() {
        send(X4, 1);
        answer(X4);
        tableMac(X4);
        passSeconds(33);
        assertEquals(4, sink.transmitted.size());
        assertEquals(List.of(), resolver.view());
        assertEquals(NeighborTable.UNRESOLVED, tableMac(X4));
        sink.takeFates();
        send(X4, 2);
        assertArrayEquals(arpQuestion(), sink.transmitted.get(4));
    }

    @Test
    void shouldForgetAnUnusedNeighbourWithoutAskingIt() {
        send(X4, 1);
        answer(X4);
        passSeconds(30);
        assertEquals(NeighborState.STALE, state(X4));
        passSeconds(30);
        assertEquals(List.of(), resolver.view());
        assertEquals(1, sink.transmitted.size());
    }

    @Test
    void shouldProbeAStaleNeighbourSoonAfterItIsUsedAgain() {
        send(X4, 1);
        answer(X4);
        passSeconds(42);
        assertEquals(NeighborState.STALE, state(X4));
        tableMac(X4);
        passSeconds(5);
        assertEquals(NeighborState.PROBE, state(X4));
    }

    // -- what is learned --

    @Test
    void shouldNotRememberStrangers() {
        resolver.learned(UPLINK, X4, Frames.X, true, true);
        resolver.learned(UPLINK + 1, X4, Frames.X, true, true);
        assertEquals(List.of(), resolver.view());
        assertEquals(2, resolver.counters().ignored());
    }

    @Test
    void shouldIgnoreGroupsAndItself() {
        send(X4, 1);
        resolver.learned(UPLINK, X4, Frames.BROADCAST, true, true);
        resolver.learned(UPLINK, X4, Frames.OWN, true, true);
        resolver.learned(UPLINK, X4, NeighborResolver.NO_MAC, true, true);
        assertEquals(NeighborState.INCOMPLETE, state(X4));
        assertEquals(List.of(), sink.takeFates());
    }

    @Test
    void shouldSendToAnUnsolicitedAnswerButHoldItStale() {
        send(X4, 1);
        resolver.learned(UPLINK, X4, Frames.X, false, true);
        assertEquals(List.of("5: frame 1" + TO_X), sink.takeFates());
        assertEquals(NeighborState.STALE, state(X4));
    }

    @Test
    void shouldFollowANeighbourToAnotherMacAndVerifyUnlessItWasAsked() {
        send(X4, 1);
        answer(X4);
        resolver.learned(UPLINK, X4, Frames.OTHER, false, true);
        assertEquals(Frames.OTHER, tableMac(X4));
        assertEquals(NeighborState.STALE, state(X4));
        passSeconds(5);
        assertEquals(NeighborState.PROBE, state(X4));
        resolver.learned(UPLINK, X4, Frames.X, true, true);
        assertEquals(Frames.X, tableMac(X4));
        assertEquals(NeighborState.REACHABLE, state(X4));
        assertEquals(2, resolver.counters().changed());
    }

    @Test
    void shouldKeepTheMacWhereAnotherDoesNotOverride() {
        send(X6, 1);
        answer(X6);
        resolver.learned(UPLINK, X6, Frames.OTHER, true, false);
        assertEquals(Frames.X, tableMac(X6));
        assertEquals(NeighborState.STALE, state(X6), "but doubt it");
        resolver.learned(UPLINK, X6, Frames.OTHER, true, false);
        assertEquals(NeighborState.STALE, state(X6));
    }

    @Test
    void shouldTakeAnAdvertisementWithoutMacForAConfirmation() {
        send(X6, 1);
        answer(X6);
        passSeconds(30);
        assertEquals(NeighborState.STALE, state(X6));
        resolver.learned(UPLINK, X6, NeighborResolver.NO_MAC, true, false);
        assertEquals(NeighborState.REACHABLE, state(X6));
        assertEquals(Frames.X, tableMac(X6));
    }

    @Test
    void shouldNotTakeNewsOfTheSameMacForAConfirmation() {
        send(X4, 1);
        answer(X4);
        passSeconds(20);
        resolver.learned(UPLINK, X4, Frames.X, false, true);
        passSeconds(10);
        assertEquals(NeighborState.STALE, state(X4));
    }

    // -- configured --

    @Test
    void shouldUseAConfiguredMacInPlaceOfTheOneThatWasLearned() {
        send(X4, 1);
        answer(X4);
        sink.takeFates();
        resolver.permanent(UPLINK, X4, Frames.OTHER);
        assertEquals(Frames.OTHER, tableMac(X4), "lcores must find what is configured");
        assertEquals(NeighborState.PERMANENT, state(X4));
        resolver.permanent(UPLINK, X4, Frames.X);
        assertEquals(Frames.X, tableMac(X4), "and follow it to another one");
    }

    @Test
    void shouldNeitherAskNorForgetNorBelieveAnotherMacOfAConfiguredNeighbour() {
        resolver.permanent(UPLINK, X4, Frames.X);
        resolver.learned(UPLINK, X4, Frames.OTHER, true, true);
        tableMac(X4);
        passSeconds(200);
        assertEquals(Frames.X, tableMac(X4));
        assertEquals(NeighborState.PERMANENT, state(X4));
        assertEquals(1, resolver.counters().ignored());
        assertEquals(0, sink.transmitted.size());
    }

    @Test
    void shouldSendWhatWaitsToTheConfiguredMac() {
        send(X4, 1);
        send(X4, 2);
        resolver.permanent(UPLINK, X4, Frames.X);
        assertEquals(List.of("5: frame 1" + TO_X, "5: frame 2" + TO_X), sink.takeFates());
        assertEquals(Frames.X, tableMac(X4));
        passSeconds(10);
        assertEquals(1, sink.transmitted.size(), "nobody is asked any more");
    }

    @Test
    void shouldConfigureANeighbourInWhateverStateItIs() {
        send(X4, 1);
        passSeconds(3);
        assertEquals(NeighborState.FAILED, state(X4));
        resolver.permanent(UPLINK, X4, Frames.X);
        send(address(1), 2);
        answer(address(1));
        passSeconds(30);
        assertEquals(NeighborState.STALE, state(address(1)));
        resolver.permanent(UPLINK, address(1), Frames.OTHER);
        send(address(2), 3);
        answer(address(2));
        tableMac(address(2));
        passSeconds(30);
        assertEquals(NeighborState.PROBE, state(address(2)));
        resolver.permanent(UPLINK, address(2), Frames.OTHER);
        passSeconds(200);
        assertEquals(Frames.X, tableMac(X4));
        assertEquals(Frames.OTHER, tableMac(address(1)));
        assertEquals(Frames.OTHER, tableMac(address(2)));
        assertEquals(3, resolver.view().size());
    }

    @Test
    void shouldAskAnewOnceANeighbourIsConfiguredNoLonger() {
        resolver.permanent(UPLINK, X4, Frames.X);
        resolver.notPermanent(UPLINK, X4);
        assertEquals(NeighborTable.UNRESOLVED, tableMac(X4));
        assertEquals(List.of(), resolver.view());
        send(X4, 1);
        assertArrayEquals(arpQuestion(), sink.transmitted.get(0));
        resolver.notPermanent(UPLINK, X4);
        assertEquals(NeighborState.INCOMPLETE, state(X4), "that one was not configured");
        resolver.notPermanent(UPLINK + 1, X4);
        assertEquals(List.of(), sink.takeFates());
    }

    @Test
    void shouldLetConfiguredNeighboursNeitherCountNorMakeRoom() {
        for (int i = 0; i < 6; i++) {
            resolver.permanent(UPLINK, address(i), Frames.X);
        }
        for (int i = 6; i < 12; i++) {
            send(address(i), i);
            answer(address(i));
        }
        for (int i = 0; i < 6; i++) {
            assertEquals(Frames.X, tableMac(address(i)));
        }
        assertEquals(2, resolver.counters().evicted());
        assertEquals(10, resolver.view().size());
    }

    // -- edges --

    @Test
    void shouldAskOnBehalfOfThePortWhereTheUplinkHasNoAddress() {
        resolver.putUplink(UPLINK, UplinkIdentity.of(Frames.OWN, List.of()));
        resolver.unresolved(UPLINK, X4, C1_4, frame(1));
        assertArrayEquals(
                Frames.resize(
                        Frames.arp(1)
                                .macs(Frames.BROADCAST, Frames.OWN)
                                .ips(Frames.C1_4, Frames.X4)
                                .build(),
                        60),
                sink.transmitted.get(0));
    }

    @Test
    void shouldDropFramesToHopsThatNobodyCanBe() {
        for (String hop : List.of("0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1")) {
            send(IpAddress.parse(hop), 1);
        }
        assertEquals(5, sink.takeFates().size());
        assertEquals(0, sink.transmitted.size());
    }

    @Test
    void shouldDropWhatWaitsWhenTheUplinkGoes() {
        send(X4, 1);
        answer(X4);
        send(address(2), 2);
        sink.takeFates();
        resolver.removeUplink(UPLINK);
        assertEquals(List.of("5: frame 2 of port 9 dev_down"), sink.takeFates());
        assertEquals(NeighborTable.UNRESOLVED, tableMac(X4));
        send(X4, 3);
        assertEquals(List.of("5: frame 3 of port 9 dev_down"), sink.takeFates());
        passSeconds(100);
        assertEquals(1 + 1, sink.transmitted.size());
    }

    @Test
    void shouldFailInTheEndWhereNoFrameCanBeHadForAQuestion() {
        try (MemoryPool empty = new MemoryPool(1, 256)) {
            final long hog = empty.allocate(1);
            final NeighborResolver starved = new NeighborResolver(SMALL, table, empty, sink, clock);
            starved.putUplink(0, UplinkIdentity.of(Frames.OWN, List.of()));
            starved.unresolved(0, X4, null, frame(1));
            for (int second = 0; second < 3; second++) {
                clock.advanceMillis(1000);
                starved.tick();
            }
            assertEquals(List.of("0: frame 1 of port 9 neigh_fail"), sink.takeFates());
            assertEquals(3, starved.counters().noFrame());
            empty.free(hog);
        }
    }

    @Test
    void shouldHandFramesOnByItselfWhileTheTableIsFullAndPublishLater() {
        final ManualGrace grace = new ManualGrace();
        try (NeighborTable tiny = new NeighborTable(1, grace)) {
            final NeighborResolver crowded = new NeighborResolver(SMALL, tiny, pool, sink, clock);
            crowded.putUplink(0, UplinkIdentity.of(Frames.OWN, List.of()));
            crowded.putUplink(1, UplinkIdentity.of(Frames.OWN, List.of()));
            crowded.unresolved(0, X4, null, frame(1));
            crowded.learned(0, X4, Frames.X, true, true);
            crowded.unresolved(1, X4, null, frame(2));
            crowded.learned(1, X4, Frames.X, true, true);
            crowded.unresolved(1, X4, null, frame(3));
            assertEquals(
                    List.of("0: frame 1" + TO_X, "1: frame 2" + TO_X, "1: frame 3" + TO_X),
                    sink.takeFates());
            assertEquals(NeighborTable.UNRESOLVED, tiny.mac4(1, X4.ipv4()));
            assertEquals(2, crowded.counters().tableFull());
            crowded.removeUplink(0);
            grace.pass();
            crowded.unresolved(1, X4, null, frame(4));
            assertEquals(Frames.X, tiny.mac4(1, X4.ipv4()));
            crowded.close();
        }
    }

    @Test
    void shouldShowItsNeighboursToReaders() {
        send(X4, 1);
        answer(X4);
        clock.advanceMillis(1500);
        send(address(2), 2);
        final List<NeighborView> views = resolver.view();
        assertTrue(
                views.contains(
                        new NeighborView(
                                UPLINK, X4, Frames.X, NeighborState.REACHABLE, 1_500_000_000L, 0)));
        assertTrue(
                views.contains(
                        new NeighborView(
                                UPLINK,
                                address(2),
                                NeighborResolver.NO_MAC,
                                NeighborState.INCOMPLETE,
                                -1,
                                1)));
        assertEquals(2, views.size());
    }

    @Test
    void shouldRefuseSettingsThatCannotWork() {
        assertEquals(
                "neighbour requests=0 is below 1; raise it",
                assertThrows(IllegalArgumentException.class, () -> config(0, Duration.ofSeconds(1)))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> config(1, Duration.ZERO));
    }

    private static NeighborConfig config(int requests, Duration time) {
        return new NeighborConfig(1, 1, 1, requests, time, time, time, time, time);
    }

    private void send(IpAddress hop, int number) {
        resolver.unresolved(UPLINK, hop, null, frame(number));
    }

    private void answer(IpAddress address) {
        resolver.learned(UPLINK, address, Frames.X, true, true);
    }

    private WaitingFrame frame(int number) {
        return new WaitingFrame(0, PORT, pool.frame(new byte[] {(byte) number, 0}));
    }

    private long tableMac(IpAddress address) {
        return address.isIpv4()
                ? table.mac4(UPLINK, address.ipv4())
                : table.mac6(UPLINK, address.key0(), address.key1());
    }

    private NeighborState state(IpAddress address) {
        return resolver.view().stream()
                .filter(view -> view.address().equals(address))
                .findFirst()
                .orElseThrow()
                .state();
    }

    private void pass(long millis) {
        clock.advanceMillis(millis);
        resolver.tick();
    }

    private void passSeconds(int seconds) {
        for (int second = 0; second < seconds; second++) {
            pass(1000);
        }
    }

    private static IpAddress address(int last) {
        return IpAddress.parse("10.0.0." + (100 + last));
    }

    /** Broadcast, from the host port's address, for X. */
    private static byte[] arpQuestion() {
        return Frames.resize(
                Frames.arp(1)
                        .macs(Frames.BROADCAST, Frames.OWN)
                        .ips(Frames.HOST4, Frames.X4)
                        .build(),
                60);
    }

    /** A solicitation for X with the uplink's MAC, behind type, code and checksum. */
    private static byte[] ndBody() {
        return ByteBuffer.allocate(28)
                .putInt(0)
                .putLong(X6.key0())
                .putLong(X6.key1())
                .put((byte) 1)
                .put((byte) 1)
                .putShort((short) (Frames.OWN >>> 32))
                .putInt((int) Frames.OWN)
                .array();
    }
}
