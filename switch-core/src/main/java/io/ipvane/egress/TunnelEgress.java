// SPDX-License-Identifier: Apache-2.0
package io.ipvane.egress;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.neighbor.NeighborDrop;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.IpAddress;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.tunnel.Encap;
import io.ipvane.tunnel.TunnelDrop;

/**
 * Sends frames to remotes: puts them into the tunnel and hands the outer packets to its uplink. A
 * frame that is left to the device to split is split before, as each segment has outer headers of
 * its own. Drops are counted at the tunnel.
 *
 * <p>Owned by the lcore that transmits.
 */
@HotPath
final class TunnelEgress {
    private static final int TOO_BIG = TunnelDrop.TX_TOO_BIG.number();

    private final EgressLanes lanes;
    private final FramePool pool;
    private final CounterShard counters;
    private final Upcaller upcaller;
    private final Encap encap;

    TunnelEgress(
            EgressLanes lanes,
            FramePool pool,
            CounterShard counters,
            Upcaller upcaller,
            Encap encap) {
        this.lanes = lanes;
        this.pool = pool;
        this.counters = counters;
        this.upcaller = upcaller;
        this.encap = encap;
    }

    /** Ends frame {@code i}, which is for a remote. */
    void send(Burst burst, int i, int remote, ForwardingSnapshot snapshot, PortEntry ingress) {
        final long mbuf = burst.mbuf(i);
        encap.select(remote, snapshot.remotes());
        if (ingress.role == PortEntry.Role.UPLINK) {
            // What has come out of a tunnel would go round for ever where two hosts are mistaken.
            drop(TunnelDrop.SPLIT_HORIZON.number(), mbuf);
            return;
        }
        encap.look(burst.row(i));
        final int longest = pool.longest(mbuf);
        if (longest == burst.length(i) || longest > encap.innerMtu() + Ethernet.LENGTH) {
            send(mbuf, snapshot, ingress);
            return;
        }
        final int segments = encap.split(mbuf);
        if (segments == 0) {
            drop(BurstDrop.POOL_EMPTY.number(), mbuf);
        }
        for (int k = 0; k < segments; k++) {
            send(encap.segment(k), snapshot, ingress);
        }
    }

    private void send(long mbuf, ForwardingSnapshot snapshot, PortEntry ingress) {
        final PortEntry uplink = snapshot.entry(encap.uplink());
        if (uplink == null || !lanes.has(uplink.index)) {
            drop(EgressDrop.NO_PORT.number(), mbuf);
            return;
        }
        if (!uplink.up) {
            drop(BurstDrop.DEV_DOWN.number(), mbuf);
            return;
        }
        final int answer = encap.put(mbuf, ingress.segment.exit());
        switch (answer) {
            case Encap.DONE -> lanes.add(uplink.index, mbuf, pool.length(mbuf));
            case Encap.UNRESOLVED -> resolve(mbuf, uplink, ingress);
            default -> refuse(answer, mbuf, ingress);
        }
    }

    /** The outer packet waits, finished, for the MAC address of its next hop. */
    private void resolve(long mbuf, PortEntry uplink, PortEntry ingress) {
        final int family =
                encap.etherType() == Ethernet.TYPE_IPV4 ? IpAddress.IPV4 : IpAddress.IPV6;
        if (!upcaller.unresolved(
                uplink, ingress, family, encap.nextHop0(), encap.nextHop1(), mbuf)) {
            drop(NeighborDrop.NEIGH_QUEUE_FULL.number(), mbuf);
        }
    }

    /** The sender of a frame that is too long may be told what would have fitted. */
    private void refuse(int reason, long mbuf, PortEntry ingress) {
        count(reason);
        if (reason != TOO_BIG || !upcaller.dropped(ingress, reason, encap.innerMtu(), mbuf)) {
            pool.free(mbuf);
        }
    }

    private void drop(int reason, long mbuf) {
        count(reason);
        pool.free(mbuf);
    }

    private void count(int reason) {
        counters.add(encap.tunnel(), PortCounter.COUNT + reason, 1);
    }
}
