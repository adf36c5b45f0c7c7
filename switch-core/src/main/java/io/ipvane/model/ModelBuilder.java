// SPDX-License-Identifier: Apache-2.0
package io.ipvane.model;

import io.ipvane.config.DeviceSpec;
import io.ipvane.config.EndpointConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.RouteConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.model.PortModel.Link;
import io.ipvane.model.PortModel.Rules;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.table.GroupFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Configuration, and what the devices turned out to be, to the next {@link SwitchModel}: gives
 * every uplink, host port and port its index, the lowest that is free. One thread.
 */
public final class ModelBuilder {
    private final List<PortModel> ports;
    private final Map<Integer, SegmentModel> segments;

    /** From nothing. */
    public ModelBuilder() {
        this(SwitchModel.EMPTY);
    }

    /** From what there is. */
    public ModelBuilder(SwitchModel from) {
        ports = new ArrayList<>(from.ports());
        segments = new TreeMap<>(from.segments());
    }

    /** The next index; something is put there next. */
    private int free() {
        final int hole = ports.indexOf(null);
        if (hole >= 0) {
            return hole;
        }
        ports.add(null);
        return ports.size() - 1;
    }

    /**
     * Adds an uplink.
     *
     * @param mac what its device has
     * @param mtu what its device carries
     * @param linkUp carrier of its device
     * @return its index
     */
    public int uplink(UplinkConfig config, long mac, int mtu, boolean linkUp) {
        return uplink(config, mac, mtu, mtu, linkUp);
    }

    /**
     * As the other, of a device whose MTU may grow.
     *
     * @param maxMtu what its device could carry
     */
    public int uplink(UplinkConfig config, long mac, int mtu, int maxMtu, boolean linkUp) {
        final int index = free();
        ports.set(
                index,
                new PortModel(
                        index,
                        config.name(),
                        PortEntry.Role.UPLINK,
                        index,
                        Optional.empty(),
                        new Rules(config.mode(), config.flag(), List.of(), 0, Set.of()),
                        new Link(true, true, mtu, PortModel.UPLINKS_MTU),
                        GroupFilter.ALL));
        segments.put(
                index,
                new SegmentModel(
                        index,
                        config.name(),
                        exit(index, config),
                        mac,
                        rules(config),
                        new SegmentModel.Wire(linkUp, mtu, config.mtu().orElse(maxMtu)),
                        SegmentModel.HostPort.NONE));
        return index;
    }

    private static SegmentModel.Rules rules(UplinkConfig config) {
        return new SegmentModel.Rules(
                config.mode(), config.flag(), config.options(), routes(config), config.neighbors());
    }

    private static Exit exit(int index, UplinkConfig config) {
        return config.device() instanceof DeviceSpec.Tunnel tunnel
                ? new TunnelExit(index, tunnel.tunnel(), tunnel.vni())
                : new UplinkExit(index, config.device().toString(), config.vlan().orElse(0));
    }

    /** The routes that the configuration names. */
    public static List<Route> routes(UplinkConfig config) {
        return config.routes().stream().map(ModelBuilder::route).toList();
    }

    /** One route that the configuration names. */
    public static Route route(RouteConfig config) {
        final Route.Kind kind =
                switch (config.type()) {
                    case VIA -> Route.Kind.GATEWAY;
                    case LINK -> Route.Kind.LINK;
                    case BLACKHOLE -> Route.Kind.BLACKHOLE;
                    case UNREACHABLE -> Route.Kind.UNREACHABLE;
                    case PROHIBIT -> Route.Kind.PROHIBIT;
                };
        return new Route(
                config.to(),
                kind,
                config.hops().stream().map(hop -> new Route.Hop(hop.via(), hop.weight())).toList(),
                config.metric(),
                config.src().orElse(null),
                config.mtu().orElse(0));
    }

    /**
     * Adds the host port of a segment.
     *
     * @param domain of the segment; that of an uplink is its index
     * @param addresses what its interface has
     * @param routes of the segment beside those configured, taken over from its interface; they go
     *     with the host port
     * @return its index
     */
    public int host(
            int domain,
            String netns,
            String interfaceName,
            List<IpPrefix> addresses,
            List<Route> routes) {
        final SegmentModel owner = segments.get(domain);
        final int index = free();
        ports.set(
                index,
                new PortModel(
                        index,
                        interfaceName,
                        PortEntry.Role.HOST,
                        domain,
                        Optional.of(
                                new EndpointConfig.Tap(
                                        Optional.of(netns).filter(n -> !n.isEmpty()),
                                        interfaceName)),
                        new Rules(owner.mode(), owner.flag(), List.of(), 0, Set.of()),
                        new Link(
                                true,
                                true,
                                Math.min(owner.mtu(), EndpointConfig.Tap.MAX_MTU),
                                EndpointConfig.Tap.MAX_MTU),
                        GroupFilter.ALL));
        segments.put(domain, owner.withHost(index, addresses, routes));
        return index;
    }

    /**
     * Adds a port.
     *
     * @param domain of its segment; that of an uplink is its index
     * @return its index
     */
    public int port(int domain, PortConfig config) {
        final SegmentModel owner = segments.get(domain);
        final int index = free();
        // A TAP is made with the port; somebody behind a socket has yet to come.
        final boolean there = config.endpoint() instanceof EndpointConfig.Tap;
        ports.set(
                index,
                new PortModel(
                        index,
                        config.name(),
                        PortEntry.Role.PORT,
                        domain,
                        Optional.of(config.endpoint()),
                        rules(owner, config),
                        new Link(
                                there,
                                there,
                                Math.min(wantedMtu(config), owner.mtu()),
                                wantedMtu(config)),
                        GroupFilter.ALL));
        return index;
    }

    /** Without one of its own a port wants as much as it can have. */
    private static int wantedMtu(PortConfig port) {
        return port.mtu().orElse(port.endpoint().maxMtu());
    }

    private static Rules rules(SegmentModel owner, PortConfig config) {
        return new Rules(
                config.mode().orElse(owner.mode()),
                config.flag().orElse(owner.flag()),
                config.allowedSources(),
                config.learn().orElse(0),
                config.addresses().stream().map(IpPrefix::address).collect(Collectors.toSet()));
    }

    /**
     * Another configuration of an uplink: mode, flag, options, routes and neighbours; those of its
     * ports and host port follow where they have none of their own. Routes that the host port
     * brought stay.
     *
     * @param maxMtu what its device can carry
     * @param members its ports by index
     */
    public void change(
            int uplink, UplinkConfig after, int maxMtu, Map<Integer, PortConfig> members) {
        final SegmentModel owner = segments.get(uplink);
        segments.put(uplink, owner.withRules(rules(after)).withMaxMtu(after.mtu().orElse(maxMtu)));
        final Rules own = new Rules(after.mode(), after.flag(), List.of(), 0, Set.of());
        ports.set(uplink, ports.get(uplink).withRules(own));
        if (owner.host() != PortEntry.NONE) {
            ports.set(owner.host(), ports.get(owner.host()).withRules(own));
        }
        members.forEach((port, config) -> change(port, config, config));
    }

    /** Another configuration of a port: mode, flag, MTU and allowed sources. */
    public void change(int port, PortConfig before, PortConfig after) {
        final PortModel model = ports.get(port);
        final SegmentModel owner = segments.get(model.domain());
        // What somebody has set at the interface stays unless the configuration changes.
        final int wanted = after.mtu().equals(before.mtu()) ? model.wantedMtu() : wantedMtu(after);
        ports.set(port, model.withRules(rules(owner, after)).withMtu(model.mtu(), wanted));
    }

    /** Takes out a port or a host port, or an uplink that has no ports any more. */
    public void remove(int index) {
        final PortModel gone = ports.set(index, null);
        if (gone.role() == PortEntry.Role.UPLINK) {
            segments.remove(gone.domain());
        } else if (gone.role() == PortEntry.Role.HOST) {
            segments.computeIfPresent(gone.domain(), (i, owner) -> owner.withoutHost());
        }
    }

    /** The model of all that was added. */
    public SwitchModel build() {
        return new SwitchModel(ports, segments);
    }
}
