// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Changes of one route of an uplink. A route is told by its destination. */
public final class RouteEdit {
    private RouteEdit() {}

    /**
     * Makes the route what the body says, or makes it at all.
     *
     * @param to network, or {@code default}, whose family is that of the gateway
     */
    public static ConfigEdit put(String uplink, String to, Object body) {
        return config -> {
            final UplinkConfig before = UplinkEdit.find(config, uplink);
            final Draft draft = new Draft(body);
            final RouteConfig route =
                    draft.read(
                            RouteConfig.TABLE,
                            "uplink '" + uplink + "': route",
                            draft.with("to", to));
            return draft.checked(
                    replace(
                            config,
                            before,
                            Elements.put(before.routes(), r -> r.to().equals(route.to()), route)));
        };
    }

    /** Deletes it. */
    public static ConfigEdit delete(String uplink, String to) {
        return config -> {
            final UplinkConfig before = UplinkEdit.find(config, uplink);
            final RouteConfig route =
                    find(config, uplink, to, null)
                            .orElseThrow(
                                    () ->
                                            new UnknownElementException(
                                                    "uplink '"
                                                            + uplink
                                                            + "' has no route to "
                                                            + to
                                                            + " in the configuration"));
            return new Draft(null)
                    .checked(
                            replace(
                                    config,
                                    before,
                                    Elements.without(before.routes(), route::equals)));
        };
    }

    /**
     * The route to a destination; empty where the configuration has none.
     *
     * @param to network; {@code default} is that of IPv4 unless the body says otherwise
     * @param body of a request that gives a gateway, or null
     */
    public static Optional<RouteConfig> find(
            SwitchConfig config, String uplink, String to, Object body) {
        final Optional<IpPrefix> prefix = destination(to, body);
        return config.uplink(uplink).stream()
                .flatMap(u -> u.routes().stream())
                .filter(route -> prefix.filter(route.to()::equals).isPresent())
                .findFirst();
    }

    private static Optional<IpPrefix> destination(String to, Object body) {
        if (RouteConfig.DEFAULT_ROUTE.equals(to)) {
            final boolean ipv6 =
                    body instanceof Map<?, ?> map
                            && map.get("via") instanceof String via
                            && via.contains(":");
            return Optional.of(RouteConfig.all(!ipv6));
        }
        try {
            return Optional.of(IpPrefix.parse(to));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static SwitchConfig replace(
            SwitchConfig config, UplinkConfig before, List<RouteConfig> routes) {
        return config.withUplinks(
                Elements.put(
                        config.uplinks(),
                        uplink -> uplink.name().equals(before.name()),
                        before.withRoutes(routes)));
    }
}
