// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a resolver counts, in which order it asks, and in whose name. */
class NeighborBookkeepingTest {
    private static final int UPLINK = 5;
    private static final int PORT = 9;
    private static final IpAddress X4 = IpAddress.parse(Frames.X4);
    private static final IpAddress X6 = IpAddress.parse(Frames.X6);
    private static final IpAddress C1_4 = IpAddress.parse(Frames.C1_4);
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** Three questions, a second apart. */
    private static final NeighborConfig SMALL =
            new NeighborConfig(8, 3, 8, 3, SECOND, Duration.ofSeconds(30), SECOND, SECOND, SECOND);

    private final MemoryPool pool = new MemoryPool(64, 256);
    private final RecordingSink sink = new RecordingSink(pool);
    private final TestClock clock = new TestClock();
    private final NeighborTable table = new NeighborTable(16, new ManualGrace());
    private final NeighborResolver resolver = new NeighborResolver(SMALL, table, pool, sink, clock);

    @BeforeEach
    void addUplinkWithoutAnAddress() {
        resolver.putUplink(UPLINK, UplinkIdentity.of(Frames.OWN, List.of()));
    }

    @AfterEach
    void shouldHaveLeakedNothing() {
        resolver.close();
        table.close();
        pool.close();
    }

    private void send(IpAddress hop, IpAddress source) {
        resolver.unresolved(
                UPLINK, hop, source, new WaitingFrame(0, PORT, pool.frame(new byte[] {1, 0})));
    }

    private void answer(IpAddress address) {
        resolver.learned(UPLINK, address, Frames.X, true, true);
    }

    private int pass(long millis) {
        clock.advanceMillis(millis);
        return resolver.tick();
    }

    private static IpAddress address(int last) {
        return IpAddress.parse("10.0.0." + last);
    }

    @Test
    void shouldCountWhatHappens() {
        send(X4, null);
        answer(X4);
        resolver.learned(UPLINK, X4, Frames.OTHER, true, true);
        resolver.learned(UPLINK, C1_4, Frames.X, true, true);
        resolver.learned(UPLINK, X4, Frames.BROADCAST, true, true);
        send(X6, null);
        resolver.learned(UPLINK, X6, NeighborResolver.NO_MAC, true, true);
        pass(1000);
        pass(1000);
        assertEquals(new NeighborCounters(4, 1, 0, 1, 0, 3, 0, 0), resolver.counters());
        pass(1000);
        assertEquals(new NeighborCounters(4, 1, 1, 1, 0, 3, 0, 0), resolver.counters());
    }

    @Test
    void shouldCountANeighbourThatNoLongerConfirmsAsFailed() {
        send(X4, null);
        answer(X4);
        table.mac4(UPLINK, X4.ipv4());
        for (int second = 0; second < 33; second++) {
            pass(1000);
        }
        assertEquals(List.of(), resolver.view());
        assertEquals(1, resolver.counters().failed());
    }

    @Test
    void shouldSayToHowManyNeighboursSomethingHappened() {
        send(address(101), null);
        send(address(102), null);
        assertEquals(0, pass(999));
        assertEquals(2, pass(1));
        assertEquals(0, resolver.tick());
        resolver.permanent(UPLINK, address(101), Frames.X);
        assertEquals(1, pass(1000), "a configured one has nothing to wait for");
    }

    /** Deadlines that are equal pass in the order in which neighbours were first asked for. */
    @Test
    void shouldAskAgainInTheOrderInWhichItAskedFirst() {
        for (int last = 101; last <= 104; last++) {
            send(address(last), null);
        }
        final List<byte[]> first = List.copyOf(sink.transmitted);
        pass(1000);
        assertEquals(8, sink.transmitted.size());
        for (int i = 0; i < 4; i++) {
            assertArrayEquals(first.get(i), sink.transmitted.get(4 + i));
        }
    }

    @Test
    void shouldAskInTheNameOfTheLatestPortThatIsKnownToHaveItsSource() {
        send(X4, null);
        send(X4, C1_4);
        send(X4, null);
        pass(1000);
        final Frames question = Frames.arp(1).macs(Frames.BROADCAST, Frames.OWN);
        assertArrayEquals(
                Frames.resize(question.ips("0.0.0.0", Frames.X4).build(), 60),
                sink.transmitted.get(0));
        assertArrayEquals(
                Frames.resize(question.ips(Frames.C1_4, Frames.X4).build(), 60),
                sink.transmitted.get(1));
    }

    @Test
    void shouldProbeANeighbourOfIpv6ByUnicast() {
        send(X6, null);
        answer(X6);
        table.mac6(UPLINK, X6.key0(), X6.key1());
        pass(30_000);
        final byte[] probe = sink.transmitted.get(1);
        final byte[] wanted =
                Frames.solicitation(Frames.X6)
                        .macs(Frames.X, Frames.OWN)
                        .ips("fe80::ff:fe00:1", Frames.X6)
                        .build();
        // The builder's solicitations are X's: the MAC in the option, and so the checksum, differ.
        assertEquals(wanted.length, probe.length);
        assertArrayEquals(Arrays.copyOf(wanted, 56), Arrays.copyOf(probe, 56));
        assertArrayEquals(Arrays.copyOfRange(wanted, 58, 80), Arrays.copyOfRange(probe, 58, 80));
        assertArrayEquals(new byte[] {2, 0, 0, 0, 0, 1}, Arrays.copyOfRange(probe, 80, 86));
    }

    @Test
    void shouldNameEveryStateInLowerCase() {
        assertEquals(
                List.of("incomplete", "reachable", "stale", "probe", "failed", "permanent"),
                Arrays.stream(NeighborState.values()).map(NeighborState::key).toList());
    }

    @Test
    void shouldRefuseEverySettingThatCannotWorkByItsName() {
        final List<String> bounds =
                List.of("capacity", "queuePerNeighbor", "queueTotal", "requests");
        for (int wrong = 0; wrong < bounds.size(); wrong++) {
            final int[] values = {1, 1, 1, 1};
            values[wrong] = 0;
            assertEquals(
                    "neighbour " + bounds.get(wrong) + "=0 is below 1; raise it",
                    refusal(values, times(-1, SECOND)));
        }
        final List<String> times =
                List.of("retransmit", "reachable", "delay", "unused", "holdDown");
        for (int wrong = 0; wrong < times.size(); wrong++) {
            for (Duration value : List.of(Duration.ZERO, Duration.ofNanos(-1))) {
                assertEquals(
                        "neighbour "
                                + times.get(wrong)
                                + "="
                                + value
                                + " is not positive; raise it",
                        refusal(new int[] {1, 1, 1, 1}, times(wrong, value)));
            }
        }
    }

    private static Duration[] times(int wrong, Duration value) {
        final Duration[] times = {SECOND, SECOND, SECOND, SECOND, SECOND};
        if (wrong >= 0) {
            times[wrong] = value;
        }
        return times;
    }

    private static String refusal(int[] bounds, Duration[] times) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new NeighborConfig(
                                        bounds[0], bounds[1], bounds[2], bounds[3], times[0],
                                        times[1], times[2], times[3], times[4]))
                .getMessage();
    }
}
