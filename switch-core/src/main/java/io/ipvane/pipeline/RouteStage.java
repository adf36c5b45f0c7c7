// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.ipvlan.IpvlanDrop;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.neighbor.NeighborTable;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.NextHopGroup;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.RouteTable;
import io.ipvane.table.AddressTable;
import java.lang.foreign.Arena;

/**
 * Finds the way of what is to be routed: asks the route table for the next hop and the neighbours
 * for its MAC address. ROUTE becomes WIRE with that address as destination, NARROW where the route
 * has an MTU that the frame exceeds, RESOLVE where nobody knows the address yet, PUNT where the
 * host port has the destination, or a drop. {@link RewriteStage} puts the source in.
 *
 * <p>Of several next hops each flow has its own: a hash of the flow chooses one of the route's
 * buckets. A prefix with one next hop costs nothing of that.
 *
 * <p>TTL and hop limit stay (TX-21): the switch does not show in a traceroute, as the kernel's does
 * not. A burst without such a frame costs a test of its verdicts.
 */
@HotPath
final class RouteStage implements Stage {
    private final FramePool pool;
    private final FlowHash flows;

    /**
     * @param arena lives longer
     */
    RouteStage(Arena arena, FramePool pool) {
        this.pool = pool;
        this.flows = new FlowHash(arena, pool);
    }

    @Override
    public void process(Burst burst) {
        if ((burst.anyVerdicts >>> Verdict.ROUTE & 1) == 0) {
            return;
        }
        final ForwardingSnapshot snapshot = (ForwardingSnapshot) burst.snapshot;
        final PortEntry ingress = snapshot.entry(burst.ingress);
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if (burst.verdict(i) == Verdict.ROUTE) {
                route(burst, i, ingress, snapshot.neighbors());
            }
        }
    }

    private void route(Burst burst, int i, PortEntry ingress, NeighborTable neighbors) {
        final boolean checked = (ingress.parseOptions & Parser.STRICT) != 0;
        if (!checked && (isMartian(burst, i) || isFromNobody(burst, i))) {
            Drops.drop(burst, i, ParseDrop.IP_MALFORMED);
            return;
        }
        final RouteTable routes = ingress.segment.routes();
        final boolean ipv4 = burst.family(i) == Burst.KEY_IPV4;
        final long high = burst.key0(i);
        final long low = burst.key1(i);
        if (ipv4 ? (high >>> 28) >= 0xE : (high >>> 56) == 0xFF) {
            // A group address behind a unicast MAC must not become real multicast (COR-16).
            Drops.drop(burst, i, IpvlanDrop.L3_MCAST);
            return;
        }
        final int hop = ipv4 ? routes.find4((int) high) : routes.find6(high, low);
        if (hop >= 0) {
            forward(burst, i, ingress, neighbors, routes.gateway0(hop), routes.gateway1(hop), 0);
        } else if (hop == RouteTable.CONNECTED) {
            forward(burst, i, ingress, neighbors, high, ipv4 ? 0 : low, 0);
        } else if (hop == RouteTable.LOCAL) {
            punt(burst, i, ingress.segment.mac());
        } else if (RouteTable.isGroup(hop)) {
            choose(burst, i, ingress, neighbors, routes.group(hop));
        } else {
            Drops.drop(burst, i, RouteTable.reason(hop));
        }
    }

    /** The route has several next hops, or an MTU of its own. */
    private void choose(
            Burst burst, int i, PortEntry ingress, NeighborTable neighbors, NextHopGroup group) {
        final int hop = group.hop(group.isChoice() ? flows.of(burst, i) : 0);
        if (hop == RouteTable.CONNECTED) {
            final boolean ipv4 = burst.family(i) == Burst.KEY_IPV4;
            forward(
                    burst,
                    i,
                    ingress,
                    neighbors,
                    burst.key0(i),
                    ipv4 ? 0 : burst.key1(i),
                    group.mtu());
        } else {
            final RouteTable routes = ingress.segment.routes();
            forward(
                    burst,
                    i,
                    ingress,
                    neighbors,
                    routes.gateway0(hop),
                    routes.gateway1(hop),
                    group.mtu());
        }
    }

    /** COR-20: between siblings the kernel lets them pass, but none may leave. */
    private static boolean isMartian(Burst burst, int i) {
        final long sourceHigh = burst.source0(i);
        final long high = burst.key0(i);
        return burst.family(i) == Burst.KEY_IPV4
                ? Parser.isMartian((int) sourceHigh, (int) high)
                : Parser.isMartian(sourceHigh, burst.source1(i), high, burst.key1(i));
    }

    /** ICMPv6 from :: is for its own link (RFC 4291, 2.5.2); the kernel routes it (COR-3). */
    private static boolean isFromNobody(Burst burst, int i) {
        if (burst.etherType(i) != Ethernet.TYPE_IPV6) {
            return false;
        }
        final long ip = burst.data(i) + burst.l3(i);
        return (Ipv6.sourceHigh(ip) | Ipv6.sourceLow(ip)) == 0
                && Ipv6.nextHeader(ip) == Ipv6.NEXT_ICMPV6;
    }

    private void forward(
            Burst burst,
            int i,
            PortEntry ingress,
            NeighborTable neighbors,
            long hop0,
            long hop1,
            int mtu) {
        trim(burst, i);
        final int domain = ingress.segment.domain();
        final long mac =
                burst.family(i) == Burst.KEY_IPV4
                        ? neighbors.mac4(domain, (int) hop0)
                        : neighbors.mac6(domain, hop0, hop1);
        if (ingress.segment.tunneled()) {
            toRemote(burst, i, domain, hop0, hop1);
        }
        if (mac == NeighborTable.UNRESOLVED) {
            burst.nextHop(i, hop0, hop1);
            burst.mtu(i, mtu);
            burst.verdict(i, Verdict.RESOLVE);
            return;
        }
        Ethernet.putDestination(burst.data(i), mac);
        if (mtu == 0 || burst.length(i) - burst.l3(i) <= mtu) {
            burst.verdict(i, Verdict.WIRE);
        } else {
            burst.mtu(i, mtu);
            burst.verdict(i, Verdict.NARROW);
        }
    }

    /** The remote of the next hop, which need not be that of the destination. */
    private void toRemote(Burst burst, int i, int domain, long hop0, long hop1) {
        final AddressTable addresses = ((ForwardingSnapshot) burst.snapshot).addresses();
        RemoteStage.mark(
                burst.mbuf(i),
                burst.family(i) == Burst.KEY_IPV4
                        ? addresses.find4(domain, (int) hop0)
                        : addresses.find6(domain, hop0, hop1),
                pool);
    }

    /** The host's own stack takes only what is addressed to its MAC. */
    private static void punt(Burst burst, int i, long own) {
        final long frame = burst.data(i);
        Ethernet.putSource(frame, own);
        Ethernet.putDestination(frame, own);
        burst.verdict(i, Verdict.PUNT);
    }

    /**
     * A packet that is routed goes without what stood behind it in its frame: padding, or a trailer
     * (spec COR-15). An IPv6 payload length of 0 says nothing (RFC 2675).
     */
    private void trim(Burst burst, int i) {
        final long ip = burst.data(i) + burst.l3(i);
        final boolean ipv4 = burst.family(i) == Burst.KEY_IPV4;
        final int payload = ipv4 ? 0 : Ipv6.payloadLength(ip);
        final int packet = ipv4 ? Ipv4.totalLength(ip) : Ipv6.LENGTH + payload;
        final int length = burst.l3(i) + packet;
        if (burst.length(i) > length && (ipv4 || payload > 0)) {
            final long mbuf = burst.mbuf(i);
            pool.trim(mbuf, length);
            burst.frame(i, mbuf, pool.data(mbuf), pool.contiguous(mbuf), length);
        }
    }
}
