// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Optional;

/** Reads one element of {@code routes}. */
final class RouteReader {
    static final List<String> KEYS = List.of("to", "via", "blackhole");

    /** Every destination, of the gateway's family. */
    static final String DEFAULT_ROUTE = "default";

    static final IpPrefix ALL_IPV4 = new IpPrefix(IpAddress.ipv4(0), 0);
    static final IpPrefix ALL_IPV6 = new IpPrefix(IpAddress.ipv6(0, 0), 0);

    private RouteReader() {}

    /** The route; empty where anything in it is missing or wrong. */
    static Optional<RouteConfig> read(YamlSection route, Places places) {
        final Optional<String> to = route.required("to", route.text("to"));
        final Optional<IpAddress> via = route.value("via", IpAddress::parse);
        final boolean blackhole = route.bool("blackhole").orElse(false);
        if (route.has("via") == blackhole) {
            route.refuse("blackhole", "needs either via or blackhole: true; give one of the two");
            return Optional.empty();
        }
        final Optional<IpPrefix> prefix = to.flatMap(text -> destination(route, text, via));
        if (prefix.isEmpty() || (!blackhole && via.isEmpty())) {
            return Optional.empty();
        }
        final RouteConfig config = new RouteConfig(prefix.get(), via);
        places.put(config, route);
        return Optional.of(config);
    }

    private static Optional<IpPrefix> destination(
            YamlSection route, String text, Optional<IpAddress> via) {
        if (!DEFAULT_ROUTE.equals(text)) {
            return route.value("to", IpPrefix::parse);
        }
        if (!route.has("via")) {
            route.refuse(
                    "to", "to 'default' with blackhole has no family; write 0.0.0.0/0 or ::/0");
        }
        return via.map(gateway -> gateway.isIpv4() ? ALL_IPV4 : ALL_IPV6);
    }
}
