// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Gateways that share the flows of a route: kept known, and missed where they do not answer. */
class WatchedNeighborsTest {
    private static final int UPLINK = 5;
    private static final IpAddress GATEWAY = IpAddress.parse("10.0.0.254");
    private static final IpAddress GATEWAY6 = IpAddress.parse("fe80::fe");

    /** The usual times, and room for four. */
    private static final NeighborConfig FEW =
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
    private final NeighborResolver resolver = new NeighborResolver(FEW, table, pool, sink, clock);

    @BeforeEach
    void addUplink() {
        resolver.putUplink(
                UPLINK,
                UplinkIdentity.of(Frames.OWN, List.of(IpPrefix.parseWithHostBits("10.0.0.1/24"))));
    }

    @AfterEach
    void shouldHaveLeakedNothing() {
        resolver.close();
        table.close();
        pool.close();
    }

    private void passSeconds(int seconds) {
        for (int second = 0; second < seconds; second++) {
            clock.advanceMillis(1_000);
            resolver.tick();
        }
    }

    private void answer(IpAddress address) {
        resolver.learned(UPLINK, address, Frames.X, true, true);
    }

    @Test
    void shouldAskWithoutAFrameAndOnce() {
        resolver.watch(UPLINK, Set.of(GATEWAY, GATEWAY6));
        resolver.watch(UPLINK, Set.of(GATEWAY, GATEWAY6));
        assertEquals(2, sink.transmitted.size());
        answer(GATEWAY);
        answer(GATEWAY6);
        assertEquals(List.of(), sink.takeFates(), "that they answer is no news");
        assertEquals(Frames.X, table.mac4(UPLINK, GATEWAY.ipv4()));
    }

    @Test
    void shouldSayWhoFailsAndAskOnUntilItAnswers() {
        resolver.watch(UPLINK, Set.of(GATEWAY));
        passSeconds(3);
        assertEquals(List.of("5: 10.0.0.254 failed"), sink.takeFates());
        assertTrue(resolver.hasFailed(UPLINK, GATEWAY));
        passSeconds(60);
        assertEquals(List.of(), sink.takeFates(), "once");
        assertTrue(sink.transmitted.size() > 30);
        while (resolver.view().getFirst().state() != NeighborState.INCOMPLETE) {
            passSeconds(1);
        }
        answer(GATEWAY);
        assertEquals(List.of("5: 10.0.0.254 answers"), sink.takeFates());
        assertFalse(resolver.hasFailed(UPLINK, GATEWAY));
    }

    /** An answer, or whatever else it says of itself, is believed while nobody asks for it too. */
    @Test
    void shouldHearOfOneThatComesBackBetweenTwoQuestions() {
        resolver.watch(UPLINK, Set.of(GATEWAY));
        passSeconds(3);
        assertEquals(NeighborState.FAILED, resolver.view().getFirst().state());
        sink.takeFates();
        resolver.learned(UPLINK, GATEWAY, Frames.X, false, true);
        assertEquals(List.of("5: 10.0.0.254 answers"), sink.takeFates());
    }

    @Test
    void shouldMissOneThatNobodyUses() {
        resolver.watch(UPLINK, Set.of(GATEWAY));
        answer(GATEWAY);
        passSeconds(100);
        assertEquals(List.of("5: 10.0.0.254 failed"), sink.takeFates());
        assertEquals(1, resolver.view().size());
    }

    @Test
    void shouldMissOneThatIsUsedAndSilentNow() {
        resolver.watch(UPLINK, Set.of(GATEWAY));
        answer(GATEWAY);
        for (int second = 0; second < 35; second++) {
            table.mac4(UPLINK, GATEWAY.ipv4());
            passSeconds(1);
        }
        assertEquals(List.of("5: 10.0.0.254 failed"), sink.takeFates());
    }

    @Test
    void shouldNotMissOneThatIsConfigured() {
        resolver.watch(UPLINK, Set.of(GATEWAY));
        passSeconds(3);
        sink.takeFates();
        resolver.permanent(UPLINK, GATEWAY, Frames.X);
        assertEquals(List.of("5: 10.0.0.254 answers"), sink.takeFates());
        passSeconds(100);
        assertFalse(resolver.hasFailed(UPLINK, GATEWAY));
        resolver.notPermanent(UPLINK, GATEWAY);
        assertEquals(NeighborState.INCOMPLETE, resolver.view().getFirst().state());
    }

    @Test
    void shouldForgetWhoIsWatchedNoLonger() {
        resolver.watch(UPLINK, Set.of(GATEWAY));
        passSeconds(3);
        resolver.watch(UPLINK, Set.of());
        assertFalse(resolver.hasFailed(UPLINK, GATEWAY));
        passSeconds(3);
        assertEquals(List.of(), resolver.view());
    }

    @Test
    void shouldLetAScanPushOutNoneThatIsWatched() {
        resolver.watch(UPLINK, Set.of(GATEWAY));
        for (int i = 0; i < 10; i++) {
            resolver.unresolved(
                    UPLINK,
                    IpAddress.ipv4(0x0A01_0000 + i),
                    null,
                    new WaitingFrame(0, 9, pool.frame(new byte[] {1, 0})));
            sink.fates.clear();
        }
        assertTrue(resolver.view().stream().anyMatch(known -> known.address().equals(GATEWAY)));
    }
}
