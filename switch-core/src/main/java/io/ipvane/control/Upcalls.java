// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import io.ipvane.dhcp.DhcpUpcall;
import io.ipvane.group.GroupUpcall;
import io.ipvane.icmp.ErrorKind;
import io.ipvane.icmp.ErrorUpcall;
import io.ipvane.learn.LearnUpcall;
import io.ipvane.learn.SourceUpcall;
import io.ipvane.model.Route;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.neighbor.NeighborUpcall;
import io.ipvane.neighbor.NeighborUplink;
import io.ipvane.neighbor.UplinkIdentity;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.table.Grace;
import io.ipvane.upcall.FrameInjector;
import io.ipvane.upcall.Mailboxes;
import io.ipvane.upcall.UpcallDispatcher;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * All features that see frames on the conductor, put together: which ring tells whom, and who is
 * asked first whether a frame is for it. Conductor thread only.
 */
final class Upcalls {
    private final UpcallDispatcher dispatcher;
    private final SourceUpcall sources;
    private final NeighborUpcall neighbors;
    private final DhcpUpcall dhcp;
    private final GroupUpcall groups;
    private final LearnUpcall learn;

    /**
     * @param conductor answers what they ask, from the first turn on
     * @param counters of the conductor's thread
     * @param clock nanoseconds that never run back
     */
    Upcalls(
            Conductor conductor,
            Mailboxes mailboxes,
            FramePool pool,
            CounterShard counters,
            Grace grace,
            LongSupplier clock) {
        dispatcher =
                new UpcallDispatcher(
                        mailboxes, pool, counters, port -> conductor.model().has(port));
        final FrameInjector injector = dispatcher.injector();
        final ErrorUpcall errors =
                new ErrorUpcall(conductor::model, injector, pool, counters, clock);
        neighbors =
                new NeighborUpcall(
                        injector,
                        pool,
                        counters,
                        grace,
                        frame ->
                                errors.tell(
                                        frame.lcore(),
                                        frame.port(),
                                        ErrorKind.NEIGHBOR_FAILED,
                                        0,
                                        frame.mbuf()),
                        dispatcher::changed);
        sources = new SourceUpcall(conductor, mailboxes, pool, injector, clock);
        dhcp = new DhcpUpcall(conductor, dispatcher, pool);
        groups = new GroupUpcall(conductor, dispatcher, pool, clock);
        learn = new LearnUpcall(conductor, injector, pool, counters, clock);
        dispatcher.onAsked(sources);
        dispatcher.onMessages(neighbors);
        dispatcher.onDropped(errors);
        dispatcher.add(sources);
        dispatcher.add(neighbors);
        dispatcher.add(errors);
        dispatcher.add(dhcp);
        // A guest's report of groups is no address to be learned.
        dispatcher.add(groups);
        dispatcher.add(learn);
    }

    /** Where all their frames come up and go down. */
    UpcallDispatcher dispatcher() {
        return dispatcher;
    }

    SourceUpcall sources() {
        return sources;
    }

    NeighborUpcall neighbors() {
        return neighbors;
    }

    DhcpUpcall dhcp() {
        return dhcp;
    }

    GroupUpcall groups() {
        return groups;
    }

    /** Who was behind a port is gone; the next may be another. */
    void guestGone(int port) {
        groups.forget(port);
        learn.forget(port);
    }

    /** Takes over which segments there are. */
    void segments(SwitchModel model) {
        final Map<Integer, NeighborUplink> now = new HashMap<>();
        model.segments().forEach((domain, segment) -> now.put(domain, neighborSegment(segment)));
        neighbors.segments(now);
    }

    private static NeighborUplink neighborSegment(SegmentModel segment) {
        final Map<IpAddress, Long> permanent = new HashMap<>();
        segment.neighbors().forEach(known -> permanent.put(known.address(), known.mac()));
        final List<Route> routes = List.copyOf(Route.best(segment.allRoutes()));
        return new NeighborUplink(
                segment.name(),
                segment.exit().port(),
                UplinkIdentity.of(segment.mac(), segment.hostAddresses())
                        .speaking(speakers(segment, routes)),
                watched(routes),
                permanent,
                segment.linkUp());
    }

    /** Gateways that share flows with others. */
    private static Set<IpAddress> watched(List<Route> routes) {
        return routes.stream()
                .filter(route -> route.hops().size() > 1)
                .flatMap(route -> route.hops().stream())
                .map(Route.Hop::via)
                .collect(Collectors.toSet());
    }

    /** Who is asked for from which address: gateways, and what is on the link. */
    private static Map<IpPrefix, IpAddress> speakers(SegmentModel segment, List<Route> routes) {
        final Map<IpPrefix, IpAddress> speakers = new HashMap<>();
        for (Route route : routes) {
            final IpAddress source = route.source();
            if (source != null && segment.holds(source)) {
                if (route.isOnLink()) {
                    speakers.put(route.to(), source);
                }
                route.hops()
                        .forEach(
                                hop ->
                                        speakers.putIfAbsent(
                                                new IpPrefix(hop.via(), hop.via().bits()), source));
            }
        }
        return speakers;
    }
}
