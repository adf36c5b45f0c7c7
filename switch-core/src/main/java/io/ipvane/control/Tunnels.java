// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.config.RemoteConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.TunnelConfig;
import io.ipvane.config.VniConfig;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.model.TunnelExit;
import io.ipvane.neighbor.NeighborTable;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.RouteTable;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Grace;
import io.ipvane.table.GrowingTable;
import io.ipvane.tunnel.Flood;
import io.ipvane.tunnel.OuterHeader;
import io.ipvane.tunnel.PeerFilter;
import io.ipvane.tunnel.RemoteTable;
import io.ipvane.tunnel.Tunnel;
import io.ipvane.tunnel.TunnelOptions;
import io.ipvane.tunnel.TunnelTable;
import io.ipvane.tunnel.VniTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;

/**
 * Tunnels, their networks and what is behind them: keeps prepared headers true to routes,
 * neighbours and addresses of the underlay, and says to lookups which addresses are remotes.
 * Conductor thread only.
 *
 * <p>Headers are compared with what they should be twenty times a second, one look at the routes
 * and one at the neighbours for each end of a tunnel; a change of the underlay reaches them so,
 * whatever it was.
 */
final class Tunnels {
    private static final long LOOK_NANOS = 50_000_000;

    /** Ethernet, IP, UDP and VXLAN header: spec FMT-5. */
    private static final int OVERHEAD4 = 50;

    private static final int OVERHEAD6 = 70;

    /** Nobody can have it: with it, nothing fits through a tunnel that has no address yet. */
    private static final IpAddress NOBODY4 = IpAddress.ipv4(0);

    private static final IpAddress NOBODY6 = IpAddress.ipv6(0, 0);

    /** What lies behind a tunnel. */
    private record Key(int vni, Optional<IpAddress> address, IpAddress flooded) {
        static Key of(RemoteConfig config) {
            return new Key(
                    config.vni(),
                    config.address(),
                    config.address().isPresent() ? NOBODY4 : config.vtep());
        }
    }

    /** One end of a tunnel. */
    private record EndKey(String tunnel, IpAddress vtep) {}

    private static final class End {
        int number;
        int users;
        OuterHeader header;
    }

    private record Remote(RemoteConfig config, EndKey end, long mac, int value) {}

    private final LiveModel live;
    private final UplinkChanges uplinks;
    private final RemoteTable table;
    private final Supplier<ForwardingSnapshot> snapshot;
    private final BiConsumer<Integer, IpAddress> direct;
    private final Logger log;
    private final Map<EndKey, End> ends = new HashMap<>();

    /** Addresses of ends, by the index of their underlay: nobody else may send VXLAN there. */
    private final GrowingTable farEnds;

    private final Map<Key, Remote> remotes = new LinkedHashMap<>();

    /** By index of the uplink that stands for a network: who sends there. */
    private final Map<Integer, Consumer<Flood>> senders = new HashMap<>();

    private List<TunnelConfig> tunnels = List.of();

    /** Names of uplinks by names of tunnels, those that go with this change too. */
    private final Map<String, String> underlays = new HashMap<>();

    private Map<Integer, VniConfig> vnis = Map.of();
    private Map<Integer, TunnelConfig> carriers = Map.of();
    private long lookedAt;

    /** Networks that have an end whose outer packets are IPv6. */
    private final Set<Integer> toIpv6 = new HashSet<>();

    /**
     * @param table that lcores send by
     * @param snapshot what was published last
     * @param direct lets lookups find anew who has an address of an uplink
     */
    Tunnels(
            LiveModel live,
            UplinkChanges uplinks,
            RemoteTable table,
            Grace grace,
            Supplier<ForwardingSnapshot> snapshot,
            BiConsumer<Integer, IpAddress> direct,
            Logger log) {
        this.live = live;
        this.uplinks = uplinks;
        this.table = table;
        this.farEnds = new GrowingTable(grace);
        this.snapshot = snapshot;
        this.direct = direct;
        this.log = log;
    }

    private SwitchModel model() {
        return live.get();
    }

    /** Takes over what the configuration says of tunnels, networks and remotes. */
    void change(SwitchConfig config) {
        tunnels = config.tunnels();
        tunnels.forEach(tunnel -> underlays.put(tunnel.name(), tunnel.uplink()));
        vnis = new HashMap<>();
        carriers = new HashMap<>();
        for (VniConfig vni : config.vnis()) {
            config.tunnelOf(vni)
                    .ifPresent(
                            tunnel -> {
                                vnis.put(vni.vni(), vni);
                                carriers.put(vni.vni(), tunnel);
                            });
        }
        final Map<Key, RemoteConfig> wanted = new LinkedHashMap<>();
        for (RemoteConfig remote : config.remotes()) {
            if (vnis.containsKey(remote.vni())) {
                wanted.put(Key.of(remote), remote);
            }
        }
        final Set<Integer> changed = new HashSet<>(vnis.keySet());
        for (Remote remote : List.copyOf(remotes.values())) {
            final RemoteConfig now = wanted.get(Key.of(remote.config));
            if (now == null || !sameAs(remote, now)) {
                remove(remote);
                changed.add(remote.config.vni());
            }
        }
        wanted.forEach(
                (key, remote) -> {
                    if (!remotes.containsKey(key)) {
                        add(key, remote);
                    }
                });
        toIpv6.clear();
        config.remotes().stream()
                .filter(remote -> !remote.vtep().isIpv4())
                .forEach(remote -> toIpv6.add(remote.vni()));
        look();
        changed.forEach(this::tellSender);
        live.touch();
    }

    private boolean sameAs(Remote remote, RemoteConfig now) {
        return remote.config.equals(now)
                && remote.end.equals(endKey(now))
                && remote.mac == mac(now);
    }

    private EndKey endKey(RemoteConfig remote) {
        return new EndKey(carriers.get(remote.vni()).name(), remote.vtep());
    }

    private long mac(RemoteConfig remote) {
        return remote.address().isEmpty()
                ? 0
                : remote.mac().orElse(vnis.get(remote.vni()).sharedMac());
    }

    private void add(Key key, RemoteConfig config) {
        final EndKey at = endKey(config);
        End end = ends.get(at);
        if (end == null) {
            end = new End();
            end.header = header(carriers.get(config.vni()), config.vtep());
            end.number = table.addEnd(end.header);
            if (end.number == RemoteTable.NONE) {
                log.error(
                        "event=remote_refused vni={} vtep={} reason=\"too many ends of tunnels; remove some\"",
                        config.vni(),
                        config.vtep());
                return;
            }
            ends.put(at, end);
            guard(at, true);
        }
        final int value = table.add(config.vni(), end.number, mac(config));
        if (value == RemoteTable.NONE) {
            log.error(
                    "event=remote_refused vni={} vtep={} reason=\"too many remotes; remove some\"",
                    config.vni(),
                    config.vtep());
            return;
        }
        end.users++;
        remotes.put(key, new Remote(config, at, mac(config), value));
        config.address().ifPresent(address -> redirect(config.vni(), address));
    }

    private void remove(Remote remote) {
        remotes.remove(Key.of(remote.config));
        remote.config.address().ifPresent(address -> redirect(remote.config.vni(), address));
        if (remote.config.address().isEmpty()) {
            tellSender(remote.config.vni());
        }
        table.remove(remote.value);
        final End end = ends.get(remote.end);
        if (--end.users == 0) {
            ends.remove(remote.end);
            table.removeEnd(end.number);
            guard(remote.end, false);
        }
    }

    /** Several tunnels may have an end in common: it stays until the last of them lets it go. */
    private void guard(EndKey end, boolean comes) {
        final Optional<SegmentModel> underlay =
                model().segments().values().stream()
                        .filter(up -> up.name().equals(underlays.get(end.tunnel())))
                        .findFirst();
        if (underlay.isEmpty()) {
            return;
        }
        final int index = underlay.get().domain();
        if (comes) {
            farEnds.put(index, end.vtep(), 0);
        } else if (ends.keySet().stream().noneMatch(other -> other.vtep().equals(end.vtep()))) {
            farEnds.remove(index, end.vtep());
        }
    }

    /** Lcores have been given what changed. */
    void published() {
        farEnds.published();
    }

    /** Frees what its old tables hold, once nobody reads them; says how many there were. */
    int reclaim() {
        return farEnds.reclaim();
    }

    /** Lcores have stopped. */
    void close() {
        farEnds.close();
    }

    private void redirect(int vni, IpAddress address) {
        uplinkOf(vni).ifPresent(uplink -> direct.accept(uplink.domain(), address));
    }

    /** The number of a network, or -1 for an uplink. */
    private static int vniOf(SegmentModel segment) {
        return segment.exit() instanceof TunnelExit network ? network.vni() : -1;
    }

    private Optional<SegmentModel> uplinkOf(int vni) {
        return model().segments().values().stream().filter(up -> vniOf(up) == vni).findFirst();
    }

    private Optional<SegmentModel> underlay(TunnelConfig tunnel) {
        return model().segments().values().stream()
                .filter(up -> !up.tunneled() && up.name().equals(tunnel.uplink()))
                .findFirst();
    }

    /** What lookups of an address of an uplink find where no port has it. */
    int remote(int uplink, IpAddress address) {
        final SegmentModel network = model().segments().get(uplink);
        if (network == null || !network.tunneled()) {
            return AddressTable.NONE;
        }
        final Remote remote = remotes.get(new Key(vniOf(network), Optional.of(address), NOBODY4));
        return remote == null ? AddressTable.NONE : remote.value;
    }

    /** Says who sends to a network, and gets told what to flood. */
    void sender(int uplink, Consumer<Flood> sender) {
        senders.put(uplink, sender);
        final SegmentModel network = model().segments().get(uplink);
        tellSender(vniOf(network));
        for (Remote remote : remotes.values()) {
            if (remote.config.vni() == vniOf(network)) {
                remote.config.address().ifPresent(address -> direct.accept(uplink, address));
            }
        }
    }

    /** A network leaves the model: none of its addresses is in a table any more. */
    void forget(int uplink, Consumer<IpAddress> remove) {
        senders.remove(uplink);
        final SegmentModel network = model().segments().get(uplink);
        if (network != null && network.tunneled()) {
            for (Remote remote : remotes.values()) {
                if (remote.config.vni() == vniOf(network)) {
                    remote.config.address().ifPresent(remove);
                }
            }
        }
    }

    private void tellSender(int vni) {
        final Optional<Consumer<Flood>> sender =
                uplinkOf(vni).map(uplink -> senders.get(uplink.domain()));
        if (sender.isEmpty()) {
            return;
        }
        final int[] all =
                remotes.values().stream()
                        .filter(remote -> remote.config.vni() == vni)
                        .filter(remote -> remote.config.address().isEmpty())
                        .mapToInt(Remote::value)
                        .toArray();
        final VniConfig config = vnis.get(vni);
        final boolean unknown = config != null && config.unknown() == VniConfig.Unknown.FLOOD;
        sender.get().accept(new Flood(all, unknown));
    }

    /** Makes headers true where that is due; says whether anything has changed. */
    boolean tick(long now) {
        if (tunnels.isEmpty() || now - lookedAt < LOOK_NANOS) {
            return false;
        }
        lookedAt = now;
        return look();
    }

    private boolean look() {
        boolean changed = false;
        for (SegmentModel network : model().segments().values()) {
            if (network.tunneled() && carriers.containsKey(vniOf(network))) {
                follow(network, carriers.get(vniOf(network)));
            }
        }
        final Map<String, TunnelConfig> byName = new HashMap<>();
        tunnels.forEach(tunnel -> byName.put(tunnel.name(), tunnel));
        for (Map.Entry<EndKey, End> each : ends.entrySet()) {
            final End end = each.getValue();
            final OuterHeader now =
                    header(byName.get(each.getKey().tunnel()), each.getKey().vtep());
            if (!now.equals(end.header) && table.replaceEnd(end.number, now)) {
                end.header = now;
                changed = true;
            }
        }
        return changed;
    }

    /** MTU and link of a network are what the underlay leaves (spec F19). */
    private void follow(SegmentModel network, TunnelConfig tunnel) {
        final Optional<SegmentModel> underlay = underlay(tunnel);
        if (underlay.isEmpty()) {
            return;
        }
        final int vni = vniOf(network);
        final List<IpAddress> locals = locals(tunnel, underlay.get());
        final boolean ipv6 =
                toIpv6.contains(vni)
                        || locals.stream().noneMatch(IpAddress::isIpv4)
                        || tunnel.local().stream().anyMatch(own -> !own.isIpv4());
        final int fits = underlay.get().mtu() - (ipv6 ? OVERHEAD6 : OVERHEAD4);
        uplinks.mtu(network, Math.min(fits, vnis.get(vni).mtu().orElse(fits)));
        if (network.linkUp() != underlay.get().linkUp()) {
            uplinks.link(model().segments().get(network.domain()), underlay.get().linkUp());
        }
    }

    private OuterHeader header(TunnelConfig tunnel, IpAddress vtep) {
        final Optional<SegmentModel> underlay =
                tunnel == null ? Optional.empty() : underlay(tunnel);
        final Optional<IpAddress> local =
                underlay.flatMap(
                        uplink ->
                                locals(tunnel, uplink).stream()
                                        .filter(own -> own.isIpv4() == vtep.isIpv4())
                                        .findFirst());
        if (local.isEmpty()) {
            return new OuterHeader(
                    0,
                    0,
                    0,
                    vtep.isIpv4() ? NOBODY4 : NOBODY6,
                    vtep,
                    vtep,
                    0,
                    OuterHeader.UNRESOLVED,
                    tunnel == null ? TunnelOptions.DEFAULT : tunnel.options());
        }
        final SegmentModel uplink = underlay.get();
        final IpAddress nextHop = nextHop(uplink, vtep);
        return new OuterHeader(
                uplink.domain(),
                uplink.domain(),
                uplink.mtu(),
                local.get(),
                vtep,
                nextHop,
                uplink.mac(),
                mac(uplink.domain(), nextHop),
                tunnel.options());
    }

    private IpAddress nextHop(SegmentModel uplink, IpAddress to) {
        final PortEntry entry = snapshot.get().entry(uplink.domain());
        if (entry == null) {
            return to;
        }
        final RouteTable routes = entry.segment.routes();
        final int hop = to.isIpv4() ? routes.find4(to.ipv4()) : routes.find6(to.key0(), to.key1());
        final int first = RouteTable.isGroup(hop) ? routes.group(hop).hop(0) : hop;
        if (first < 0) {
            return to;
        }
        return to.isIpv4()
                ? IpAddress.ipv4((int) routes.gateway0(first))
                : IpAddress.ipv6(routes.gateway0(first), routes.gateway1(first));
    }

    private long mac(int uplink, IpAddress nextHop) {
        final NeighborTable neighbors = snapshot.get().neighbors();
        final long mac =
                nextHop.isIpv4()
                        ? neighbors.mac4(uplink, nextHop.ipv4())
                        : neighbors.mac6(uplink, nextHop.key0(), nextHop.key1());
        return mac == NeighborTable.UNRESOLVED ? OuterHeader.UNRESOLVED : mac;
    }

    /** As configured, or the first address of each family that the underlay's host has. */
    private static List<IpAddress> locals(TunnelConfig tunnel, SegmentModel underlay) {
        if (!tunnel.local().isEmpty()) {
            return tunnel.local();
        }
        final List<IpAddress> found = new ArrayList<>();
        for (IpPrefix own : underlay.hostAddresses()) {
            final IpAddress address = own.address();
            if (!address.isLinkLocal()
                    && found.stream().noneMatch(other -> other.isIpv4() == address.isIpv4())) {
                found.add(address);
            }
        }
        return found;
    }

    /** The tunnels as the data plane sees them. */
    TunnelTable table() {
        if (tunnels.isEmpty()) {
            return TunnelTable.NONE;
        }
        final Map<Integer, List<Tunnel>> byUplink = new HashMap<>();
        for (TunnelConfig tunnel : tunnels) {
            underlay(tunnel)
                    .ifPresent(
                            uplink ->
                                    byUplink.computeIfAbsent(
                                                    uplink.domain(), i -> new ArrayList<>())
                                            .add(compiled(tunnel, uplink)));
        }
        final Tunnel[][] places = new Tunnel[model().ports().size()][];
        byUplink.forEach((index, some) -> places[index] = some.toArray(Tunnel[]::new));
        return new TunnelTable(places);
    }

    private Tunnel compiled(TunnelConfig tunnel, SegmentModel uplink) {
        final Map<Integer, Integer> places = new HashMap<>();
        for (SegmentModel network : model().segments().values()) {
            if (network.tunneled() && tunnel.equals(carriers.get(vniOf(network)))) {
                places.put(vniOf(network), network.domain());
            }
        }
        return new Tunnel(
                uplink.domain(),
                locals(tunnel, uplink),
                tunnel.options(),
                Tunnel.ANY_MAC,
                peers(tunnel),
                new VniTable(places),
                farEnds.table(),
                false);
    }

    private PeerFilter peers(TunnelConfig tunnel) {
        if (!tunnel.peers().remotes()) {
            return tunnel.peers().networks().isEmpty()
                    ? null
                    : new PeerFilter(tunnel.peers().networks());
        }
        return vteps(tunnel);
    }

    private PeerFilter vteps(TunnelConfig tunnel) {
        return new PeerFilter(
                ends.keySet().stream()
                        .filter(end -> end.tunnel().equals(tunnel.name()))
                        .map(end -> new IpPrefix(end.vtep(), end.vtep().bits()))
                        .toList());
    }
}
