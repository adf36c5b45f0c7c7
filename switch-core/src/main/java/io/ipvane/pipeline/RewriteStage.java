// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.neighbor.NeighborTable;
import io.ipvane.neighbor.Responder;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.RouteTable;

/**
 * Makes each frame fit for where its verdict sends it: the shared MAC as source on the wire (spec
 * TX-6), the port's MAC as destination between siblings, the next hop's MAC on a routed frame, and
 * an ARP or ND question turned into its answer.
 *
 * <p>ROUTE becomes WIRE, PUNT, RESOLVE or a drop here; RESPOND becomes DELIVER to the asker or a
 * drop. TTL and hop limit stay (TX-21): the switch does not show in a traceroute, as the kernel's
 * does not.
 */
@HotPath
final class RewriteStage implements Stage {
    private final FramePool pool;
    private final Responder responder;

    RewriteStage(FramePool pool) {
        this.pool = pool;
        responder = new Responder(pool);
    }

    @Override
    public void process(Burst burst) {
        final ForwardingSnapshot snapshot = (ForwardingSnapshot) burst.snapshot;
        final PortEntry ingress = snapshot.entry(burst.ingress);
        if (ingress.role == PortEntry.Role.UPLINK) {
            fromWire(burst, ingress);
        } else {
            fromInside(burst, ingress, snapshot.neighbors());
        }
    }

    /** Frames from the wire keep their addresses; only questions are worked on. */
    private void fromWire(Burst burst, PortEntry ingress) {
        if ((burst.anyVerdicts & (1L << Verdict.RESPOND)) == 0) {
            return;
        }
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if (burst.verdict(i) == Verdict.RESPOND) {
                respond(burst, i, ingress);
            }
        }
    }

    private void fromInside(Burst burst, PortEntry ingress, NeighborTable neighbors) {
        final long own = ingress.uplink.mac();
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            switch (burst.verdict(i)) {
                case Verdict.DELIVER -> deliver(burst, i, own);
                case Verdict.WIRE,
                        Verdict.FLOOD_AND_WIRE,
                        Verdict.FLOOD_WIRE_AND_PUNT,
                        Verdict.WIRE_AND_PUNT ->
                        source(burst, i, own);
                case Verdict.ROUTE -> route(burst, i, ingress, neighbors);
                case Verdict.RESPOND -> respond(burst, i, ingress);
                default -> {
                    // Punted frames keep their addresses, drops need none.
                }
            }
        }
    }

    /** Without a readable Ethernet header, {@code l3} 0, there is no source to replace. */
    private static void source(Burst burst, int i, long own) {
        if (burst.l3(i) != 0) {
            Ethernet.putSource(burst.data(i), own);
        }
    }

    /**
     * A sibling's stack takes only what is addressed to its own MAC; group frames stay group
     * frames.
     */
    private static void deliver(Burst burst, int i, long own) {
        final long frame = burst.data(i);
        Ethernet.putSource(frame, own);
        if ((burst.facts(i) & Facts.GROUP) == 0) {
            Ethernet.putDestination(frame, own);
        }
    }

    /** The answer takes the place of the question in the burst, on its way back to the asker. */
    private void respond(Burst burst, int i, PortEntry ingress) {
        final int asker = ingress.role == PortEntry.Role.PORT ? ingress.index : Responder.NO_PORT;
        final long answer = responder.answer(burst, i, ingress.uplink.mac(), asker);
        if (answer <= 0) {
            final boolean silent = answer == Responder.SILENCE;
            drop(burst, i, silent ? DropReason.NO_ANSWER : DropReason.POOL_EMPTY);
            return;
        }
        pool.free(burst.mbuf(i));
        burst.frame(i, answer, pool.data(answer), pool.contiguous(answer), pool.length(answer));
        burst.l2(i, 0, Ethernet.type(burst.data(i)));
        burst.port(i, ingress.index);
        burst.verdict(i, Verdict.DELIVER);
    }

    private void route(Burst burst, int i, PortEntry ingress, NeighborTable neighbors) {
        final boolean checked = (ingress.parseOptions & Parser.STRICT) != 0;
        if (!checked && (isMartian(burst, i) || isFromNobody(burst, i))) {
            drop(burst, i, DropReason.IP_MALFORMED);
            return;
        }
        final RouteTable routes = ingress.uplink.routes();
        final boolean ipv4 = burst.family(i) == Burst.KEY_IPV4;
        final long high = burst.key0(i);
        final long low = burst.key1(i);
        if (ipv4 ? (high >>> 28) >= 0xE : (high >>> 56) == 0xFF) {
            // A group address behind a unicast MAC must not become real multicast (COR-16).
            drop(burst, i, DropReason.L3_MCAST);
            return;
        }
        final int hop = ipv4 ? routes.find4((int) high) : routes.find6(high, low);
        if (hop >= 0) {
            forward(burst, i, ingress, neighbors, routes.gateway0(hop), routes.gateway1(hop));
        } else if (hop == RouteTable.CONNECTED) {
            forward(burst, i, ingress, neighbors, high, ipv4 ? 0 : low);
        } else if (hop == RouteTable.LOCAL) {
            deliver(burst, i, ingress.uplink.mac());
            burst.verdict(i, Verdict.PUNT);
        } else {
            drop(burst, i, RouteTable.reason(hop));
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
            Burst burst, int i, PortEntry ingress, NeighborTable neighbors, long hop0, long hop1) {
        trim(burst, i);
        final int domain = ingress.uplink.index();
        final long mac =
                burst.family(i) == Burst.KEY_IPV4
                        ? neighbors.mac4(domain, (int) hop0)
                        : neighbors.mac6(domain, hop0, hop1);
        final long frame = burst.data(i);
        Ethernet.putSource(frame, ingress.uplink.mac());
        if (mac == NeighborTable.UNRESOLVED) {
            burst.nextHop(i, hop0, hop1);
            burst.verdict(i, Verdict.RESOLVE);
        } else {
            Ethernet.putDestination(frame, mac);
            burst.verdict(i, Verdict.WIRE);
        }
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

    private static void drop(Burst burst, int i, DropReason reason) {
        burst.verdict(i, Verdict.drop(reason));
    }
}
