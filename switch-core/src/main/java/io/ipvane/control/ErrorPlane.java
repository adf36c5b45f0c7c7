// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.icmp.ErrorFrames;
import io.ipvane.icmp.ErrorKind;
import io.ipvane.icmp.TokenBucket;
import io.ipvane.neighbor.UplinkIdentity;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.upcall.ControlMailbox;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.agrona.concurrent.MessageHandler;

/**
 * Tells senders by ICMP what could not be sent on (spec F5, F26): frames that lcores have dropped
 * come in by the mailbox, errors go out by it, to where the frame came from.
 *
 * <p>Conductor thread only. Every frame has been counted as dropped before; here it is freed. A
 * port is told at most {@value #BURST} times at once and {@value #PER_SECOND} times a second, the
 * rest is counted.
 */
final class ErrorPlane implements ControlMailbox.DropListener, AutoCloseable {
    static final int BURST = 50;
    static final int PER_SECOND = 100;
    private static final int MESSAGES_A_TURN = 256;

    /** The source of a node that has no IPv4 address to speak from: RFC 7600, section 4.8. */
    private static final IpAddress DUMMY = IpAddress.ipv4(0xC000_0008);

    private final ControlMailbox mailbox;
    private final FramePool pool;
    private final CounterShard counters;
    private final LongSupplier clock;
    private final Arena arena = Arena.ofShared();
    private final ErrorFrames frames;
    private final MessageHandler handler =
            ControlMailbox.handler((ControlMailbox.DropListener) this);
    private final Map<Integer, TokenBucket> buckets = new HashMap<>();
    private SwitchModel model;

    /**
     * @param counters of the conductor's thread
     * @param clock nanoseconds that never run back
     */
    ErrorPlane(ControlMailbox mailbox, FramePool pool, CounterShard counters, LongSupplier clock) {
        this.mailbox = mailbox;
        this.pool = pool;
        this.counters = counters;
        this.clock = clock;
        this.frames = new ErrorFrames(arena, pool);
    }

    /** Takes over who is there; ports that are gone are forgotten. */
    void model(SwitchModel now) {
        model = now;
        buckets.keySet().removeIf(port -> port(port) == null);
    }

    private PortModel port(int index) {
        return index < model.ports().size() ? model.ports().get(index) : null;
    }

    /** One turn. */
    int doWork() {
        return mailbox.receiveDropped(handler, MESSAGES_A_TURN);
    }

    @Override
    public void dropped(int ingress, int kind, int mtu, long mbuf) {
        try {
            tell(ingress, ErrorKind.of(kind), mtu, mbuf);
        } finally {
            pool.free(mbuf);
        }
    }

    /**
     * Tells the sender of a frame, if it is one who may be told, and the uplink's options allow it.
     *
     * @param ingress index of the port that the frame came from
     * @param mtu bytes of IP that would have fitted; 0 where its length was not the reason
     * @param mbuf stays the caller's
     */
    void tell(int ingress, ErrorKind kind, int mtu, long mbuf) {
        final PortModel port = port(ingress);
        if (port == null) {
            return;
        }
        final UplinkModel uplink = model.uplinks().get(port.uplink());
        if (!uplink.options().icmpErrors()
                || !frames.read(mbuf)
                || isBroadcast(uplink, frames.destination())) {
            return;
        }
        if (!bucket(ingress).take(clock.getAsLong())) {
            counters.add(ingress, PortCounter.ERRORS_LIMITED.ordinal(), 1);
            return;
        }
        final long to = port.role() == PortEntry.Role.UPLINK ? frames.senderMac() : uplink.mac();
        final long error =
                frames.write(kind, mtu, source(uplink, frames.sender()), uplink.mac(), to);
        if (error == 0) {
            return;
        }
        if (mailbox.toLcore().finished(ingress, error)) {
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
    private static boolean isBroadcast(UplinkModel uplink, IpAddress address) {
        for (IpPrefix own : uplink.hostAddresses()) {
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
     * Who says it: the host port by its address in the smallest network with the sender, else by
     * the first that is as far-reaching as the sender's; a switch without one by 192.0.0.8 (RFC
     * 7600), or for IPv6 by its link-local address, as a router whose interfaces have no other
     * does.
     */
    private static IpAddress source(UplinkModel uplink, IpAddress sender) {
        IpPrefix best = null;
        for (IpPrefix own : uplink.hostAddresses()) {
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
                : UplinkIdentity.of(uplink.mac(), uplink.hostAddresses()).linkLocal();
    }

    private static int rank(IpPrefix own, IpAddress sender) {
        return own.contains(sender) ? own.length() : -1;
    }

    /** Lcores have stopped: what still lies in the mailbox is freed. */
    @Override
    public void close() {
        mailbox.receiveAllDropped(
                ControlMailbox.handler((ingress, reason, mtu, mbuf) -> pool.free(mbuf)));
        arena.close();
    }
}
