// SPDX-License-Identifier: Apache-2.0
package io.ipvane.icmp;

import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.model.PortModel;
import io.ipvane.model.Route;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.neighbor.UplinkIdentity;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.upcall.ControlMailbox;
import io.ipvane.upcall.FrameInjector;
import io.ipvane.upcall.TokenBucket;
import io.ipvane.upcall.Upcall;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Tells senders by ICMP what could not be sent on (spec F5, F26): frames that lcores have dropped
 * come in by the mailbox, errors go out by it, to where the frame came from.
 *
 * <p>Conductor thread only. Every frame has been counted as dropped before; here it is freed. A
 * port is told at most {@value #BURST} times at once and {@value #PER_SECOND} times a second, the
 * rest is counted.
 */
public final class ErrorUpcall implements Upcall, ControlMailbox.DropListener {
    public static final int BURST = 50;
    public static final int PER_SECOND = 100;

    /** The source of a node that has no IPv4 address to speak from: RFC 7600, section 4.8. */
    private static final IpAddress DUMMY = IpAddress.ipv4(0xC000_0008);

    private final FrameInjector injector;
    private final FramePool pool;
    private final CounterShard counters;
    private final LongSupplier clock;
    private final Arena arena = Arena.ofShared();
    private final ErrorFrames frames;
    private final Map<Integer, TokenBucket> buckets = new HashMap<>();
    private final Supplier<SwitchModel> model;

    /**
     * Has told nobody anything yet.
     *
     * @param model the switch as it is now
     * @param counters of the conductor's thread
     * @param clock nanoseconds that never run back
     */
    public ErrorUpcall(
            Supplier<SwitchModel> model,
            FrameInjector injector,
            FramePool pool,
            CounterShard counters,
            LongSupplier clock) {
        this.model = model;
        this.injector = injector;
        this.pool = pool;
        this.counters = counters;
        this.clock = clock;
        this.frames = new ErrorFrames(arena, pool);
    }

    @Override
    public void forget(int port) {
        buckets.remove(port);
    }

    @Override
    public void dropped(int lcore, int ingress, int kind, int mtu, long mbuf) {
        try {
            tell(lcore, ingress, ErrorKind.of(kind), mtu, mbuf);
        } finally {
            pool.free(mbuf);
        }
    }

    /**
     * Tells the sender of a frame, if it is one who may be told, and the uplink's options allow it.
     *
     * @param lcore that the frame came by; what is told goes by it as well
     * @param ingress index of the port that the frame came from
     * @param mtu bytes of IP that would have fitted; 0 where its length was not the reason
     * @param mbuf stays the caller's
     */
    public void tell(int lcore, int ingress, ErrorKind kind, int mtu, long mbuf) {
        final SwitchModel now = model.get();
        if (!now.has(ingress)) {
            return;
        }
        final PortModel port = now.port(ingress);
        final SegmentModel segment = now.segmentOf(ingress);
        if (!segment.options().icmpErrors()
                || !frames.read(mbuf)
                || isBroadcast(segment, frames.destination())) {
            return;
        }
        if (!bucket(ingress).take(clock.getAsLong())) {
            counters.add(ingress, PortCounter.ERRORS_LIMITED.ordinal(), 1);
            return;
        }
        final long to = port.role() == PortEntry.Role.UPLINK ? frames.senderMac() : segment.mac();
        final long error =
                frames.write(
                        kind,
                        mtu,
                        source(segment, frames.sender(), frames.destination()),
                        segment.mac(),
                        to);
        if (error == 0) {
            return;
        }
        if (injector.finished(lcore, ingress, error)) {
            counters.add(ingress, PortCounter.ERRORS_SENT.ordinal(), 1);
        } else {
            pool.free(error);
        }
    }

    private TokenBucket bucket(int port) {
        return buckets.computeIfAbsent(
                port, p -> new TokenBucket(BURST, PER_SECOND, clock.getAsLong()));
    }

    /** Whether an address is that of all stations of a network that the host port is on. */
    private static boolean isBroadcast(SegmentModel segment, IpAddress address) {
        for (IpPrefix own : segment.hostAddresses()) {
            if (own.address().isIpv4()
                    && own.length() > 0
                    && own.length() < 31
                    && own.contains(address)
                    && (address.ipv4() | (-1 << (32 - own.length()))) == -1) {
                return true;
            }
        }
        return false;
    }

    /**
     * Who says it: the address that the route to the sender says, else that which the route of the
     * packet says; else the host port by its address in the smallest network with the sender, else
     * by the first that is as far-reaching as the sender's; a switch without one by 192.0.0.8 (RFC
     * 7600), or for IPv6 by its link-local address, as a router whose interfaces have no other
     * does.
     */
    private static IpAddress source(SegmentModel segment, IpAddress sender, IpAddress destination) {
        final List<Route> routes = segment.allRoutes();
        if (routes.stream().anyMatch(route -> route.source() != null)) {
            for (IpAddress end : List.of(sender, destination)) {
                final Route route = Route.find(routes, end);
                if (route != null && route.source() != null && segment.holds(route.source())) {
                    return route.source();
                }
            }
        }
        IpPrefix best = null;
        for (IpPrefix own : segment.hostAddresses()) {
            if (own.address().isIpv4() == sender.isIpv4()
                    && (sender.isIpv4() || own.address().isLinkLocal() == sender.isLinkLocal())
                    && (best == null || rank(own, sender) > rank(best, sender))) {
                best = own;
            }
        }
        if (best != null) {
            return best.address();
        }
        return sender.isIpv4()
                ? DUMMY
                : UplinkIdentity.of(segment.mac(), segment.hostAddresses()).linkLocal();
    }

    private static int rank(IpPrefix own, IpAddress sender) {
        return own.contains(sender) ? own.length() : -1;
    }

    @Override
    public void close() {
        arena.close();
    }
}
