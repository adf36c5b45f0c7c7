// SPDX-License-Identifier: Apache-2.0
package io.ipvane.egress;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.counters.CounterShard;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.MacAddress;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;

/**
 * Copies a frame to several ports, in line (spec TX-13): no backlog exists that all would share,
 * and nothing overtakes. A receiver that cannot take its copy loses it, counted there, and nobody
 * else is held up. Owned by the lcore that transmits.
 */
@HotPath
final class Replicator {
    private final EgressLanes lanes;
    private final FramePool pool;
    private final CounterShard counters;

    Replicator(EgressLanes lanes, FramePool pool, CounterShard counters) {
        this.lanes = lanes;
        this.pool = pool;
        this.counters = counters;
    }

    /** One copy to every other member whose filter passes (spec RX-4, TX-10). */
    void flood(Burst burst, int i, ForwardingSnapshot snapshot, PortEntry ingress) {
        final int[] members = ingress.segment.members();
        final long group = Ethernet.destination(burst.data(i));
        // The answer to a probe is to our MAC, and for all.
        final boolean all = !MacAddress.isGroup(group);
        for (int k = 0; k < members.length; k++) {
            final PortEntry to = snapshot.entry(members[k]);
            if (to != null && to.index != ingress.index && (all || to.hears(group))) {
                copy(burst, i, to, ingress);
            }
        }
    }

    /** One copy to a port; none, and no drop, where it is not there or not up. */
    void copy(Burst burst, int i, PortEntry to, PortEntry ingress) {
        if (to == null || !to.up || !lanes.has(to.index)) {
            return;
        }
        if (EgressRules.judge(ingress, to, burst.row(i), pool) != EgressRules.SEND) {
            count(to.index, EgressDrop.MTU);
            return;
        }
        final long copy = pool.replicate(burst.mbuf(i));
        if (copy == 0) {
            count(to.index, BurstDrop.MCAST_RING_FULL);
        } else {
            lanes.addCopy(to.index, copy, burst.length(i));
        }
    }

    private void count(int port, DropReason reason) {
        counters.add(port, reason.column(), 1);
    }
}
