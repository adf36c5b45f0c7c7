// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import io.ipvane.icmp.ErrorKind;
import io.ipvane.neighbor.NeighborConfig;
import io.ipvane.neighbor.NeighborCounters;
import io.ipvane.neighbor.NeighborDrop;
import io.ipvane.neighbor.NeighborResolver;
import io.ipvane.neighbor.NeighborSink;
import io.ipvane.neighbor.NeighborTable;
import io.ipvane.neighbor.NeighborView;
import io.ipvane.neighbor.UplinkIdentity;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.IpAddress;
import io.ipvane.table.Grace;
import io.ipvane.upcall.ControlMailbox;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.MessageHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between the lcores and the {@link NeighborResolver}: their messages in, its frames out.
 *
 * <p>Conductor thread only. Frames on the way are counted where they end: sent ones at the uplink
 * by the lcore that sends, lost ones here.
 */
final class NeighborPlane implements ControlMailbox.Listener, NeighborSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NeighborPlane.class);
    private static final int MESSAGES_A_TURN = 1_024;
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final ControlMailbox mailbox;
    private final FramePool pool;
    private final CounterShard counters;
    private final ErrorPlane errors;
    private final NeighborTable table;
    private final NeighborResolver resolver;
    private Map<Integer, UplinkModel> known = Map.of();
    private NeighborCounters said;
    private long lastSaid = System.nanoTime();
    private final MessageHandler handler = ControlMailbox.handler(this);

    /**
     * @param errors hears of frames whose next hop has not answered
     */
    NeighborPlane(
            ControlMailbox mailbox,
            FramePool pool,
            CounterShard counters,
            Grace grace,
            ErrorPlane errors) {
        this.mailbox = mailbox;
        this.pool = pool;
        this.counters = counters;
        this.errors = errors;
        this.table = new NeighborTable(NeighborTable.MAX_CAPACITY, grace);
        this.resolver =
                new NeighborResolver(NeighborConfig.DEFAULT, table, pool, this, System::nanoTime);
        this.said = resolver.counters();
    }

    /** What lcores read. */
    NeighborTable table() {
        return table;
    }

    /** Takes over who the uplinks are, and the neighbours that are configured. */
    void model(SwitchModel model) {
        for (UplinkModel uplink : model.uplinks().values()) {
            resolver.putUplink(
                    uplink.index(), UplinkIdentity.of(uplink.mac(), uplink.hostAddresses()));
            permanent(uplink);
            final UplinkModel before = known.get(uplink.index());
            if (before != null && before.linkUp() && !uplink.linkUp()) {
                resolver.linkDown(uplink.index());
            }
        }
        for (UplinkModel uplink : known.values()) {
            if (!model.uplinks().containsKey(uplink.index())) {
                resolver.removeUplink(uplink.index());
            }
        }
        known = model.uplinks();
    }

    private void permanent(UplinkModel uplink) {
        final UplinkModel before = known.get(uplink.index());
        if (before != null && before.neighbors().equals(uplink.neighbors())) {
            return;
        }
        final Map<IpAddress, Long> left = macs(before);
        for (io.ipvane.config.NeighborConfig now : uplink.neighbors()) {
            final Long was = left.remove(now.address());
            if (was == null || was != now.mac()) {
                resolver.permanent(uplink.index(), now.address(), now.mac());
            }
        }
        left.keySet().forEach(gone -> resolver.notPermanent(uplink.index(), gone));
    }

    private static Map<IpAddress, Long> macs(UplinkModel uplink) {
        final Map<IpAddress, Long> macs = new HashMap<>();
        if (uplink != null) {
            uplink.neighbors().forEach(known -> macs.put(known.address(), known.mac()));
        }
        return macs;
    }

    /** One turn: messages, then time. */
    int doWork() {
        return mailbox.receive(handler, MESSAGES_A_TURN) + resolver.tick();
    }

    @Override
    public void unresolved(
            int uplink, int ingress, int family, long hop0, long hop1, int source, long mbuf) {
        resolver.unresolved(
                uplink,
                address(family, hop0, hop1),
                source == 0 ? null : IpAddress.ipv4(source),
                ingress,
                mbuf);
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
        if (!mailbox.toLcore().finished(uplink, mbuf)) {
            dropped(uplink, uplink, mbuf, BurstDrop.RING_FULL);
        }
    }

    @Override
    public void resolved(int uplink, long mbuf, long mac) {
        Ethernet.putDestination(pool.data(mbuf), mac);
        transmit(uplink, mbuf);
    }

    @Override
    public void dropped(int uplink, int port, long mbuf, DropReason reason) {
        counters.add(port, reason.column(), 1);
        if (reason == NeighborDrop.NEIGH_FAIL) {
            errors.tell(port, ErrorKind.NEIGHBOR_FAILED, 0, mbuf);
        }
        pool.free(mbuf);
    }

    /** Says once a minute which bounds were met, if any. */
    void secondOver() {
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

    /** All neighbours, for readers. */
    List<NeighborView> view() {
        return resolver.view();
    }

    /** Lcores have stopped: what still lies in the mailbox, or waits, is freed. */
    @Override
    public void close() {
        mailbox.receiveAll(handler);
        resolver.close();
        mailbox.drain(pool);
        table.close();
    }
}
