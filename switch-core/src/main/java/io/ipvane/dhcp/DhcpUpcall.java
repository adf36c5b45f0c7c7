// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import io.ipvane.burst.FramePool;
import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.IpvlanOptions;
import io.ipvane.ipvlan.Mode;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Udp;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.upcall.FrameInjector;
import io.ipvane.upcall.Shown;
import io.ipvane.upcall.Upcall;
import io.ipvane.upcall.UpcallDispatcher;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DHCP, which the conductor may redirect or change; then it goes on.
 *
 * <p>A client renews its lease by unicast to the server, so the frames of a port with a lease are
 * looked at closely; the answer comes by unicast to an address that is known, so for some seconds
 * those from the wire are as well. So they are after any request where addresses are learned: a
 * guest that says it has what a server is about to give to another must not get the answer.
 *
 * <p>Conductor thread only.
 */
public final class DhcpUpcall implements Upcall, DhcpSink {
    private static final Logger LOG = LoggerFactory.getLogger(DhcpUpcall.class);
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    /** How long an answer to a unicast request is looked out for. */
    private static final long ANSWER = Duration.ofSeconds(10).toNanos();

    private final DhcpScene scene;
    private final UpcallDispatcher dispatcher;
    private final FrameInjector injector;
    private final FramePool pool;
    private final DhcpSnooper snooper = new DhcpSnooper(DhcpLimits.DEFAULT, System::nanoTime, this);

    /** Ports that have a lease. */
    private final Set<Integer> leasing = new HashSet<>();

    /** Until when answers are looked out for, by uplink. */
    private final Map<Integer, Long> expecting = new HashMap<>();

    private DhcpSink sink;
    private DhcpCounters said = snooper.counters();
    private long lastSaid = System.nanoTime();

    /** Has seen nothing yet. */
    public DhcpUpcall(DhcpScene scene, UpcallDispatcher dispatcher, FramePool pool) {
        this.scene = scene;
        this.dispatcher = dispatcher;
        this.injector = dispatcher.injector();
        this.pool = pool;
    }

    /** Says who is told of leases; before the first turn. */
    public void tell(DhcpSink leases) {
        sink = leases;
    }

    @Override
    public int wants(int index) {
        final SwitchModel model = scene.model();
        final PortModel port = model.port(index);
        final SegmentModel segment = model.segmentOf(index);
        final boolean member = port.role() == PortEntry.Role.PORT;
        if ((member ? port.mode() != Mode.L2 : !anyL2(model, segment))
                || !segment.options().dhcpSnooping()) {
            return 0;
        }
        final boolean unicast =
                switch (port.role()) {
                    case PORT -> leasing.contains(index);
                    case UPLINK -> expecting.containsKey(index);
                    // A server on the host answers to our own MAC: for the wire, as it seems.
                    case HOST -> true;
                };
        return PortEntry.SNOOP_DHCP | (unicast ? PortEntry.SNOOP_UNICAST : 0);
    }

    private static boolean anyL2(SwitchModel model, SegmentModel segment) {
        return model.members(segment.domain()).stream().anyMatch(port -> port.mode() == Mode.L2);
    }

    @Override
    public boolean take(Shown frame) {
        final long ip = pool.data(frame.mbuf()) + frame.l3();
        if (frame.verdict() == Verdict.LEARN
                || Ipv4.version(ip) != 4
                || Ipv4.protocol(ip) != Ipv4.PROTOCOL_UDP) {
            return false;
        }
        final PortModel from = scene.model().port(frame.ingress());
        final int to = Udp.destinationPort(ip + Ipv4.headerLength(ip));
        final byte[] payload = DhcpFrames.payload(pool, frame.mbuf(), frame.l3());
        if (payload == null) {
            injector.decided(frame);
        } else if (to == Udp.PORT_DHCP_CLIENT) {
            reply(from, frame, payload);
        } else if (from.role() == PortEntry.Role.UPLINK) {
            // A client outside asks; a server here may answer.
            injector.decided(frame);
        } else {
            request(from, frame, payload);
        }
        return true;
    }

    private void request(PortModel from, Shown frame, byte[] payload) {
        final SegmentModel segment = scene.model().segmentOf(from.index());
        final Shown now = changed(frame, snooper.request(client(from, segment), payload), segment);
        if ((frame.verdict() == Verdict.WIRE || anyLearns(segment))
                && expectAnswer(segment.exit().port())) {
            dispatcher.hold(now);
        } else {
            injector.decided(now);
        }
    }

    private boolean anyLearns(SegmentModel segment) {
        return scene.model().members(segment.domain()).stream().anyMatch(port -> port.learn() > 0);
    }

    /** Whether lcores have yet to be told that answers matter. */
    private boolean expectAnswer(int exit) {
        final boolean fresh = expecting.put(exit, System.nanoTime() + ANSWER) == null;
        if (fresh) {
            dispatcher.changed();
        }
        return fresh;
    }

    private static DhcpClient client(PortModel from, SegmentModel segment) {
        final boolean port = from.role() == PortEntry.Role.PORT;
        final IpvlanOptions options = segment.options();
        return new DhcpClient(
                segment.domain(),
                from.index(),
                segment.mac(),
                port && options.dhcpClientId()
                        ? Optional.of(ClientId.ofPort(from.name(), segment.mac()))
                        : Optional.empty(),
                port);
    }

    /**
     * Only the wire and the host are trusted to have servers that a lease counts of. A port reaches
     * its siblings only under {@code bridge}.
     */
    private void reply(PortModel from, Shown frame, byte[] payload) {
        final boolean sibling = from.role() == PortEntry.Role.PORT;
        final int address = Ipv4.destination(pool.data(frame.mbuf()) + frame.l3());
        final boolean owned =
                frame.verdict() == Verdict.DELIVER
                        && !scene.onlySaid(frame.port(), IpAddress.ipv4(address));
        final Optional<DhcpReply> found =
                sibling && from.flag() != IpvlanFlag.BRIDGE
                        ? Optional.empty()
                        : snooper.reply(from.domain(), !sibling, payload);
        final boolean elsewhere = owned && found.filter(r -> r.port() == frame.port()).isEmpty();
        if (found.isEmpty() || elsewhere || found.get().port() == from.index()) {
            injector.decided(frame);
        } else {
            final SegmentModel segment = scene.model().segmentOf(from.index());
            final Shown now = changed(frame, found.get().payload(), segment);
            injector.decided(now.with(Verdict.DELIVER, found.get().port()));
        }
    }

    /** The frame with another payload, where that can be had. */
    private Shown changed(Shown frame, Optional<byte[]> payload, SegmentModel segment) {
        if (payload.isEmpty()) {
            return frame;
        }
        final int longest = segment.mtu() + Math.max(frame.l3(), Ethernet.LENGTH);
        final long other =
                DhcpFrames.withPayload(pool, frame.mbuf(), frame.l3(), payload.get(), longest);
        if (other == 0) {
            snooper.didNotFit();
            return frame;
        }
        return frame.with(other);
    }

    /** Ends leases whose time is over, and the look-out for answers that did not come. */
    @Override
    public void secondOver() {
        snooper.tick();
        final long now = System.nanoTime();
        if (expecting.values().removeIf(until -> now - until >= 0)) {
            dispatcher.changed();
        }
        if (now - lastSaid >= MINUTE) {
            lastSaid = now;
            sayWhatWasOdd();
        }
    }

    private void sayWhatWasOdd() {
        final DhcpCounters sum = snooper.counters();
        final long malformed = sum.malformed() - said.malformed();
        final long refused = sum.refused() - said.refused();
        final long noRoom = sum.noRoom() - said.noRoom();
        said = sum;
        if (malformed + refused + noRoom > 0) {
            LOG.warn(
                    "event=dhcp_odd malformed={} refused={} no_room={}",
                    malformed,
                    refused,
                    noRoom);
        }
    }

    @Override
    public boolean leased(int port, IpPrefix address, long seconds) {
        if (leasing.add(port)) {
            dispatcher.changed();
        }
        return sink.leased(port, address, seconds);
    }

    @Override
    public void ended(int port, IpAddress address, boolean interfaceHasIt, String why) {
        if (!snooper.leases(port) && leasing.remove(port)) {
            dispatcher.changed();
        }
        sink.ended(port, address, interfaceHasIt, why);
    }

    /**
     * The interface of a port has an address now, or no longer.
     *
     * @return whether the port leases it
     */
    public boolean onInterface(int port, IpAddress address, boolean there) {
        return snooper.onInterface(port, address, there);
    }

    @Override
    public void forget(int port) {
        snooper.forgetPort(port);
        if (leasing.remove(port)) {
            dispatcher.changed();
        }
        expecting.remove(port);
    }
}
