// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Table;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Changes of one element in a list of an uplink: a route, a neighbour.
 *
 * @param table its keys
 * @param key by which it is told from others: the first of the table
 * @param id the same, of an element
 * @param all where an uplink has all of them
 * @param with the same uplink with others
 * @param unknown what a refusal says that the uplink does not have
 * @param parser text of a path, and body or null, to an id; throws IllegalArgumentException
 */
public record PartEdit<E, I>(
        Table<E> table,
        String key,
        Function<E, I> id,
        Function<UplinkConfig, List<E>> all,
        BiFunction<UplinkConfig, List<E>, UplinkConfig> with,
        String unknown,
        BiFunction<String, Object, I> parser) {
    /** Routes. The destination {@code default} has the family of the gateway, else it is IPv4. */
    public static final PartEdit<RouteConfig, IpPrefix> ROUTE =
            new PartEdit<>(
                    RouteConfig.TABLE,
                    "to",
                    RouteConfig::to,
                    UplinkConfig::routes,
                    UplinkConfig::withRoutes,
                    "route to",
                    PartEdit::destination);

    /** Permanent neighbours. */
    public static final PartEdit<NeighborConfig, IpAddress> NEIGHBOR =
            new PartEdit<>(
                    NeighborConfig.TABLE,
                    "address",
                    NeighborConfig::address,
                    UplinkConfig::neighbors,
                    UplinkConfig::withNeighbors,
                    "neighbor",
                    (text, body) -> IpAddress.parse(text));

    /** Makes it what the body says, or makes it at all. */
    public ConfigEdit put(String uplink, String text, Object body) {
        return config -> {
            final UplinkConfig before = NamedEdit.UPLINK.get(config, uplink);
            final Draft draft = new Draft(body);
            final String where = "uplink '" + uplink + "': " + table.kind();
            final E element = draft.read(table, where, draft.with(key, text));
            final I own = id.apply(element);
            return draft.checked(
                    replace(
                            config,
                            before,
                            Elements.put(
                                    all.apply(before), e -> id.apply(e).equals(own), element)));
        };
    }

    /** Deletes it. */
    public ConfigEdit delete(String uplink, String text) {
        return config -> {
            final UplinkConfig before = NamedEdit.UPLINK.get(config, uplink);
            final E element =
                    find(config, uplink, text, null)
                            .orElseThrow(
                                    () ->
                                            new UnknownElementException(
                                                    "uplink '%s' has no %s %s in the configuration"
                                                            .formatted(uplink, unknown, text)));
            return new Draft(null)
                    .checked(
                            replace(
                                    config,
                                    before,
                                    Elements.without(all.apply(before), element::equals)));
        };
    }

    /**
     * The element; empty where the configuration has none.
     *
     * @param body of a request, or null
     */
    public Optional<E> find(SwitchConfig config, String uplink, String text, Object body) {
        final I wanted;
        try {
            wanted = parser.apply(text, body);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return config.uplink(uplink).stream()
                .flatMap(u -> all.apply(u).stream())
                .filter(element -> id.apply(element).equals(wanted))
                .findFirst();
    }

    private static IpPrefix destination(String to, Object body) {
        return RouteConfig.DEFAULT_ROUTE.equals(to)
                ? RouteConfig.all(
                        !(body instanceof Map<?, ?> map
                                && map.get("via") instanceof String via
                                && via.contains(":")))
                : IpPrefix.parse(to);
    }

    private SwitchConfig replace(SwitchConfig config, UplinkConfig before, List<E> elements) {
        return config.withUplinks(
                Elements.put(
                        config.uplinks(),
                        uplink -> uplink.name().equals(before.name()),
                        with.apply(before, elements)));
    }
}
