// SPDX-License-Identifier: Apache-2.0
package io.ipvane.learn;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.model.SegmentModel;
import io.ipvane.neighbor.NdFrames;
import io.ipvane.neighbor.OwnAddresses;
import io.ipvane.packet.IpAddress;
import io.ipvane.pipeline.Parser;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.upcall.FrameInjector;
import io.ipvane.upcall.Shown;
import io.ipvane.upcall.Upcall;
import java.lang.foreign.Arena;
import java.util.function.LongSupplier;

/**
 * Frames by which ports without a namespace say which addresses they have: read, and then sent on
 * their way on an lcore as if they had only just come in. So a frame that names an address which
 * the port was just given is its own already, and one that lies is dropped as {@code antispoof}, by
 * the one place that knows how.
 *
 * <p>Conductor thread only.
 */
public final class LearnUpcall implements Upcall {
    private final LearnSink sink;
    private final FramePool pool;
    private final CounterShard counters;
    private final FrameInjector injector;
    private final Arena arena = Arena.ofShared();
    private final Burst burst = new Burst(arena);
    private final OwnAddresses own = new OwnAddresses();
    private final Trials trials;

    /**
     * Has heard nothing yet.
     *
     * @param counters of the conductor's thread
     * @param clock nanoseconds that never run back
     */
    public LearnUpcall(
            LearnSink sink,
            FrameInjector injector,
            FramePool pool,
            CounterShard counters,
            LongSupplier clock) {
        this.sink = sink;
        this.injector = injector;
        this.pool = pool;
        this.counters = counters;
        this.trials = new Trials(clock);
    }

    @Override
    public int wants(int port) {
        return sink.model().port(port).learn() > 0 ? PortEntry.LEARN_ADDRESSES : 0;
    }

    /** That of a guest that has gone meanwhile teaches nothing: it must not keep addresses. */
    @Override
    public boolean take(Shown frame) {
        if (frame.verdict() != Verdict.LEARN) {
            return false;
        }
        if (sink.isThere(frame.ingress())) {
            read(sink.snapshot().entry(frame.ingress()), frame.mbuf());
        }
        // What was learned may have made the address table another one, which lcores must have.
        sink.snapshot();
        injector.arrived(frame.lcore(), frame.ingress(), frame.mbuf());
        return true;
    }

    private void read(PortEntry ingress, long mbuf) {
        burst.size = 1;
        burst.frame(0, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
        Parser.parse(burst, ingress.segment.mac(), ingress.parseOptions, pool);
        if (own.read(burst, 0)) {
            learnAddresses(ingress.index);
        } else if (own.isTrial()) {
            trials.add(ingress.index, IpAddress.ipv6(own.high(0), own.low(0)));
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

    /** Asks for addresses that have been tried. */
    @Override
    public int doWork() {
        return trials.tick(this::askAddress);
    }

    /** Asks a guest, and nobody else, whether it has an address. */
    private void askAddress(int index, IpAddress address) {
        final SegmentModel segment = sink.model().segmentOf(index);
        final IpAddress source = segment.linkLocal();
        final long mbuf = pool.allocate(NdFrames.LENGTH);
        if (mbuf != 0) {
            NdFrames.solicitation(
                    pool.data(mbuf),
                    segment.mac(),
                    source.key0(),
                    source.key1(),
                    address.key0(),
                    address.key1());
            injector.own(index, Verdict.DELIVER, index, mbuf);
        }
    }

    /** Also where the guest is gone, and with it what it has tried. */
    @Override
    public void forget(int port) {
        trials.forget(port);
    }

    @Override
    public void close() {
        arena.close();
    }
}
