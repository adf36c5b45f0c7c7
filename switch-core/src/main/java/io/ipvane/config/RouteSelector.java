// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which routes of an uplink a request may mean: all to its destination; with a body, which is a
 * whole route, that of its metric alone; with {@link Narrowed}, those that have what it says.
 */
public final class RouteSelector {
    /**
     * What a request without a body says of the route that it means.
     *
     * @param metric of the route
     * @param via its only gateway
     */
    public record Narrowed(Optional<Long> metric, Optional<IpAddress> via) {
        private boolean fits(RouteConfig route) {
            return metric.map(m -> RouteConfig.metric(route.to(), Optional.of(m)))
                            .filter(m -> m != route.metric())
                            .isEmpty()
                    && via.filter(v -> !route.via().equals(Optional.of(v))).isEmpty();
        }
    }

    private RouteSelector() {}

    /**
     * The routes that are meant.
     *
     * @param body of the request, a {@link Narrowed}, or null
     * @throws IllegalArgumentException where {@code text} is no destination
     */
    static Predicate<RouteConfig> of(String text, Object body) {
        if (body instanceof Map<?, ?> map) {
            final IpPrefix to = destination(text, isIpv6(map));
            final RouteConfig.Id id = new RouteConfig.Id(to, RouteConfig.metric(to, metric(map)));
            return route -> route.id().equals(id);
        }
        if (body instanceof Narrowed narrowed) {
            final IpPrefix to =
                    destination(text, narrowed.via.filter(via -> !via.isIpv4()).isPresent());
            return route -> route.to().equals(to) && narrowed.fits(route);
        }
        final IpPrefix to = destination(text, false);
        return route -> route.to().equals(to);
    }

    private static IpPrefix destination(String to, boolean ipv6) {
        return RouteConfig.DEFAULT_ROUTE.equals(to) ? RouteConfig.all(!ipv6) : IpPrefix.parse(to);
    }

    private static Optional<Long> metric(Map<?, ?> route) {
        return route.get(RouteConfig.METRIC_NAME) instanceof Number number
                ? Optional.of(number.longValue())
                : Optional.empty();
    }

    /** By its gateway, or by the first of several. */
    private static boolean isIpv6(Map<?, ?> route) {
        final Object first =
                route.get("nexthops") instanceof List<?> hops
                                && !hops.isEmpty()
                                && hops.getFirst() instanceof Map<?, ?> hop
                        ? hop.get("via")
                        : route.get("via");
        return first instanceof String via && via.contains(":");
    }
}
