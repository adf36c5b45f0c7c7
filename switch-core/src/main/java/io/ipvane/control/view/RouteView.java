// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

import io.ipvane.model.Route;
import java.util.List;
import java.util.Locale;

/**
 * One route of an uplink.
 *
 * @param uplink that routes by it
 * @param to destination network
 * @param via the gateway; {@code ""} where there is none, or there are several
 * @param type {@code unicast} by a gateway, {@code link} without one, {@code connected} and {@code
 *     local} because of an address of the host port; {@code blackhole}, {@code unreachable}, {@code
 *     prohibit}
 * @param metric the lowest of those to one network wins
 * @param src address that the switch speaks from by it; {@code ""}: the nearest
 * @param mtu bytes of an L3 packet that may take it; 0: what the uplink carries
 * @param nexthops the gateways, where there are several
 */
public record RouteView(
        String uplink,
        String to,
        String via,
        String type,
        long metric,
        String src,
        int mtu,
        List<Hop> nexthops) {
    /**
     * One of several gateways.
     *
     * @param via its address
     * @param weight its share, beside the weights of the others
     */
    public record Hop(String via, int weight) {}

    /** A route as it is shown. */
    public static RouteView of(String uplink, Route route) {
        final List<Route.Hop> hops = route.hops();
        return new RouteView(
                uplink,
                route.to().length() == 0 ? "default" : route.to().toString(),
                hops.size() == 1 ? hops.getFirst().via().toString() : "",
                route.kind() == Route.Kind.GATEWAY
                        ? "unicast"
                        : route.kind().name().toLowerCase(Locale.ROOT),
                route.metric(),
                route.source() == null ? "" : route.source().toString(),
                route.mtu(),
                hops.size() > 1 ? hops.stream().map(RouteView::hop).toList() : List.of());
    }

    private static Hop hop(Route.Hop hop) {
        return new Hop(hop.via().toString(), hop.weight());
    }
}
