// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.model.Route;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.RouteTable;
import io.ipvane.table.WeightedBuckets;
import io.ipvane.table.WeightedBuckets.Member;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The routes of an uplink to the table that lcores look in: of each network the route that counts,
 * each gateway once, each set of next hops once. Pure; one table, any thread.
 */
final class RouteCompiler {
    private final RouteTable.Builder table = new RouteTable.Builder();
    private final Predicate<IpAddress> failed;
    private final Map<IpAddress, Integer> gateways = new HashMap<>();
    private final Map<List<Route.Hop>, int[]> buckets = new HashMap<>();
    private final Map<Way, Integer> groups = new HashMap<>();

    /** What makes one group of next hops: no hops mean the destination itself. */
    private record Way(List<Route.Hop> hops, int mtu) {}

    private RouteCompiler(Predicate<IpAddress> failed) {
        this.failed = failed;
    }

    /**
     * The table.
     *
     * @param failed says which of several next hops do not answer: others carry their flows, unless
     *     none answers
     */
    static RouteTable compile(List<Route> routes, Predicate<IpAddress> failed) {
        final RouteCompiler compiler = new RouteCompiler(failed);
        Route.best(routes).forEach(compiler::add);
        return compiler.table.build();
    }

    private void add(Route route) {
        final int hop = hop(route);
        final IpPrefix to = route.to().network();
        if (to.address().isIpv4()) {
            table.add4(to.address().ipv4(), to.length(), hop);
            if (route.kind() == Route.Kind.CONNECTED && to.length() < 31) {
                // The kernel's route of kind broadcast: no packet of a port takes it.
                table.add4(to.address().ipv4() | -1 >>> to.length(), 32, RouteTable.BLACKHOLE);
            }
        } else {
            table.add6(to.address().key0(), to.address().key1(), to.length(), hop);
        }
    }

    private int hop(Route route) {
        return switch (route.kind()) {
            case LOCAL -> RouteTable.LOCAL;
            case BLACKHOLE -> RouteTable.BLACKHOLE;
            case UNREACHABLE -> RouteTable.UNREACHABLE;
            case PROHIBIT -> RouteTable.PROHIBIT;
            case CONNECTED, LINK, GATEWAY -> {
                final boolean plain = route.hops().size() <= 1 && route.mtu() == 0;
                yield plain
                        ? single(route.hops())
                        : groups.computeIfAbsent(new Way(route.hops(), route.mtu()), this::group);
            }
        };
    }

    private int single(List<Route.Hop> hops) {
        return hops.isEmpty() ? RouteTable.CONNECTED : gateway(hops.getFirst().via());
    }

    private int gateway(IpAddress via) {
        return gateways.computeIfAbsent(via, v -> table.gateway(v.key0(), v.key1()));
    }

    private int group(Way way) {
        return table.group(
                way.hops.size() <= 1
                        ? new int[] {single(way.hops)}
                        : buckets.computeIfAbsent(way.hops, this::divide),
                way.mtu);
    }

    private int[] divide(List<Route.Hop> hops) {
        final List<Member> members =
                hops.stream()
                        .map(hop -> new Member(hop.via().key0(), hop.via().key1(), hop.weight()))
                        .toList();
        final List<Integer> numbers = hops.stream().map(hop -> gateway(hop.via())).toList();
        final int[] owners =
                WeightedBuckets.divide(
                        members, member -> failed.test(hops.get(members.indexOf(member)).via()));
        for (int b = 0; b < owners.length; b++) {
            owners[b] = numbers.get(owners[b]);
        }
        return owners;
    }
}
