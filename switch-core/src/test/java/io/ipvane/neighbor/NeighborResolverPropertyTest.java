// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Anything in any order: every frame leaves exactly once, bounds hold, and the table says what the
 * resolver says.
 */
class NeighborResolverPropertyTest {
    private static final int SEEDS = 60;
    private static final int STEPS = 2_000;
    private static final int POOL = 64;

    private static final NeighborConfig CONFIG =
            new NeighborConfig(
                    6,
                    3,
                    10,
                    2,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(2));

    @Test
    void shouldHandOnEveryFrameExactlyOnceWhateverHappens() {
        for (int seed = 0; seed < SEEDS; seed++) {
            final long transmitted = new Run(seed).steps();
            assertTrue(transmitted > 0, "seed " + seed);
        }
    }

    private record Configured(int uplink, IpAddress address) {}

    private static final class Run {
        private final int seed;
        private final SplittableRandom random;
        private final MemoryPool pool = new MemoryPool(POOL, 256);
        private final RecordingSink sink = new RecordingSink(pool);
        private final TestClock clock = new TestClock();
        private final ManualGrace grace = new ManualGrace();
        private final NeighborTable table = new NeighborTable(8, grace);
        private final NeighborResolver resolver =
                new NeighborResolver(CONFIG, table, pool, sink, clock);
        private final Map<Configured, Long> configured = new HashMap<>();
        private final Set<Integer> uplinks = new HashSet<>();
        private int sent;
        private int left;

        Run(int seed) {
            this.seed = seed;
            random = new SplittableRandom(seed);
        }

        long steps() {
            for (int step = 0; step < STEPS; step++) {
                step();
                left += sink.takeFates().size();
                check(step);
            }
            resolver.close();
            left += sink.takeFates().size();
            assertEquals(sent, left, "seed " + seed);
            assertEquals(0, table.size(), "seed " + seed);
            table.close();
            pool.close();
            return sink.transmitted.size();
        }

        private void step() {
            final int uplink = random.nextInt(2);
            final IpAddress address = someAddress();
            switch (random.nextInt(14)) {
                case 0 -> {
                    resolver.putUplink(uplink, UplinkIdentity.of(Frames.OWN, List.of()));
                    uplinks.add(uplink);
                }
                case 1 -> {
                    if (random.nextInt(20) == 0) {
                        resolver.removeUplink(uplink);
                        uplinks.remove(uplink);
                        configured.keySet().removeIf(one -> one.uplink() == uplink);
                    }
                }
                case 2 -> {
                    clock.advanceMillis(random.nextInt(3000));
                    resolver.tick();
                }
                case 3, 4 ->
                        resolver.learned(
                                uplink,
                                address,
                                (long) random.nextInt(4) << 33,
                                random.nextBoolean(),
                                random.nextBoolean());
                case 5 -> use(uplink, address);
                case 6 -> grace.pass();
                case 7 -> configure(uplink, address);
                case 8 -> {
                    resolver.notPermanent(uplink, address);
                    configured.remove(new Configured(uplink, address));
                }
                default -> {
                    sent++;
                    resolver.unresolved(
                            uplink,
                            address,
                            null,
                            new WaitingFrame(0, 1, pool.frame(new byte[] {(byte) sent})));
                }
            }
        }

        private void configure(int uplink, IpAddress address) {
            if (uplinks.contains(uplink)) {
                final long mac = 1L + random.nextInt(4);
                resolver.permanent(uplink, address, mac);
                configured.put(new Configured(uplink, address), mac);
            }
        }

        private IpAddress someAddress() {
            final int last = random.nextInt(12);
            return random.nextBoolean()
                    ? IpAddress.ipv4(0x0A00_0000 | last)
                    : IpAddress.ipv6(0xFD00L << 48, last);
        }

        private long use(int uplink, IpAddress address) {
            return address.isIpv4()
                    ? table.mac4(uplink, address.ipv4())
                    : table.mac6(uplink, address.key0(), address.key1());
        }

        private void check(int step) {
            final String where = "seed " + seed + ", step " + step;
            final List<NeighborView> views = resolver.view();
            assertEquals(sent - left, resolver.waiting(), where);
            assertEquals(POOL - resolver.waiting(), pool.available(), where);
            assertTrue(resolver.waiting() <= CONFIG.queueTotal(), where);
            int waiting = 0;
            final int[] neighbors = new int[2];
            for (NeighborView view : views) {
                waiting += view.waiting();
                final Long mac = configured.get(new Configured(view.uplink(), view.address()));
                neighbors[view.uplink()] += mac == null ? 1 : 0;
                assertEquals(mac != null, view.state() == NeighborState.PERMANENT, where);
                assertTrue(mac == null || mac == view.mac(), where);
                assertTrue(view.waiting() <= CONFIG.queuePerNeighbor(), where);
                assertTrue(view.waiting() == 0 || view.state() == NeighborState.INCOMPLETE, where);
            }
            assertEquals(waiting, resolver.waiting(), where);
            assertTrue(Math.max(neighbors[0], neighbors[1]) <= CONFIG.capacity(), where);
            if (step % 16 == 0) {
                checkTable(views, where);
            }
        }

        /** Whatever lcores can find is a usable neighbour with that MAC. */
        private void checkTable(List<NeighborView> views, String where) {
            int found = 0;
            for (NeighborView view : views) {
                final long mac = use(view.uplink(), view.address());
                if (mac != NeighborTable.UNRESOLVED) {
                    found++;
                    assertTrue(view.state().isUsable(), where);
                    assertEquals(view.mac(), mac, where);
                }
            }
            assertEquals(found, table.size(), where);
        }
    }
}
