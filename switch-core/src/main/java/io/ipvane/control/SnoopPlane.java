// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.FramePool;
import io.ipvane.dhcp.ClientId;
import io.ipvane.dhcp.DhcpClient;
import io.ipvane.dhcp.DhcpCounters;
import io.ipvane.dhcp.DhcpLimits;
import io.ipvane.dhcp.DhcpReply;
import io.ipvane.dhcp.DhcpSink;
import io.ipvane.dhcp.DhcpSnooper;
import io.ipvane.ipvlan.Compat;
import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.IpvlanOptions;
import io.ipvane.ipvlan.Mode;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Udp;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.table.GroupFilter;
import io.ipvane.table.SpokenGroups;
import io.ipvane.upcall.ControlMailbox;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.IntConsumer;
import org.agrona.concurrent.MessageHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames that lcores show to the conductor: DHCP, which it may redirect or change, and IGMP and
 * MLD, which say that a port's groups may be others now. Everything goes on afterwards. What a port
 * without a namespace says of itself is the {@link LearnPlane}'s.
 *
 * <p>Also says which frames it wants to see. A client renews its lease by unicast to the server, so
 * those of a port with a lease are looked at closely; the answer comes by unicast to an address
 * that is known, so for some seconds those from the wire are as well. So they are after any request
 * where addresses are learned: a guest that says it has what a server is about to give to another
 * must not get the answer.
 *
 * <p>Conductor thread only.
 */
final class SnoopPlane implements ControlMailbox.Snooper, DhcpSink {
    private static final Logger LOG = LoggerFactory.getLogger(SnoopPlane.class);
    private static final int FRAMES_A_TURN = 256;
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    /** How long an answer to a unicast request is looked out for. */
    private static final long ANSWER = Duration.ofSeconds(10).toNanos();

    /** A frame that must not leave before lcores look out for its answer. */
    private record Held(int ingress, int verdict, int port, long mbuf) {}

    private final ControlMailbox mailbox;
    private final FramePool pool;
    private final FrameInjector injector;
    private final LearnPlane learn;
    private final MessageHandler handler;
    private final DhcpSnooper dhcp = new DhcpSnooper(DhcpLimits.DEFAULT, System::nanoTime, this);

    /** Ports that have a lease. */
    private final Set<Integer> leasing = new HashSet<>();

    /** Until when answers are looked out for, by uplink. */
    private final Map<Integer, Long> expecting = new HashMap<>();

    /** Ports that have spoken of groups in this turn. */
    private final Set<Integer> regrouped = new HashSet<>();

    private final Queue<Held> held = new ArrayDeque<>();
    private final InterfaceGroups interfaceGroups = new InterfaceGroups(System::nanoTime);

    /** By port, where what it speaks to matters. */
    private final Map<Integer, SpokenGroups> spoken = new HashMap<>();

    private DhcpSink sink;
    private LearnSink learned;
    private IntConsumer groupsMayHaveChanged = port -> {};
    private boolean dirty;
    private DhcpCounters said = dhcp.counters();
    private long lastSaid = System.nanoTime();

    SnoopPlane(ControlMailbox mailbox, FramePool pool, FrameInjector injector, LearnPlane learn) {
        this.mailbox = mailbox;
        this.pool = pool;
        this.learn = learn;
        this.injector = injector;
        this.handler = mailbox.handler(this);
    }

    /** Says who is told of leases, and of what ports say of themselves; before the first turn. */
    void tell(DhcpSink leases, LearnSink others) {
        sink = leases;
        learned = others;
        learn.tell(others);
    }

    /** Says who reads a port's groups anew; it must not wait. */
    void onGroups(IntConsumer listener) {
        groupsMayHaveChanged = listener;
    }

    /** One turn: what was held, then what has come. */
    int doWork() {
        int work = 0;
        for (Held frame = held.poll(); frame != null; frame = held.poll()) {
            injector.decided(frame.ingress(), frame.verdict(), frame.port(), frame.mbuf());
            work++;
        }
        work += mailbox.receiveSnooped(handler, FRAMES_A_TURN);
        regrouped.forEach(groupsMayHaveChanged::accept);
        regrouped.clear();
        return work + learn.tick();
    }

    /** Ends leases whose time is over, and the look-out for answers that did not come. */
    void secondOver() {
        dhcp.tick();
        interfaceGroups.tick().forEach(learned::regrouped);
        spoken.values().forEach(SpokenGroups::age);
        final long now = System.nanoTime();
        dirty |= expecting.values().removeIf(until -> now - until >= 0);
        if (now - lastSaid >= MINUTE) {
            lastSaid = now;
            sayWhatWasOdd();
        }
    }

    private void sayWhatWasOdd() {
        final DhcpCounters sum = dhcp.counters();
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

    /** Whether {@link #bits} says something else than before; forgets that it does. */
    boolean takeDirty() {
        final boolean was = dirty;
        dirty = false;
        return was;
    }

    /** Which frames that come in by a port are wanted: bits of {@link PortEntry}. */
    int bits(SwitchModel of, int index) {
        final PortModel port = of.port(index);
        final UplinkModel uplink = of.uplinks().get(port.uplink());
        final boolean member = port.role() == PortEntry.Role.PORT;
        final int addresses = addresses(port, uplink);
        if (member ? port.mode() != Mode.L2 : !anyL2(of, uplink)) {
            return addresses;
        }
        final int own = addresses | (member ? groups(port) : 0);
        if (!uplink.options().dhcpSnooping()) {
            return own;
        }
        final boolean unicast =
                switch (port.role()) {
                    case PORT -> leasing.contains(index);
                    case UPLINK -> expecting.containsKey(index);
                    // A server on the host answers to our own MAC: for the wire, as it seems.
                    case HOST -> true;
                };
        return own | PortEntry.SNOOP_DHCP | (unicast ? PortEntry.SNOOP_UNICAST : 0);
    }

    /** Of a port without an interface its addresses are learned; others have theirs looked at. */
    private static int addresses(PortModel port, UplinkModel uplink) {
        final boolean looked =
                port.role() == PortEntry.Role.PORT
                        && port.hasInterface()
                        && uplink.options().antispoof();
        return (port.learn() > 0 ? PortEntry.LEARN_ADDRESSES : 0)
                | (looked ? PortEntry.ASK_SOURCES : 0);
    }

    /** Which groups a port speaks to, or null where that opens nothing. */
    SpokenGroups spoken(SwitchModel of, int index) {
        final PortModel port = of.port(index);
        final boolean wanted =
                port.role() == PortEntry.Role.PORT
                        && port.hasInterface()
                        && port.mode() == Mode.L2
                        && of.uplinkOf(index).options().compat() == Compat.IMPROVED;
        return wanted ? spoken.computeIfAbsent(index, i -> new SpokenGroups()) : null;
    }

    private static int groups(PortModel port) {
        return port.hasInterface() ? PortEntry.SNOOP_GROUPS : PortEntry.LEARN_GROUPS;
    }

    private static boolean anyL2(SwitchModel of, UplinkModel uplink) {
        return of.members(uplink.index()).stream().anyMatch(port -> port.mode() == Mode.L2);
    }

    @Override
    public void snooped(int ingress, int verdict, int port, int l3, long mbuf) {
        final SwitchModel model = learned.model();
        if (!model.has(ingress)) {
            pool.free(mbuf);
            return;
        }
        if (verdict == Verdict.LEARN) {
            learn.learn(ingress, l3, mbuf);
            return;
        }
        final PortModel from = model.port(ingress);
        final long ip = pool.data(mbuf) + l3;
        if (Ipv4.version(ip) != 4 || Ipv4.protocol(ip) != Ipv4.PROTOCOL_UDP) {
            membership(from, verdict, port, l3, mbuf);
            return;
        }
        final int to = Udp.destinationPort(ip + Ipv4.headerLength(ip));
        final byte[] payload = DhcpFrames.payload(pool, mbuf, l3);
        if (payload == null) {
            injector.decided(from.index(), verdict, port, mbuf);
        } else if (to == Udp.PORT_DHCP_CLIENT) {
            reply(from, verdict, port, l3, mbuf, payload);
        } else if (from.role() == PortEntry.Role.UPLINK) {
            // A client outside asks; a server here may answer.
            injector.decided(from.index(), verdict, port, mbuf);
        } else {
            request(from, verdict, port, l3, mbuf, payload);
        }
    }

    /** A report goes on when its groups pass: answers may come for it at once. */
    private void membership(PortModel from, int verdict, int port, int l3, long mbuf) {
        final int ingress = from.index();
        regrouped.add(ingress);
        final Optional<GroupFilter> now =
                interfaceGroups.said(
                        ingress, from.groups(), () -> MembershipFrames.report(pool, mbuf, l3));
        if (now.isPresent()) {
            learned.regrouped(ingress, now.get());
            held.add(new Held(ingress, verdict, port, mbuf));
        } else {
            injector.decided(ingress, verdict, port, mbuf);
        }
    }

    private void request(PortModel from, int verdict, int port, int l3, long mbuf, byte[] payload) {
        final SwitchModel model = learned.model();
        final UplinkModel uplink = model.uplinkOf(from.index());
        final long frame = changed(mbuf, l3, dhcp.request(client(from, uplink), payload), uplink);
        if ((verdict == Verdict.WIRE || anyLearns(uplink)) && expectAnswer(uplink.index())) {
            held.add(new Held(from.index(), verdict, port, frame));
        } else {
            injector.decided(from.index(), verdict, port, frame);
        }
    }

    private boolean anyLearns(UplinkModel uplink) {
        return learned.model().members(uplink.index()).stream().anyMatch(port -> port.learn() > 0);
    }

    /** Whether lcores have yet to be told that answers matter. */
    private boolean expectAnswer(int uplink) {
        final boolean fresh = expecting.put(uplink, System.nanoTime() + ANSWER) == null;
        dirty |= fresh;
        return fresh;
    }

    private static DhcpClient client(PortModel from, UplinkModel uplink) {
        final boolean port = from.role() == PortEntry.Role.PORT;
        final IpvlanOptions options = uplink.options();
        return new DhcpClient(
                uplink.index(),
                from.index(),
                uplink.mac(),
                port && options.dhcpClientId()
                        ? Optional.of(ClientId.ofPort(from.name(), uplink.mac()))
                        : Optional.empty(),
                port);
    }

    /**
     * Only the wire and the host are trusted to have servers that a lease counts of. A port reaches
     * its siblings only under {@code bridge}.
     */
    private void reply(PortModel from, int verdict, int port, int l3, long mbuf, byte[] payload) {
        final SwitchModel model = learned.model();
        final boolean sibling = from.role() == PortEntry.Role.PORT;
        final int address = Ipv4.destination(pool.data(mbuf) + l3);
        final boolean owned =
                verdict == Verdict.DELIVER && !learned.onlySaid(port, IpAddress.ipv4(address));
        final Optional<DhcpReply> found =
                sibling && from.flag() != IpvlanFlag.BRIDGE
                        ? Optional.empty()
                        : dhcp.reply(from.uplink(), !sibling, payload);
        final boolean elsewhere = owned && found.filter(r -> r.port() == port).isEmpty();
        if (found.isEmpty() || elsewhere || found.get().port() == from.index()) {
            injector.decided(from.index(), verdict, port, mbuf);
        } else {
            final UplinkModel uplink = model.uplinkOf(from.index());
            final long frame = changed(mbuf, l3, found.get().payload(), uplink);
            injector.decided(from.index(), Verdict.DELIVER, found.get().port(), frame);
        }
    }

    /** The frame with another payload, where that can be had. */
    private long changed(long mbuf, int l3, Optional<byte[]> payload, UplinkModel uplink) {
        if (payload.isEmpty()) {
            return mbuf;
        }
        final int longest = uplink.mtu() + Math.max(l3, Ethernet.LENGTH);
        final long frame = DhcpFrames.withPayload(pool, mbuf, l3, payload.get(), longest);
        if (frame == 0) {
            dhcp.didNotFit();
            return mbuf;
        }
        return frame;
    }

    @Override
    public boolean leased(int port, IpPrefix address, long seconds) {
        dirty |= leasing.add(port);
        return sink.leased(port, address, seconds);
    }

    @Override
    public void ended(int port, IpAddress address, boolean interfaceHasIt, String why) {
        if (!dhcp.leases(port)) {
            dirty |= leasing.remove(port);
        }
        sink.ended(port, address, interfaceHasIt, why);
    }

    /**
     * The interface of a port has an address now, or no longer.
     *
     * @return whether the port leases it
     */
    boolean onInterface(int port, IpAddress address, boolean there) {
        return dhcp.onInterface(port, address, there);
    }

    /**
     * The interface of a port listens to these groups.
     *
     * @return what passes now
     */
    GroupFilter groupsSeen(int port, GroupFilter groups) {
        return interfaceGroups.seen(port, groups);
    }

    /** Somebody has come to a port without a namespace. */
    void askGroups(SwitchModel now, PortModel port) {
        if (port.mode() == Mode.L2) {
            learn.askGroups(now, port);
        }
    }

    /** Who was behind a port is gone, and with them what they have joined. */
    void forgetGroups(int port) {
        learn.forget(port);
    }

    /** A port is gone, and its index may become another's. */
    void forgetPort(int port) {
        learn.forget(port);
        dhcp.forgetPort(port);
        interfaceGroups.forget(port);
        spoken.remove(port);
        dirty |= leasing.remove(port);
        expecting.remove(port);
    }

    /** Lcores have stopped: frees what was held; the rest is the mailbox's. */
    void close() {
        learn.close();
        held.forEach(frame -> pool.free(frame.mbuf()));
        held.clear();
    }
}
