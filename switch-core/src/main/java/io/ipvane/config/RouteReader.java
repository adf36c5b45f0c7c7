// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads one element of {@code routes}. */
final class RouteReader {
    static final List<String> KEYS =
            Stream.concat(
                            Stream.of("to"),
                            Stream.of(RouteConfig.Type.values()).map(RouteConfig.Type::key))
                    .toList();

    /** Every destination, of the gateway's family. */
    static final String DEFAULT_ROUTE = "default";

    static final IpPrefix ALL_IPV4 = new IpPrefix(IpAddress.ipv4(0), 0);
    static final IpPrefix ALL_IPV6 = new IpPrefix(IpAddress.ipv6(0, 0), 0);

    private RouteReader() {}

    /** The route; empty where anything in it is missing or wrong. */
    static Optional<RouteConfig> read(YamlSection route, Places places) {
        final Optional<String> to = route.required("to", route.text("to"));
        final Optional<IpAddress> via = route.value("via", IpAddress::parse);
        final List<RouteConfig.Type> types =
                Stream.of(RouteConfig.Type.values()).filter(type -> says(route, type)).toList();
        if (types.size() != 1) {
            route.refuse(
                    types.isEmpty() ? "via" : types.get(1).key(),
                    "needs either via or one of blackhole: true, unreachable: true and prohibit:"
                            + " true; give one of the four");
            return Optional.empty();
        }
        final RouteConfig.Type type = types.get(0);
        final Optional<IpPrefix> prefix = to.flatMap(text -> destination(route, text, via));
        if (prefix.isEmpty() || (type == RouteConfig.Type.VIA && via.isEmpty())) {
            return Optional.empty();
        }
        final RouteConfig config = new RouteConfig(prefix.get(), type, via);
        places.put(config, route);
        return Optional.of(config);
    }

    private static boolean says(YamlSection route, RouteConfig.Type type) {
        return type == RouteConfig.Type.VIA
                ? route.has(type.key())
                : route.bool(type.key()).orElse(false);
    }

    private static Optional<IpPrefix> destination(
            YamlSection route, String text, Optional<IpAddress> via) {
        if (!DEFAULT_ROUTE.equals(text)) {
            return route.value("to", IpPrefix::parse);
        }
        if (!route.has("via")) {
            route.refuse("to", "to 'default' without via has no family; write 0.0.0.0/0 or ::/0");
        }
        return via.map(gateway -> gateway.isIpv4() ? ALL_IPV4 : ALL_IPV6);
    }
}
