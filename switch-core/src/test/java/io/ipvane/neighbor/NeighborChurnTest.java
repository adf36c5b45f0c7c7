// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Neighbours that come and go for as long as the switch runs, a /64 whose every address answers for
 * instance: whoever has answered is found by lcores, however many came before.
 */
class NeighborChurnTest {
    private static final int NEIGHBORS = 200_000;

    /** That many in an hour. */
    private static final int A_SECOND = NEIGHBORS / 3_600 + 1;

    private static final IpAddress ROUTER = IpAddress.parse("fe80::1");
    private static final IpAddress FIXED = IpAddress.parse("192.0.2.1");

    private final MemoryPool pool = new MemoryPool(16, 256);
    private final RecordingSink sink = new RecordingSink(pool);
    private final TestClock clock = new TestClock();
    private final ManualGrace grace = new ManualGrace();
    private final NeighborTable table = new NeighborTable(NeighborTable.MAX_CAPACITY, grace);
    private final NeighborResolver resolver =
            new NeighborResolver(NeighborConfig.DEFAULT, table, pool, sink, clock);

    @AfterEach
    void shouldLeaveNothingBehind() {
        resolver.close();
        sink.takeFates();
        assertEquals(0, table.size());
        table.close();
        pool.close();
    }

    /**
     * @param uplinks that take turns, so that more live at once than one may have
     */
    @ParameterizedTest(name = "{0} uplinks")
    @ValueSource(ints = {1, 8})
    void shouldLetLcoresFindEveryNeighbourThatHasAnswered(int uplinks) {
        for (int uplink = 0; uplink < uplinks; uplink++) {
            resolver.putUplink(uplink, UplinkIdentity.of(Frames.OWN, List.of()));
            resolver.permanent(uplink, FIXED, Frames.OTHER);
            answered(uplink, ROUTER);
        }
        for (int i = 0; i < NEIGHBORS; i++) {
            final int uplink = i % uplinks;
            final IpAddress next = IpAddress.ipv6(0x2001_0DB8L << 32, i);
            answered(uplink, next);
            assertEquals(Frames.X, mac(uplink, next), "neighbour " + i + " by the conductor");
            assertEquals(Frames.OTHER, mac(uplink, FIXED));
            if (i % (A_SECOND * uplinks) == 0) {
                second();
            }
        }
        assertEquals(0, resolver.counters().tableFull());
        for (int uplink = 0; uplink < uplinks; uplink++) {
            assertTrue(
                    resolver.view().stream().anyMatch(view -> view.address().equals(ROUTER)),
                    "who is used stays");
        }
    }

    /** All uplinks full, which is more than any bound of one of them. */
    @Test
    void shouldHaveRoomForAsManyAsAllUplinksMayHave() {
        final int uplinks = 6;
        final int each = NeighborConfig.DEFAULT.capacity();
        for (int uplink = 0; uplink < uplinks; uplink++) {
            resolver.putUplink(uplink, UplinkIdentity.of(Frames.OWN, List.of()));
            for (int i = 0; i < each; i++) {
                answered(uplink, IpAddress.ipv4(0x0A00_0001 + i));
            }
        }
        for (int uplink = 0; uplink < uplinks; uplink++) {
            for (int i = 0; i < each; i++) {
                assertEquals(Frames.X, table.mac4(uplink, 0x0A00_0001 + i));
            }
        }
        assertEquals(uplinks * each, table.size());
        assertEquals(0, resolver.counters().tableFull());
    }

    private void answered(int uplink, IpAddress address) {
        resolver.unresolved(
                uplink, address, null, new WaitingFrame(0, 1, pool.frame(new byte[] {1})));
        resolver.learned(uplink, address, Frames.X, true, true);
        assertEquals(List.of(uplink + ": frame 1 to 02:00:00:00:00:fe"), sink.takeFates());
        sink.transmitted.clear();
    }

    /** Lcores turn, the routers are used and confirm where they are asked, and time passes. */
    private void second() {
        grace.pass();
        clock.advanceMillis(1_000);
        resolver.tick();
        sink.transmitted.clear();
        for (NeighborView view : resolver.view()) {
            if (view.address().equals(ROUTER)) {
                mac(view.uplink(), ROUTER);
                resolver.learned(view.uplink(), ROUTER, Frames.X, true, true);
            }
        }
    }

    private long mac(int uplink, IpAddress address) {
        return address.isIpv4()
                ? table.mac4(uplink, address.ipv4())
                : table.mac6(uplink, address.key0(), address.key1());
    }
}
