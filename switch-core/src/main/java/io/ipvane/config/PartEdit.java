// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Table;
import io.ipvane.packet.IpAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Changes of one element in a list of an uplink: a route, a neighbour.
 *
 * @param table its keys
 * @param key by which it is told from others: the first of the table
 * @param id the same, of an element, with whatever else tells it from others
 * @param order of which several that a request may mean it means the first
 * @param all where an uplink has all of them
 * @param with the same uplink with others
 * @param unknown what a refusal says that the uplink does not have
 * @param selector text of a path, and body or null, to which elements they may mean; throws
 *     IllegalArgumentException
 */
public record PartEdit<E>(
        Table<E> table,
        String key,
        Function<E, Object> id,
        Comparator<E> order,
        Function<UplinkConfig, List<E>> all,
        BiFunction<UplinkConfig, List<E>, UplinkConfig> with,
        String unknown,
        BiFunction<String, Object, Predicate<E>> selector) {
    /**
     * Routes. The destination {@code default} has the family of the gateway, else it is IPv4. A
     * body means the route of its metric; without one the route of the lowest is meant.
     */
    public static final PartEdit<RouteConfig> ROUTE =
            new PartEdit<>(
                    RouteConfig.TABLE,
                    "to",
                    RouteConfig::id,
                    Comparator.comparingLong(RouteConfig::metric),
                    UplinkConfig::routes,
                    UplinkConfig::withRoutes,
                    "route to",
                    RouteSelector::of);

    /** Permanent neighbours. */
    public static final PartEdit<NeighborConfig> NEIGHBOR =
            new PartEdit<>(
                    NeighborConfig.TABLE,
                    "address",
                    NeighborConfig::address,
                    // A request means one, so that any order will do.
                    Comparator.comparingLong(NeighborConfig::mac),
                    UplinkConfig::neighbors,
                    UplinkConfig::withNeighbors,
                    "neighbor",
                    (text, body) -> neighbor(IpAddress.parse(text)));

    private static Predicate<NeighborConfig> neighbor(IpAddress address) {
        return known -> known.address().equals(address);
    }

    /** Makes it what the body says, or makes it at all. */
    public ConfigEdit put(String uplink, String text, Object body) {
        return config -> {
            final UplinkConfig before = NamedEdit.UPLINK.get(config, uplink);
            final Draft draft = new Draft(body);
            final String where = "uplink '" + uplink + "': " + table.kind();
            final E element = draft.read(table, where, draft.with(key, text));
            final Object own = id.apply(element);
            return draft.checked(
                    replace(
                            config,
                            before,
                            Elements.put(
                                    all.apply(before), e -> id.apply(e).equals(own), element)));
        };
    }

    /**
     * Deletes it.
     *
     * @param which narrows down what is meant, as a body would; null: nothing does
     */
    public ConfigEdit delete(String uplink, String text, Object which) {
        return config -> {
            final UplinkConfig before = NamedEdit.UPLINK.get(config, uplink);
            final E element =
                    find(config, uplink, text, which)
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
        final Predicate<E> wanted;
        try {
            wanted = selector.apply(text, body);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return config.uplink(uplink).stream()
                .flatMap(u -> all.apply(u).stream())
                .filter(wanted)
                .min(order);
    }

    private SwitchConfig replace(SwitchConfig config, UplinkConfig before, List<E> elements) {
        return config.withUplinks(
                Elements.put(
                        config.uplinks(),
                        uplink -> uplink.name().equals(before.name()),
                        with.apply(before, elements)));
    }
}
