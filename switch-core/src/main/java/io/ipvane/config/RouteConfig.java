// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Form;
import io.ipvane.option.Given;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import io.ipvane.option.Values;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * One route of an uplink.
 *
 * @param to destination network
 * @param type what becomes of packets to it
 * @param hops the gateways, of the same family; one or more with {@link Type#VIA}, else none
 * @param metric the lowest of those to one network wins
 * @param src address of the host port that the switch speaks from where it speaks by this route
 * @param mtu bytes of an L3 packet that may take it; empty: what the uplink carries
 */
public record RouteConfig(
        IpPrefix to,
        Type type,
        List<NextHopConfig> hops,
        long metric,
        Optional<IpAddress> src,
        OptionalInt mtu) {
    /** What becomes of packets. */
    public enum Type {
        /** Sent by a gateway, or by one of several. */
        VIA,
        /** Sent to the destination itself, which is on the link. */
        LINK,
        /** Dropped. */
        BLACKHOLE,
        /** Dropped; the sender is told that the host cannot be reached. */
        UNREACHABLE,
        /** Dropped; the sender is told that it is forbidden. */
        PROHIBIT;

        /** The word of iproute2, and the key in the file. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * By which a route is told from the others of its uplink.
     *
     * @param to destination network
     * @param metric its metric
     */
    public record Id(IpPrefix to, long metric) {}

    /** Every destination, of the gateway's family. */
    static final String DEFAULT_ROUTE = "default";

    /** Name of the metric's key. */
    static final String METRIC_NAME = "metric";

    /** How many gateways a route may have. */
    static final int MAX_HOPS = 64;

    /** What the kernel gives an IPv6 route that is added without a metric, or with 0. */
    private static final long DEFAULT_METRIC6 = 1_024;

    private static final long MAX_METRIC = 0xFFFF_FFFFL;

    /** Empty: every destination of the gateway's family. */
    private static final Key<Optional<IpPrefix>> TO =
            Key.of(
                            "to",
                            Form.text(
                                    "network or `default`",
                                    "PREFIX",
                                    RouteConfig::destination,
                                    to -> to.map(IpPrefix::toString).orElse(DEFAULT_ROUTE)),
                            "destination, once an uplink and metric, no multicast; `default` has the family of the gateway")
                    .required()
                    .with(Trait.ID);

    private static final Key<IpAddress> VIA =
            Key.of(
                    Type.VIA.key(),
                    Forms.ADDRESS,
                    "gateway of the same family, on a network of the uplink or of a route without gateway (or IPv6 link-local), not one of its own");

    private static final Key<List<NextHopConfig>> HOPS =
            Key.of(
                            "nexthops",
                            Form.list(NextHopConfig.TABLE),
                            "several gateways, 64 at most; each flow keeps to one of them")
                    .byDefault(List.of());

    private static final Key<Long> METRIC =
            Key.of(
                            METRIC_NAME,
                            Form.number(0, MAX_METRIC),
                            "of the routes to one network that with the lowest counts")
                    .otherwise("0; IPv6: 1024, as is 0");

    private static final Key<IpAddress> SRC =
            Key.of(
                            "src",
                            Forms.ADDRESS,
                            "address of the host port that the switch speaks from by this route: in ARP and ICMP errors")
                    .otherwise("the nearest of the host port's");

    private static final Key<Integer> MTU =
            Key.of(
                            "mtu",
                            Forms.MTU,
                            "bytes of an L3 packet that may take it, where that is less than the uplink's; IPv6: at least 1280")
                    .otherwise("the uplink's");

    private static final Map<Type, Key<Boolean>> DROPS =
            new EnumMap<>(
                    Map.of(
                            Type.BLACKHOLE,
                            drops(
                                    Type.BLACKHOLE,
                                    "drop instead, silently; then `to` is written out"),
                            Type.UNREACHABLE,
                            drops(Type.UNREACHABLE, "drop, and tell the sender: host unreachable"),
                            Type.PROHIBIT,
                            drops(
                                    Type.PROHIBIT,
                                    "drop, and tell the sender: administratively prohibited")));

    /** Its keys. */
    public static final Table<RouteConfig> TABLE = table();

    private static Key<Boolean> drops(Type type, String help) {
        return Key.of(type.key(), Form.truth(), help).byDefault(false);
    }

    private static Table<RouteConfig> table() {
        final Table.Builder<RouteConfig> table =
                Table.<RouteConfig>of(
                                "route",
                                "At most one of via, nexthops, blackhole, unreachable and prohibit;"
                                        + " with none of them the destinations are on the link.")
                        .key(TO, RouteConfig::written)
                        .maybe(VIA, RouteConfig::via)
                        .key(HOPS, route -> route.hops.size() > 1 ? route.hops : List.of())
                        .maybe(METRIC, RouteConfig::writtenMetric)
                        .maybe(SRC, RouteConfig::src)
                        .number(MTU, RouteConfig::mtu);
        DROPS.forEach((type, key) -> table.key(key, route -> route.type() == type));
        return table.check(RouteConfig::check).made(RouteConfig::of);
    }

    private static Optional<IpPrefix> destination(String text) {
        return DEFAULT_ROUTE.equals(text) ? Optional.empty() : Optional.of(IpPrefix.parse(text));
    }

    /** Its destination as a document has it; without a gateway that of all needs its family. */
    private Optional<IpPrefix> written() {
        return to.length() == 0 && !hops.isEmpty() ? Optional.empty() : Optional.of(to);
    }

    private Optional<Long> writtenMetric() {
        return metric == defaultMetric(to) ? Optional.empty() : Optional.of(metric);
    }

    private static void check(Given route) {
        final List<Key<?>> ways = ways(route);
        if (ways.size() > 1) {
            route.refuse(
                    ways.get(1),
                    ways.get(1).name()
                            + " contradicts "
                            + ways.get(0).name()
                            + "; give one of via, nexthops, blackhole: true, unreachable: true and"
                            + " prohibit: true, or none of them for destinations on the link");
        } else if (!route.has(VIA)
                && !route.has(HOPS)
                && route.find(TO).filter(Optional::isEmpty).isPresent()) {
            route.refuse(TO, "to 'default' without via has no family; write 0.0.0.0/0 or ::/0");
        }
        final int gateways = route.find(HOPS).map(List::size).orElse(0);
        if (route.has(HOPS) && route.isSound() && (gateways == 0 || gateways > MAX_HOPS)) {
            route.refuse(HOPS, "nexthops has " + gateways + " gateways; give 1 to " + MAX_HOPS);
        }
        if (ways.stream().anyMatch(DROPS::containsValue)) {
            refuseWhereDropped(route, SRC);
            refuseWhereDropped(route, MTU);
        }
    }

    private static void refuseWhereDropped(Given route, Key<?> key) {
        if (route.has(key)) {
            route.refuse(
                    key, key.name() + " means nothing where packets are dropped; leave it out");
        }
    }

    private static List<Key<?>> ways(Given route) {
        return Stream.<Key<?>>concat(
                        Stream.of(VIA, HOPS).filter(route::has),
                        DROPS.values().stream().filter(key -> route.find(key).orElse(false)))
                .toList();
    }

    private static RouteConfig of(Values route) {
        final List<NextHopConfig> hops =
                route.find(VIA)
                        .map(via -> List.of(new NextHopConfig(via)))
                        .orElseGet(() -> route.get(HOPS));
        final IpPrefix to = route.get(TO).orElseGet(() -> all(hops.getFirst().via().isIpv4()));
        return new RouteConfig(
                to,
                type(route, hops),
                hops,
                metric(to, route.find(METRIC)),
                route.find(SRC),
                route.number(MTU));
    }

    private static Type type(Values route, List<NextHopConfig> hops) {
        return DROPS.entrySet().stream()
                .filter(drop -> route.get(drop.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(hops.isEmpty() ? Type.LINK : Type.VIA);
    }

    /** The metric of a route to {@code to} for which one is written or none. */
    static long metric(IpPrefix to, Optional<Long> written) {
        return written.filter(metric -> metric != 0).orElse(defaultMetric(to));
    }

    private static long defaultMetric(IpPrefix to) {
        return to.address().isIpv4() ? 0 : DEFAULT_METRIC6;
    }

    /** Every destination of a family. */
    static IpPrefix all(boolean ipv4) {
        return new IpPrefix(ipv4 ? IpAddress.ipv4(0) : IpAddress.ipv6(0, 0), 0);
    }

    /** Copies the list. */
    public RouteConfig {
        hops = List.copyOf(hops);
    }

    /** By a gateway, or where there is none as the type says; nothing else is special. */
    RouteConfig(IpPrefix to, Type type, Optional<IpAddress> via) {
        this(
                to,
                type,
                via.stream().map(NextHopConfig::new).toList(),
                defaultMetric(to),
                Optional.empty(),
                OptionalInt.empty());
    }

    /** By which it is told from others. */
    public Id id() {
        return new Id(to, metric);
    }

    /** The gateway, where it has exactly one. */
    public Optional<IpAddress> via() {
        return hops.size() == 1 ? Optional.of(hops.getFirst().via()) : Optional.empty();
    }
}
