// SPDX-License-Identifier: Apache-2.0
package io.ipvane.model;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One route of a segment (spec TX-24). Immutable.
 *
 * @param to destinations
 * @param kind what becomes of them
 * @param hops the gateways of kind GATEWAY, at least one; else none
 * @param metric the lowest of those to one network wins
 * @param source address that the switch speaks from where it speaks by this route, or null
 * @param mtu bytes of an L3 packet that may take it; 0: what the uplink carries
 */
public record Route(
        IpPrefix to, Kind kind, List<Hop> hops, long metric, IpAddress source, int mtu) {
    /** What the kernel gives the route of an IPv6 address's network. */
    private static final long CONNECTED_METRIC6 = 256;

    /** What becomes of a destination. */
    public enum Kind {
        /** On the link, as an address is on its network: the destination is its own next hop. */
        CONNECTED,
        /** On the link because somebody says so: the destination is its own next hop. */
        LINK,
        /** An address of the host port. */
        LOCAL,
        /** By a gateway. */
        GATEWAY,
        /** Nowhere, and counted. */
        BLACKHOLE,
        /** Nowhere, counted, and the sender is told that the host cannot be reached. */
        UNREACHABLE,
        /** Nowhere, counted, and the sender is told that it is forbidden. */
        PROHIBIT
    }

    /**
     * A gateway.
     *
     * @param via its address
     * @param weight its share of the flows, beside the weights of the others
     */
    public record Hop(IpAddress via, int weight) {}

    /** Copies the list. */
    public Route {
        hops = List.copyOf(hops);
    }

    private Route(IpPrefix to, Kind kind, List<Hop> hops, long metric) {
        this(to, kind, hops, metric, null, 0);
    }

    /** To an address of the host port. */
    static Route local(IpAddress address) {
        return new Route(new IpPrefix(address, address.bits()), Kind.LOCAL, List.of(), 0);
    }

    /** To the network of an address of the host port. */
    static Route connected(IpPrefix network) {
        return new Route(
                network,
                Kind.CONNECTED,
                List.of(),
                network.address().isIpv4() ? 0 : CONNECTED_METRIC6);
    }

    /**
     * As the kernel had it at an interface.
     *
     * @param via the gateway, or null where the destinations are on the link
     * @param source where the kernel speaks from, or null
     */
    public static Route taken(IpPrefix to, IpAddress via, long metric, IpAddress source) {
        return new Route(
                to,
                via == null ? Kind.LINK : Kind.GATEWAY,
                via == null ? List.of() : List.of(new Hop(via, 1)),
                metric,
                source,
                0);
    }

    /** Whether the destination is its own next hop. */
    public boolean isOnLink() {
        return kind == Kind.CONNECTED || kind == Kind.LINK;
    }

    /** Whether it has this gateway, among others perhaps. */
    public boolean isVia(IpAddress gateway) {
        return hops.stream().anyMatch(hop -> hop.via.equals(gateway));
    }

    /**
     * Of the routes to each network the one that is followed: that with the lowest metric, the last
     * of several.
     *
     * @return in the order of {@code all}
     */
    public static Collection<Route> best(List<Route> all) {
        final Map<IpPrefix, Route> best = new LinkedHashMap<>();
        for (Route route : all) {
            best.merge(
                    route.to.network(),
                    route,
                    (before, now) -> now.metric <= before.metric ? now : before);
        }
        return best.values();
    }

    /** The route that packets to an address take, or null. */
    public static Route find(List<Route> all, IpAddress address) {
        Route found = null;
        for (Route route : all) {
            if (route.to.contains(address) && (found == null || route.isBefore(found))) {
                found = route;
            }
        }
        return found;
    }

    private boolean isBefore(Route other) {
        return to.length() == other.to.length()
                ? metric <= other.metric
                : to.length() > other.to.length();
    }
}
