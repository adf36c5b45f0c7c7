// SPDX-License-Identifier: Apache-2.0
package io.ipvane.group;

import io.ipvane.burst.FramePool;
import io.ipvane.ipvlan.Compat;
import io.ipvane.ipvlan.Mode;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import io.ipvane.packet.IpAddress;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.table.GroupFilter;
import io.ipvane.table.SpokenGroups;
import io.ipvane.upcall.FrameInjector;
import io.ipvane.upcall.Shown;
import io.ipvane.upcall.Upcall;
import io.ipvane.upcall.UpcallDispatcher;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/**
 * IGMP and MLD, by which ports of mode {@code l2} say that their groups are others now. Of a port
 * with an interface what the kernel says is better, and a report is believed until that has been
 * asked: it goes on when the filter is open. Of a guest nothing else is known; its report is
 * decided about anew, as its source may have become known as well.
 *
 * <p>Conductor thread only.
 */
public final class GroupUpcall implements Upcall {
    private final GroupSink sink;
    private final UpcallDispatcher dispatcher;
    private final FrameInjector injector;
    private final FramePool pool;
    private final InterfaceGroups interfaces;
    private final GroupLearner guests;

    /** By port, where what it speaks to matters. */
    private final Map<Integer, SpokenGroups> spoken = new HashMap<>();

    /** Ports with an interface that have spoken of groups in this turn. */
    private final Set<Integer> regrouped = new HashSet<>();

    private IntConsumer mayHaveChanged = port -> {};

    /**
     * Has heard nothing yet.
     *
     * @param clock nanoseconds that never run back
     */
    public GroupUpcall(
            GroupSink sink, UpcallDispatcher dispatcher, FramePool pool, LongSupplier clock) {
        this.sink = sink;
        this.dispatcher = dispatcher;
        this.injector = dispatcher.injector();
        this.pool = pool;
        interfaces = new InterfaceGroups(clock);
        guests = new GroupLearner(clock, sink::regrouped);
    }

    /** Says who reads a port's groups anew; it must not wait. */
    public void onGroups(IntConsumer listener) {
        mayHaveChanged = listener;
    }

    @Override
    public int wants(int index) {
        final PortModel port = sink.model().port(index);
        if (!isMember(port)) {
            return 0;
        }
        return port.hasInterface() ? PortEntry.SNOOP_GROUPS : PortEntry.LEARN_GROUPS;
    }

    private static boolean isMember(PortModel port) {
        return port.role() == PortEntry.Role.PORT && port.mode() == Mode.L2;
    }

    /** Which groups a port speaks to, or null where that opens nothing. */
    public SpokenGroups spoken(int index) {
        final PortModel port = sink.model().port(index);
        final boolean wanted =
                isMember(port)
                        && port.hasInterface()
                        && sink.model().segmentOf(index).options().compat() == Compat.IMPROVED;
        return wanted ? spoken.computeIfAbsent(index, i -> new SpokenGroups()) : null;
    }

    @Override
    public boolean take(Shown frame) {
        if (!MembershipFrames.isMembership(pool, frame.mbuf(), frame.l3())) {
            return false;
        }
        if (frame.verdict() == Verdict.LEARN) {
            ofGuest(frame);
        } else {
            ofInterface(frame);
        }
        return true;
    }

    private void ofGuest(Shown frame) {
        final int from = frame.ingress();
        if (sink.isThere(from) && hears(sink.snapshot().entry(from), frame.mbuf())) {
            guests.said(from, () -> MembershipFrames.report(pool, frame.mbuf(), frame.l3()));
            guests.tick();
            // Answers may come as soon as the report is gone: the filter is open by then.
            sink.snapshot();
        }
        injector.arrived(frame.lcore(), from, frame.mbuf());
    }

    private boolean hears(PortEntry ingress, long mbuf) {
        return (ingress.snoop & PortEntry.LEARN_GROUPS) != 0
                && pool.length(mbuf) <= ingress.maxFrame;
    }

    private void ofInterface(Shown frame) {
        final int from = frame.ingress();
        regrouped.add(from);
        final Optional<GroupFilter> now =
                interfaces.said(
                        from,
                        sink.model().port(from).groups(),
                        () -> MembershipFrames.report(pool, frame.mbuf(), frame.l3()));
        now.ifPresent(filter -> sink.regrouped(from, filter));
        if (now.isPresent()) {
            dispatcher.hold(frame);
        } else {
            injector.decided(frame);
        }
    }

    /** Has groups read anew, and tells of those of guests that have changed. */
    @Override
    public int doWork() {
        regrouped.forEach(mayHaveChanged::accept);
        regrouped.clear();
        return guests.tick();
    }

    @Override
    public void secondOver() {
        interfaces.tick().forEach(sink::regrouped);
        spoken.values().forEach(SpokenGroups::age);
    }

    /**
     * The interface of a port listens to these groups.
     *
     * @return what passes now
     */
    public GroupFilter seen(int port, GroupFilter groups) {
        return interfaces.seen(port, groups);
    }

    /**
     * Asks a guest that has come for its groups: it may have joined them long ago, and only the
     * switch is new. Where no frame can be had, it is left to what it says by itself.
     */
    public void guestCame(PortModel port) {
        if (port.mode() != Mode.L2) {
            return;
        }
        // That the port is up may not be what lcores forward by yet.
        sink.snapshot();
        final SegmentModel segment = sink.model().segmentOf(port.index());
        final IpAddress source = segment.linkLocal();
        final long igmp = pool.allocate(QueryFrames.IGMP_LENGTH);
        if (igmp != 0) {
            QueryFrames.igmp(pool.data(igmp), segment.mac());
            deliver(port.index(), igmp);
        }
        final long mld = pool.allocate(QueryFrames.MLD_LENGTH);
        if (mld != 0) {
            QueryFrames.mld(pool.data(mld), segment.mac(), source.key0(), source.key1());
            deliver(port.index(), mld);
        }
    }

    private void deliver(int port, long mbuf) {
        injector.own(port, Verdict.DELIVER, port, mbuf);
    }

    /** Also where a guest is gone, and with it what it has joined. */
    @Override
    public void forget(int port) {
        guests.forget(port);
        interfaces.forget(port);
        spoken.remove(port);
    }
}
