// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.egress.EgressDrop;
import io.ipvane.egress.EgressLanes;
import io.ipvane.memory.Memory;
import io.ipvane.neighbor.NeighborDrop;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.MacAddress;
import io.ipvane.pipeline.Parser;
import io.ipvane.tunnel.Encap;
import io.ipvane.tunnel.Flood;
import io.ipvane.tunnel.RemoteTable;
import io.ipvane.tunnel.TunnelDrop;
import io.ipvane.upcall.ControlMailbox;
import java.lang.foreign.Arena;

/**
 * Sends the frames of one network of a tunnel, for one lcore: to the remote that a frame is marked
 * with, or to each that gets what is flooded (head-end replication, payloads shared). A frame that
 * its sender left to the device to split is split before, as each outer packet holds one.
 *
 * <p>Owned by the lcore.
 */
@HotPath
final class TunnelSender {
    private final TunnelDevice device;
    private final FramePool pool;
    private final RemoteTable remotes;
    private final Encap encap;
    private final EgressLanes lanes;
    private final CounterShard counters;
    private final ControlMailbox mailbox;

    /** Keeps the memory of burst and segments, which goes with this object. */
    private final Arena arena = Arena.ofAuto();

    private final Burst burst = new Burst(arena);

    TunnelSender(
            TunnelDevice device,
            FramePool pool,
            RemoteTable remotes,
            EgressLanes lanes,
            CounterShard counters,
            ControlMailbox mailbox) {
        this.device = device;
        this.pool = pool;
        this.remotes = remotes;
        this.encap = new Encap(arena, pool, counters);
        this.lanes = lanes;
        this.counters = counters;
        this.mailbox = mailbox;
    }

    /** Takes frames over; each is sent, or freed and counted. */
    void send(long mbufs, int count) {
        for (int from = 0; from < count; from += Burst.MAX) {
            final int size = Math.min(Burst.MAX, count - from);
            for (int i = 0; i < size; i++) {
                final long mbuf = Memory.i64(mbufs + 8L * (from + i));
                burst.frame(i, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
            }
            burst.size = size;
            Parser.parse(burst, 0, 0, pool);
            for (int i = 0; i < size; i++) {
                send(burst.row(i), burst.mbuf(i));
            }
        }
    }

    private void send(long row, long mbuf) {
        encap.look(row);
        final int remote = pool.mark(mbuf);
        if (RemoteTable.isRemote(remote)) {
            pass(mbuf, remote);
            return;
        }
        final Flood flood = device.flood();
        final int[] all = flood.remotes();
        final boolean group = MacAddress.isGroup(Ethernet.destination(pool.data(mbuf)));
        if (!group && (all.length == 0 || !flood.unknown())) {
            drop(mbuf, TunnelDrop.UNKNOWN_UNICAST);
            return;
        }
        for (int k = 1; k < all.length; k++) {
            final long copy = pool.replicate(mbuf);
            if (copy == 0) {
                count(BurstDrop.MCAST_RING_FULL);
            } else {
                pass(copy, all[k]);
            }
        }
        if (all.length == 0) {
            // A group frame that nobody else wants to hear.
            pool.free(mbuf);
        } else {
            pass(mbuf, all[0]);
        }
    }

    /** One frame, or what it is to be split into, to one remote. */
    private void pass(long mbuf, int remote) {
        encap.select(remote, remotes);
        if (pool.longest(mbuf) == pool.length(mbuf)) {
            wrap(mbuf);
            return;
        }
        final int made = encap.split(mbuf);
        for (int k = 0; k < made; k++) {
            wrap(encap.segment(k));
        }
        if (made == 0) {
            drop(mbuf, BurstDrop.POOL_EMPTY);
        }
    }

    private void wrap(long mbuf) {
        final int answer = encap.put(mbuf, Encap.COUNTED_ELSEWHERE);
        if (answer == Encap.DONE) {
            final int uplink = encap.uplink();
            if (lanes.has(uplink)) {
                lanes.add(uplink, mbuf, pool.length(mbuf));
            } else {
                drop(mbuf, EgressDrop.NO_PORT);
            }
        } else if (answer == Encap.UNRESOLVED) {
            resolve(mbuf);
        } else {
            counters.add(device.place(), PortCounter.COUNT + answer, 1);
            pool.free(mbuf);
        }
    }

    /** The outer packet is finished but for the MAC address of its next hop: it waits for that. */
    private void resolve(long mbuf) {
        final boolean taken =
                mailbox.unresolved(
                        encap.uplink(),
                        device.place(),
                        encap.etherType() == Ethernet.TYPE_IPV4 ? Burst.KEY_IPV4 : Burst.KEY_IPV6,
                        encap.nextHop0(),
                        encap.nextHop1(),
                        0,
                        mbuf);
        if (!taken) {
            drop(mbuf, NeighborDrop.NEIGH_QUEUE_FULL);
        }
    }

    private void drop(long mbuf, DropReason reason) {
        count(reason);
        pool.free(mbuf);
    }

    private void count(DropReason reason) {
        counters.add(device.place(), reason.column(), 1);
    }
}
