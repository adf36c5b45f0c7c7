// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.IpAddress;
import io.ipvane.table.Grace;
import io.ipvane.upcall.ControlMailbox;
import io.ipvane.upcall.FrameInjector;
import io.ipvane.upcall.Upcall;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between the lcores and the {@link NeighborResolver}: their messages in, its frames out.
 *
 * <p>Conductor thread only. Frames on the way are counted where they end: sent ones at the uplink
 * by the lcore that sends, lost ones here.
 */
public final class NeighborUpcall implements Upcall, ControlMailbox.Listener, NeighborSink {
    private static final Logger LOG = LoggerFactory.getLogger(NeighborUpcall.class);
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final FrameInjector injector;
    private final FramePool pool;
    private final CounterShard counters;
    private final Unanswered unanswered;
    private final Runnable changed;
    private final NeighborTable table;
    private final NeighborResolver resolver;
    private Map<Integer, NeighborUplink> known = Map.of();
    private NeighborCounters said;
    private long lastSaid = System.nanoTime();

    /** Hears of frames whose next hop has not answered. */
    @FunctionalInterface
    public interface Unanswered {
        /** A frame is about to be freed. */
        void unanswered(WaitingFrame frame);
    }

    /**
     * Knows nobody yet.
     *
     * @param counters of the conductor's thread
     * @param changed what {@link #hasFailed} says has
     */
    public NeighborUpcall(
            FrameInjector injector,
            FramePool pool,
            CounterShard counters,
            Grace grace,
            Unanswered unanswered,
            Runnable changed) {
        this.injector = injector;
        this.pool = pool;
        this.counters = counters;
        this.unanswered = unanswered;
        this.changed = changed;
        this.table = new NeighborTable(NeighborTable.MAX_CAPACITY, grace);
        this.resolver =
                new NeighborResolver(NeighborConfig.DEFAULT, table, pool, this, System::nanoTime);
        this.said = resolver.counters();
    }

    /** What lcores read. */
    public NeighborTable table() {
        return table;
    }

    /** Takes over which segments there are, by domain, and their configured neighbours. */
    public void segments(Map<Integer, NeighborUplink> now) {
        final Map<Integer, NeighborUplink> then = known;
        // From here on, as questions may leave at once.
        known = Map.copyOf(now);
        now.forEach(
                (domain, segment) -> {
                    resolver.putUplink(domain, segment.identity());
                    final NeighborUplink before = then.get(domain);
                    permanent(domain, before, segment);
                    // Where the link is down nobody has failed.
                    resolver.watch(domain, segment.linkUp() ? segment.watched() : Set.of());
                    if (before != null && before.linkUp() && !segment.linkUp()) {
                        resolver.linkDown(domain);
                    }
                });
        then.keySet().stream()
                .filter(domain -> !now.containsKey(domain))
                .forEach(resolver::removeUplink);
    }

    private void permanent(int index, NeighborUplink before, NeighborUplink now) {
        final Map<IpAddress, Long> left = new HashMap<>();
        if (before != null) {
            left.putAll(before.permanent());
        }
        now.permanent()
                .forEach(
                        (address, mac) -> {
                            if (!mac.equals(left.remove(address))) {
                                resolver.permanent(index, address, mac);
                            }
                        });
        left.keySet().forEach(gone -> resolver.notPermanent(index, gone));
    }

    @Override
    public int doWork() {
        return resolver.tick();
    }

    @Override
    public void unresolved(
            int lcore,
            int domain,
            int ingress,
            int family,
            long hop0,
            long hop1,
            int source,
            long mbuf) {
        resolver.unresolved(
                domain,
                address(family, hop0, hop1),
                source == 0 ? null : IpAddress.ipv4(source),
                new WaitingFrame(lcore, ingress, mbuf));
    }

    @Override
    public void learned(
            int domain,
            int family,
            long address0,
            long address1,
            long mac,
            boolean solicited,
            boolean override) {
        resolver.learned(domain, address(family, address0, address1), mac, solicited, override);
    }

    private static IpAddress address(int family, long key0, long key1) {
        return family == IpAddress.IPV4 ? IpAddress.ipv4((int) key0) : IpAddress.ipv6(key0, key1);
    }

    @Override
    public void transmit(int domain, long mbuf) {
        final int exit = exit(domain);
        if (!injector.ownFinished(exit, mbuf)) {
            ringFull(exit, mbuf);
        }
    }

    @Override
    public void resolved(int domain, WaitingFrame frame, long mac) {
        Ethernet.putDestination(pool.data(frame.mbuf()), mac);
        final int exit = exit(domain);
        if (!injector.finished(frame.lcore(), exit, frame.mbuf())) {
            ringFull(exit, frame.mbuf());
        }
    }

    /** A segment's frames leave by its exit; the resolver knows its domain only. */
    private int exit(int domain) {
        return known.get(domain).exit();
    }

    private void ringFull(int exit, long mbuf) {
        counters.add(exit, BurstDrop.RING_FULL.column(), 1);
        pool.free(mbuf);
    }

    @Override
    public void dropped(int domain, WaitingFrame frame, DropReason reason) {
        counters.add(frame.port(), reason.column(), 1);
        if (reason == NeighborDrop.NEIGH_FAIL) {
            unanswered.unanswered(frame);
        }
        pool.free(frame.mbuf());
    }

    /** Says once a minute which bounds were met, if any. */
    @Override
    public void secondOver() {
        final long now = System.nanoTime();
        if (now - lastSaid < MINUTE) {
            return;
        }
        lastSaid = now;
        final NeighborCounters sum = resolver.counters();
        final long evicted = sum.evicted() - said.evicted();
        final long tableFull = sum.tableFull() - said.tableFull();
        final long noFrame = sum.noFrame() - said.noFrame();
        said = sum;
        if (evicted + tableFull + noFrame > 0) {
            LOG.warn(
                    "event=neighbors_odd evicted={} table_full={} no_frame={} bound_of_an_uplink={}"
                            + " bound_of_all={}",
                    evicted,
                    tableFull,
                    noFrame,
                    NeighborConfig.DEFAULT.capacity(),
                    table.capacity());
        }
    }

    @Override
    public void watchedChanged(int domain, IpAddress address, boolean failed) {
        LOG.info(
                "event=next_hop_{} uplink={} via={}",
                failed ? "failed" : "answers",
                known.get(domain).name(),
                address);
        changed.run();
    }

    /** Whether one of several gateways of a route does not answer. */
    public boolean hasFailed(int domain, IpAddress address) {
        return resolver.hasFailed(domain, address);
    }

    /** All neighbours, for readers. */
    public List<NeighborView> view() {
        return resolver.view();
    }

    @Override
    public void close() {
        resolver.close();
        table.close();
    }
}
