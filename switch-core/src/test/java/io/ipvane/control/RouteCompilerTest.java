// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.model.Route;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.NextHopGroup;
import io.ipvane.snapshot.RouteTable;
import io.ipvane.table.WeightedBuckets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Longest prefix, lowest metric, MTU and weights against a slow and obvious reference. */
class RouteCompilerTest {
    private static final int TABLES = 120;

    private SplittableRandom random;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldAgreeWithTheReference(long seed) {
        random = new SplittableRandom(seed);
        for (int n = 0; n < TABLES; n++) {
            final boolean ipv4 = random.nextBoolean();
            final List<Route> routes = new ArrayList<>();
            for (int i = random.nextInt(40); i > 0; i--) {
                routes.add(route(ipv4));
            }
            final RouteTable table = RouteCompiler.compile(routes, hop -> false);
            for (int i = 0; i < 60; i++) {
                final IpAddress address = address(ipv4);
                final int hop =
                        ipv4
                                ? table.find4(address.ipv4())
                                : table.find6(address.key0(), address.key1());
                final Optional<Route> expected = reference(routes, address);
                assertEquals(
                        expected.map(RouteCompilerTest::describe).orElse("no route"),
                        describe(table, hop),
                        () -> "seed " + seed + ", " + address + " in " + routes);
                expected.ifPresent(route -> assertShares(table, hop, route.hops()));
            }
        }
    }

    private Route route(boolean ipv4) {
        final IpAddress address = address(ipv4);
        final int length = address.bits() - random.nextInt(9);
        final Route.Kind kind = Route.Kind.values()[random.nextInt(1, Route.Kind.values().length)];
        final List<Route.Hop> hops = new ArrayList<>();
        if (kind == Route.Kind.GATEWAY) {
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                hops.add(new Route.Hop(gateway(ipv4, i), 1 + random.nextInt(3)));
            }
        }
        final boolean dropped = kind.ordinal() > Route.Kind.GATEWAY.ordinal();
        return new Route(
                new IpPrefix(address, length).network(),
                kind,
                hops,
                random.nextInt(3),
                null,
                kind == Route.Kind.LOCAL || dropped || random.nextBoolean()
                        ? 0
                        : 1_280 + random.nextInt(3));
    }

    /** Of a /24 or /120, so that routes nest and meet. */
    private IpAddress address(boolean ipv4) {
        final int last = random.nextInt(256);
        return ipv4
                ? IpAddress.ipv4(0x0A00_0000 | last)
                : IpAddress.ipv6(0xFD00_0000_0000_0000L, last);
    }

    private static IpAddress gateway(boolean ipv4, int number) {
        return ipv4
                ? IpAddress.ipv4(0xC000_0200 | number)
                : IpAddress.ipv6(0xFE80_0000_0000_0000L, number);
    }

    private static Optional<Route> reference(List<Route> routes, IpAddress address) {
        Optional<Route> best = Optional.empty();
        for (Route route : routes) {
            if (route.to().contains(address)
                    && (best.isEmpty()
                            || route.to().length() > best.get().to().length()
                            || (route.to().length() == best.get().to().length()
                                    && route.metric() <= best.get().metric()))) {
                best = Optional.of(route);
            }
        }
        return best;
    }

    private static String describe(Route route) {
        return switch (route.kind()) {
            case CONNECTED, LINK -> "link mtu " + route.mtu();
            case LOCAL -> "local";
            case GATEWAY -> names(route.hops()) + " mtu " + route.mtu();
            case BLACKHOLE, UNREACHABLE, PROHIBIT -> route.kind().toString();
        };
    }

    private static Set<Long> names(List<Route.Hop> hops) {
        return hops.stream()
                .map(hop -> (hop.via().key0() ^ hop.via().key1()) & 0xFF)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void assertShares(RouteTable table, int hop, List<Route.Hop> hops) {
        if (hops.size() < 2) {
            return;
        }
        final int weights = hops.stream().mapToInt(Route.Hop::weight).sum();
        final Map<Long, Integer> buckets = buckets(table, table.group(hop));
        for (Route.Hop one : hops) {
            final long name = names(List.of(one)).iterator().next();
            assertEquals(
                    WeightedBuckets.COUNT * one.weight() / (double) weights,
                    buckets.get(name),
                    1,
                    () -> buckets + " for " + hops);
        }
    }

    private static String describe(RouteTable table, int hop) {
        if (hop >= 0) {
            return Set.of(name(table, hop)) + " mtu 0";
        }
        if (RouteTable.isGroup(hop)) {
            return describe(table, table.group(hop));
        }
        return switch (hop) {
            case RouteTable.CONNECTED -> "link mtu 0";
            case RouteTable.LOCAL -> "local";
            case RouteTable.NO_ROUTE -> "no route";
            case RouteTable.BLACKHOLE -> "BLACKHOLE";
            case RouteTable.UNREACHABLE -> "UNREACHABLE";
            default -> "PROHIBIT";
        };
    }

    private static String describe(RouteTable table, NextHopGroup group) {
        return (group.hop(0) == RouteTable.CONNECTED ? "link" : buckets(table, group).keySet())
                + " mtu "
                + group.mtu();
    }

    private static Map<Long, Integer> buckets(RouteTable table, NextHopGroup group) {
        final Map<Long, Integer> buckets = new TreeMap<>();
        for (int hash = 0; hash < WeightedBuckets.COUNT; hash++) {
            buckets.merge(name(table, group.hop(hash)), 1, Integer::sum);
        }
        return buckets;
    }

    private static long name(RouteTable table, int gateway) {
        return (table.gateway0(gateway) ^ table.gateway1(gateway)) & 0xFF;
    }

    @Test
    void shouldPassOverAGatewayThatDoesNotAnswer() {
        final IpAddress dead = gateway(true, 1);
        final Route route =
                new Route(
                        IpPrefix.parse("10.0.0.0/24"),
                        Route.Kind.GATEWAY,
                        List.of(new Route.Hop(dead, 3), new Route.Hop(gateway(true, 2), 1)),
                        0,
                        null,
                        0);
        final RouteTable one = RouteCompiler.compile(List.of(route), dead::equals);
        final RouteTable none = RouteCompiler.compile(List.of(route), hop -> true);

        final int hop = one.find4(0x0A00_0001);
        assertEquals(Map.of(2L, 1024), buckets(one, one.group(hop)));
        assertEquals(Map.of(1L, 768, 2L, 256), buckets(none, none.group(hop)));
    }
}
