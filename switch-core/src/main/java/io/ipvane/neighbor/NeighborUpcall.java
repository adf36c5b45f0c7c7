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

    /** Takes over who the uplinks are, by their index, and the neighbours that are configured. */
    public void uplinks(Map<Integer, NeighborUplink> now) {
        now.forEach(
                (index, uplink) -> {
                    resolver.putUplink(index, uplink.identity());
                    final NeighborUplink before = known.get(index);
                    permanent(index, before, uplink);
                    // Where the link is down nobody has failed.
                    resolver.watch(index, uplink.linkUp() ? uplink.watched() : Set.of());
                    if (before != null && before.linkUp() && !uplink.linkUp()) {
                        resolver.linkDown(index);
                    }
                });
        known.keySet().stream()
                .filter(index -> !now.containsKey(index))
                .forEach(resolver::removeUplink);
        known = Map.copyOf(now);
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
            int uplink,
            int ingress,
            int family,
            long hop0,
            long hop1,
            int source,
            long mbuf) {
        resolver.unresolved(
                uplink,
                address(family, hop0, hop1),
                source == 0 ? null : IpAddress.ipv4(source),
                new WaitingFrame(lcore, ingress, mbuf));
    }

    @Override
    public void learned(
            int uplink,
            int family,
            long address0,
            long address1,
            long mac,
            boolean solicited,
            boolean override) {
        resolver.learned(uplink, address(family, address0, address1), mac, solicited, override);
    }

    private static IpAddress address(int family, long key0, long key1) {
        return family == IpAddress.IPV4 ? IpAddress.ipv4((int) key0) : IpAddress.ipv6(key0, key1);
    }

    @Override
    public void transmit(int uplink, long mbuf) {
        if (!injector.ownFinished(uplink, mbuf)) {
            ringFull(uplink, mbuf);
        }
    }

    @Override
    public void resolved(int uplink, WaitingFrame frame, long mac) {
        Ethernet.putDestination(pool.data(frame.mbuf()), mac);
        if (!injector.finished(frame.lcore(), uplink, frame.mbuf())) {
            ringFull(uplink, frame.mbuf());
        }
    }

    private void ringFull(int uplink, long mbuf) {
        counters.add(uplink, BurstDrop.RING_FULL.column(), 1);
        pool.free(mbuf);
    }

    @Override
    public void dropped(int uplink, WaitingFrame frame, DropReason reason) {
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
    public void watchedChanged(int uplink, IpAddress address, boolean failed) {
        LOG.info(
                "event=next_hop_{} uplink={} via={}",
                failed ? "failed" : "answers",
                known.get(uplink).name(),
                address);
        changed.run();
    }

    /** Whether one of several gateways of a route does not answer. */
    public boolean hasFailed(int uplink, IpAddress address) {
        return resolver.hasFailed(uplink, address);
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
