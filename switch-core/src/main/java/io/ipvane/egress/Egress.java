// SPDX-License-Identifier: Apache-2.0
package io.ipvane.egress;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.LastError;
import io.ipvane.burst.Row;
import io.ipvane.burst.Stage;
import io.ipvane.burst.TxLanes;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.memory.Memory;
import io.ipvane.neighbor.NeighborDrop;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Ipv4;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.Segment;
import io.ipvane.tunnel.Encap;
import io.ipvane.tunnel.RemoteTable;
import io.ipvane.upcall.ControlMailbox;
import io.ipvane.upcall.UpcallDrop;
import java.lang.foreign.Arena;

/**
 * Carries verdicts out: every frame of a burst ends here in a lane, with the conductor, or freed
 * and counted; exactly one of them. Frames are taken strictly one after the other, so that none
 * overtakes an earlier one.
 *
 * <p>Owned by the lcore that transmits.
 */
@HotPath
public final class Egress implements Stage {
    private final EgressLanes lanes;
    private final FramePool pool;
    private final CounterShard counters;
    private final Replicator replicator;
    private final Fragmenter fragmenter;
    private final Upcaller upcaller;
    private final TunnelEgress tunnels;
    private final LastError lastError = new LastError();

    /** Frames that are dropped, freed together at the end of the burst. */
    private final long dropped;

    private int droppedCount;

    /** Frame that is still ours; those before it are not. */
    private int cursor;

    /**
     * An egress of one lcore.
     *
     * @param arena lives longer
     * @param lanes where frames wait to be sent, of the same lcore
     * @param counters of the same lcore
     * @param mailbox to the conductor
     */
    public Egress(
            Arena arena,
            EgressLanes lanes,
            FramePool pool,
            CounterShard counters,
            ControlMailbox mailbox) {
        this.lanes = lanes;
        this.pool = pool;
        this.counters = counters;
        this.replicator = new Replicator(lanes, pool, counters);
        this.fragmenter = new Fragmenter(arena, pool);
        this.upcaller = new Upcaller(mailbox);
        this.tunnels =
                new TunnelEgress(lanes, pool, counters, upcaller, new Encap(arena, pool, counters));
        this.dropped = arena.allocate(Burst.MAX * 8L, 64).address();
    }

    /** Ends the burst: afterwards it is empty and pins no snapshot. */
    @Override
    public void process(Burst burst) {
        cursor = 0;
        try {
            carryOut(burst);
        } catch (RuntimeException | Error e) {
            lastError.set(e);
            abandon(burst);
        }
        if (droppedCount > 0) {
            pool.free(dropped, droppedCount);
            droppedCount = 0;
        }
        burst.clear();
    }

    private void carryOut(Burst burst) {
        final ForwardingSnapshot snapshot = (ForwardingSnapshot) burst.snapshot;
        final PortEntry ingress = snapshot.entry(burst.ingress);
        if (ingress.role == PortEntry.Role.UPLINK && ingress.segment.learns()) {
            upcaller.neighbors(burst, ingress);
        }
        final TxLanes out = lanes.makeRoom(burst);
        final int wire = ingress.segment.exit();
        final int size = burst.size;
        while ((cursor = unicast(burst, cursor, wire, out)) < size) {
            other(burst, cursor, snapshot, ingress);
            cursor++;
        }
    }

    /**
     * Sends on what nearly every frame is: for one port that is there, up and takes its length. A
     * loop without calls. It ends at the first frame that is something else, because no later one
     * may overtake that.
     *
     * @param first frame to begin with
     * @return the frame that it ended at, or how many there are
     */
    private int unicast(Burst burst, int first, int wire, TxLanes out) {
        final int size = burst.size;
        long used = 0;
        int i = first;
        for (; i < size; i++) {
            cursor = i;
            final long row = burst.row(i);
            final int verdict = Row.verdict(row);
            final int to = verdict == Verdict.WIRE ? wire : Row.port(row);
            final int length = Row.length(row);
            if (verdict > Verdict.WIRE || !out.takes(to, length)) {
                break;
            }
            out.add(to, Row.mbuf(row), length);
            used |= 1L << to;
        }
        out.use(used);
        return i;
    }

    private void other(Burst burst, int i, ForwardingSnapshot snapshot, PortEntry ingress) {
        final int verdict = burst.verdict(i);
        final Segment segment = ingress.segment;
        switch (verdict) {
            case Verdict.DELIVER -> deliver(burst, i, snapshot, ingress);
            case Verdict.WIRE -> enqueue(burst, i, snapshot.entry(segment.exit()), ingress);
            case Verdict.PUNT -> enqueue(burst, i, snapshot.entry(segment.host()), ingress);
            case Verdict.FLOOD_AND_WIRE -> {
                replicator.flood(burst, i, snapshot, ingress);
                enqueue(burst, i, snapshot.entry(segment.exit()), ingress);
            }
            case Verdict.FLOOD_AND_PUNT -> {
                replicator.flood(burst, i, snapshot, ingress);
                toHostOrNowhere(burst, i, snapshot, ingress);
            }
            case Verdict.FLOOD_WIRE_AND_PUNT -> {
                replicator.flood(burst, i, snapshot, ingress);
                replicator.copy(burst, i, snapshot.entry(segment.host()), ingress);
                enqueue(burst, i, snapshot.entry(segment.exit()), ingress);
            }
            case Verdict.WIRE_AND_PUNT -> {
                replicator.copy(burst, i, snapshot.entry(segment.host()), ingress);
                enqueue(burst, i, snapshot.entry(segment.exit()), ingress);
            }
            case Verdict.NARROW ->
                    enqueue(burst, i, snapshot.entry(segment.exit()), ingress, burst.mtu(i));
            case Verdict.RESOLVE -> resolve(burst, i, snapshot.entry(segment.exit()), ingress);
            case Verdict.CONTROL -> control(burst, i, snapshot, ingress);
            case Verdict.LEARN -> learn(burst, i, ingress);
            case Verdict.ASK_SOURCE -> askSource(burst, i, ingress);
            default -> dropDecided(burst, i, ingress);
        }
    }

    private void deliver(Burst burst, int i, ForwardingSnapshot snapshot, PortEntry ingress) {
        final int to = burst.port(i);
        if (RemoteTable.isRemote(to)) {
            tunnels.send(burst, i, to, snapshot, ingress);
        } else {
            enqueue(burst, i, snapshot.entry(to), ingress);
        }
    }

    private void enqueue(Burst burst, int i, PortEntry to, PortEntry ingress) {
        enqueue(burst, i, to, ingress, EgressRules.NO_MTU);
    }

    /** Hands the frame itself over; the reason of a refusal is counted where it arises. */
    private void enqueue(Burst burst, int i, PortEntry to, PortEntry ingress, int routeMtu) {
        final PortEntry egress = to != null && lanes.has(to.index) ? to : null;
        final int answer = EgressRules.judge(ingress, egress, burst.row(i), pool, routeMtu);
        if (answer == EgressRules.SEND) {
            lanes.add(to.index, burst.mbuf(i), burst.length(i));
        } else if (EgressRules.isTooLong(answer)) {
            final int fragments =
                    split(burst, i, answer, to, ingress, EgressRules.mtu(to, routeMtu));
            for (int k = 0; k < fragments; k++) {
                final long fragment = fragmenter.fragment(k);
                pool.mark(fragment, pool.mark(burst.mbuf(i)));
                lanes.add(to.index, fragment, pool.length(fragment));
            }
            if (fragments > 0) {
                discard(burst.mbuf(i));
            }
        } else {
            drop(burst, i, egress == null ? ingress.index : to.index, answer);
        }
    }

    /** A group frame has done its duty with the ports even where there is no host port. */
    private void toHostOrNowhere(
            Burst burst, int i, ForwardingSnapshot snapshot, PortEntry ingress) {
        final PortEntry host = snapshot.entry(ingress.segment.host());
        if (host == null) {
            discard(burst.mbuf(i));
        } else {
            enqueue(burst, i, host, ingress);
        }
    }

    /**
     * Splits a frame that is too long for where it goes, or else ends it: it is dropped and its
     * sender may be told what would have fitted (COR-17).
     *
     * @param answer which of {@link EgressRules#isTooLong} it is
     * @param mtu bytes of IP that would have fitted
     * @return fragments, which the caller has to send before it discards the frame; 0: it is done
     */
    private int split(Burst burst, int i, int answer, PortEntry to, PortEntry ingress, int mtu) {
        final long mbuf = burst.mbuf(i);
        final int fragments =
                answer == EgressRules.SPLIT ? fragmenter.split(mbuf, burst.l3(i), mtu) : 0;
        if (fragments > 0) {
            return fragments;
        }
        if (fragments == Fragmenter.POOL_EMPTY) {
            drop(burst, i, ingress.index, BurstDrop.POOL_EMPTY.number());
            return 0;
        }
        final int reason = EgressDrop.MTU.number();
        count(to.index, reason);
        if (!EgressRules.isRouted(ingress, to, burst.row(i))
                || !upcaller.dropped(ingress, reason, mtu, mbuf)) {
            discard(mbuf);
        }
        return 0;
    }

    /** The frame comes back finished, for a lane and nothing else: its length is judged here. */
    private void resolve(Burst burst, int i, PortEntry wire, PortEntry ingress) {
        final int routeMtu = burst.mtu(i);
        final int answer = EgressRules.judge(ingress, wire, burst.row(i), pool, routeMtu);
        if (EgressRules.isTooLong(answer)) {
            final int fragments =
                    split(burst, i, answer, wire, ingress, EgressRules.mtu(wire, routeMtu));
            for (int k = 0; k < fragments; k++) {
                if (!upcaller.unresolved(burst, i, ingress, fragmenter.fragment(k))) {
                    count(ingress.index, NeighborDrop.NEIGH_QUEUE_FULL.number());
                    fragmenter.free(k, fragments);
                    break;
                }
            }
            if (fragments > 0) {
                discard(burst.mbuf(i));
            }
        } else if (!upcaller.unresolved(burst, i, ingress, burst.mbuf(i))) {
            drop(burst, i, ingress.index, NeighborDrop.NEIGH_QUEUE_FULL.number());
        }
    }

    /**
     * To the conductor. Where it cannot keep up, the plain verdict must do; but a port is held to
     * its rate of DHCP, which would reach a server under a false name then.
     */
    private void control(Burst burst, int i, ForwardingSnapshot snapshot, PortEntry ingress) {
        if (upcaller.control(burst, i, ingress)) {
            return;
        }
        if (ingress.role == PortEntry.Role.PORT && isUdp4(burst, i)) {
            drop(burst, i, ingress.index, UpcallDrop.POLICED.number());
        } else {
            burst.verdict(i, burst.decided(i));
            other(burst, i, snapshot, ingress);
        }
    }

    private static boolean isUdp4(Burst burst, int i) {
        return burst.etherType(i) == Ethernet.TYPE_IPV4
                && Ipv4.protocol(burst.data(i) + burst.l3(i)) == Ipv4.PROTOCOL_UDP;
    }

    /** To the conductor as it came in; what is too much for it is not let through unseen. */
    private void learn(Burst burst, int i, PortEntry ingress) {
        if (!upcaller.learn(burst, i, ingress)) {
            drop(burst, i, ingress.index, UpcallDrop.POLICED.number());
        }
    }

    /** To the conductor as it came in; a port that asks too much is refused as without that. */
    private void askSource(Burst burst, int i, PortEntry ingress) {
        if (!upcaller.askSource(burst, i, ingress)) {
            drop(burst, i, ingress.index, burst.reason(i));
        }
    }

    /** What the verdict says is dropped, or no verdict that can be carried out. */
    private void dropDecided(Burst burst, int i, PortEntry ingress) {
        final int reason =
                burst.verdict(i) == Verdict.DROP ? burst.reason(i) : BurstDrop.STAGE_ERROR.number();
        count(ingress.index, reason);
        if (!upcaller.dropped(ingress, reason, 0, burst.mbuf(i))) {
            discard(burst.mbuf(i));
        }
    }

    private void drop(Burst burst, int i, int port, int reason) {
        count(port, reason);
        discard(burst.mbuf(i));
    }

    private void discard(long mbuf) {
        Memory.put64(dropped + 8L * droppedCount++, mbuf);
    }

    private void count(int port, int reason) {
        counters.add(port, PortCounter.COUNT + reason, 1);
    }

    /**
     * After a defect: what nobody has taken yet is freed, so that nothing leaks. A frame is taken
     * by the last step of its turn, so the one at which the exception arose is still ours.
     */
    private void abandon(Burst burst) {
        for (int i = cursor; i < burst.size; i++) {
            drop(burst, i, burst.ingress, BurstDrop.STAGE_ERROR.number());
        }
    }

    /** Says and forgets the most recent exception, or null. Any thread. */
    public Throwable takeLastError() {
        return lastError.take();
    }
}
