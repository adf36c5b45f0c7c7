// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.Burst;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.group.QueryFrames;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.lcore.ControlMailbox;
import io.ipvane.neighbor.NdFrames;
import io.ipvane.neighbor.OwnAddresses;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.IpAddress;
import io.ipvane.pipeline.Parser;
import io.ipvane.pipeline.Pipeline;
import io.ipvane.snapshot.PortEntry;
import java.lang.foreign.Arena;
import java.util.function.LongSupplier;

/**
 * Frames by which ports without a namespace say what they are: read, and then sent on their way as
 * if they had only just come in, through the same stages as on an lcore. So a frame that names an
 * address which the port was just given is its own already, and one that lies is dropped as {@code
 * antispoof}, by the one place that knows how.
 *
 * <p>Conductor thread only.
 */
final class LearnPlane implements AutoCloseable {
    private final FramePool pool;
    private final CounterShard counters;
    private final FrameSender sender;
    private final ControlMailbox.Listener unresolved;
    private final LongSupplier clock;
    private final Arena arena = Arena.ofShared();
    private final Burst burst = new Burst(arena);
    private final Pipeline pipeline;
    private final OwnAddresses own = new OwnAddresses();
    private final Trials trials;
    private LearnSink sink;
    private GroupLearner groups;

    /**
     * @param counters of the conductor's thread
     * @param unresolved takes frames whose next hop is not known yet
     * @param clock nanoseconds that never run back
     */
    LearnPlane(
            ControlMailbox mailbox,
            FramePool pool,
            CounterShard counters,
            ControlMailbox.Listener unresolved,
            LongSupplier clock) {
        this.pool = pool;
        this.counters = counters;
        this.sender = new FrameSender(mailbox, pool, counters);
        this.unresolved = unresolved;
        this.clock = clock;
        this.trials = new Trials(clock);
        this.pipeline = Pipeline.afterConductor(arena, pool);
    }

    /** Says who hears of addresses and groups; before the first frame. */
    void tell(LearnSink listener) {
        sink = listener;
        groups = new GroupLearner(clock, listener);
    }

    /** Tells of groups that have changed, and asks for addresses that have been tried. */
    int tick() {
        return groups.tick() + trials.tick(this::askAddress);
    }

    /**
     * Takes a frame as it came in. That of a guest that has gone meanwhile teaches nothing: it must
     * not keep addresses from others.
     *
     * @param from index of the port that it came in by, which exists
     * @param l3 bytes before its L3 header
     * @param mbuf ours now
     */
    void learn(int from, int l3, long mbuf) {
        final boolean there = sink.isThere(from);
        burst.snapshot = sink.snapshot();
        burst.ingress = from;
        take(mbuf);
        if (there) {
            read(sink.snapshot().entry(from), l3, mbuf);
            // What was learned may have made the address table another one.
            burst.snapshot = sink.snapshot();
        }
        pipeline.process(burst);
        carryOut(sink.model(), sink.model().port(from));
        burst.clear();
    }

    private void read(PortEntry ingress, int l3, long mbuf) {
        Parser.parse(burst, ingress.uplink.mac(), ingress.parseOptions, pool);
        if (own.read(burst, 0)) {
            learnAddresses(ingress.index);
        } else if (own.isTrial()) {
            trials.add(ingress.index, IpAddress.ipv6(own.high(0), own.low(0)));
        } else if ((ingress.snoop & PortEntry.LEARN_GROUPS) != 0
                && pool.length(mbuf) <= ingress.maxFrame) {
            groups.said(ingress.index, () -> MembershipFrames.report(pool, mbuf, l3));
            take(mbuf);
        }
    }

    private void take(long mbuf) {
        burst.size = 1;
        burst.frame(0, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
    }

    private void learnAddresses(int from) {
        for (int k = 0; k < own.count(); k++) {
            final IpAddress address =
                    own.family() == Burst.KEY_IPV4
                            ? IpAddress.ipv4((int) own.high(k))
                            : IpAddress.ipv6(own.high(k), own.low(k));
            if (!sink.said(from, address)) {
                counters.add(from, PortCounter.ADDRESSES_REFUSED.ordinal(), 1);
            }
        }
    }

    private void carryOut(SwitchModel model, PortModel from) {
        final int verdict = burst.verdict(0);
        final long mbuf = burst.mbuf(0);
        if (Verdict.isDrop(verdict)) {
            final int reason = Verdict.reasonOrdinal(verdict, burst.reason(0));
            sender.drop(from.index(), mbuf, DropReason.of(reason));
        } else if (verdict == Verdict.RESOLVE) {
            unresolved.unresolved(
                    from.uplink(),
                    from.index(),
                    burst.family(0),
                    burst.nextHop0(0),
                    burst.nextHop1(0),
                    0,
                    mbuf);
        } else {
            sender.carryOut(model, from, verdict, burst.port(0), burst.l3(0), mbuf);
        }
    }

    /**
     * Asks whoever has come to a port for its groups: it may have joined them long ago, and only
     * the switch is new. Where no frame can be had, it is left to what it says by itself.
     */
    void askGroups(SwitchModel model, PortModel port) {
        final UplinkModel uplink = model.uplinkOf(port.index());
        final IpAddress source = uplink.linkLocal();
        final long igmp = pool.allocate(QueryFrames.IGMP_LENGTH);
        if (igmp != 0) {
            QueryFrames.igmp(pool.data(igmp), uplink.mac());
            sender.send(model, port, port.index(), Ethernet.LENGTH, igmp);
        }
        final long mld = pool.allocate(QueryFrames.MLD_LENGTH);
        if (mld != 0) {
            QueryFrames.mld(pool.data(mld), uplink.mac(), source.key0(), source.key1());
            sender.send(model, port, port.index(), Ethernet.LENGTH, mld);
        }
    }

    /** Asks a guest, and nobody else, whether it has an address. */
    private void askAddress(int index, IpAddress address) {
        final SwitchModel model = sink.model();
        final PortModel port = model.port(index);
        final UplinkModel uplink = model.uplinkOf(index);
        final IpAddress source = uplink.linkLocal();
        final long mbuf = pool.allocate(NdFrames.LENGTH);
        if (mbuf != 0) {
            NdFrames.solicitation(
                    pool.data(mbuf),
                    uplink.mac(),
                    source.key0(),
                    source.key1(),
                    address.key0(),
                    address.key1());
            sender.send(model, port, index, Ethernet.LENGTH, mbuf);
        }
    }

    /** The guest is gone, or its port is. */
    void forget(int port) {
        trials.forget(port);
        groups.forget(port);
    }

    /** Says and forgets the most recent exception of a stage, or null. */
    Throwable takeLastError() {
        return pipeline.takeLastError();
    }

    @Override
    public void close() {
        arena.close();
    }
}
