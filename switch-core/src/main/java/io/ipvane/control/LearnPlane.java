// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.group.QueryFrames;
import io.ipvane.neighbor.NdFrames;
import io.ipvane.neighbor.OwnAddresses;
import io.ipvane.packet.IpAddress;
import io.ipvane.pipeline.Parser;
import io.ipvane.snapshot.PortEntry;
import java.lang.foreign.Arena;
import java.util.function.LongSupplier;

/**
 * Frames by which ports without a namespace say what they are: read, and then sent on their way on
 * an lcore as if they had only just come in. So a frame that names an address which the port was
 * just given is its own already, and one that lies is dropped as {@code antispoof}, by the one
 * place that knows how.
 *
 * <p>Conductor thread only.
 */
final class LearnPlane implements AutoCloseable {
    private final FramePool pool;
    private final CounterShard counters;
    private final FrameInjector injector;
    private final LongSupplier clock;
    private final Arena arena = Arena.ofShared();
    private final Burst burst = new Burst(arena);
    private final OwnAddresses own = new OwnAddresses();
    private final Trials trials;
    private LearnSink sink;
    private GroupLearner groups;

    /**
     * @param counters of the conductor's thread
     * @param clock nanoseconds that never run back
     */
    LearnPlane(FrameInjector injector, FramePool pool, CounterShard counters, LongSupplier clock) {
        this.pool = pool;
        this.counters = counters;
        this.injector = injector;
        this.clock = clock;
        this.trials = new Trials(clock);
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
        if (sink.isThere(from)) {
            read(sink.snapshot().entry(from), l3, mbuf);
        }
        // What was learned may have made the address table another one, which lcores must have.
        sink.snapshot();
        injector.arrived(from, mbuf);
    }

    private void read(PortEntry ingress, int l3, long mbuf) {
        burst.size = 1;
        burst.frame(0, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
        Parser.parse(burst, ingress.uplink.mac(), ingress.parseOptions, pool);
        if (own.read(burst, 0)) {
            learnAddresses(ingress.index);
        } else if (own.isTrial()) {
            trials.add(ingress.index, IpAddress.ipv6(own.high(0), own.low(0)));
        } else if ((ingress.snoop & PortEntry.LEARN_GROUPS) != 0
                && pool.length(mbuf) <= ingress.maxFrame) {
            groups.said(ingress.index, () -> MembershipFrames.report(pool, mbuf, l3));
        }
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

    /**
     * Asks whoever has come to a port for its groups: it may have joined them long ago, and only
     * the switch is new. Where no frame can be had, it is left to what it says by itself.
     */
    void askGroups(SwitchModel model, PortModel port) {
        // That the port is up may not be what lcores forward by yet.
        sink.snapshot();
        final UplinkModel uplink = model.uplinkOf(port.index());
        final IpAddress source = uplink.linkLocal();
        final long igmp = pool.allocate(QueryFrames.IGMP_LENGTH);
        if (igmp != 0) {
            QueryFrames.igmp(pool.data(igmp), uplink.mac());
            injector.deliver(port.index(), igmp);
        }
        final long mld = pool.allocate(QueryFrames.MLD_LENGTH);
        if (mld != 0) {
            QueryFrames.mld(pool.data(mld), uplink.mac(), source.key0(), source.key1());
            injector.deliver(port.index(), mld);
        }
    }

    /** Asks a guest, and nobody else, whether it has an address. */
    private void askAddress(int index, IpAddress address) {
        final UplinkModel uplink = sink.model().uplinkOf(index);
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
            injector.deliver(index, mbuf);
        }
    }

    /** The guest is gone, or its port is. */
    void forget(int port) {
        trials.forget(port);
        groups.forget(port);
    }

    @Override
    public void close() {
        arena.close();
    }
}
