// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.config.PortConfig;
import io.ipvane.config.RouteConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.table.GroupFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Configuration, and what the devices turned out to be, to the next {@link SwitchModel}: gives
 * every uplink, host port and port its index, the lowest that is free. One thread.
 */
public final class ModelBuilder {
    private final List<PortModel> ports;
    private final Map<Integer, UplinkModel> uplinks;

    /** From nothing. */
    public ModelBuilder() {
        this(SwitchModel.EMPTY);
    }

    /** From what there is. */
    public ModelBuilder(SwitchModel from) {
        ports = new ArrayList<>(from.ports());
        uplinks = new TreeMap<>(from.uplinks());
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
                        "",
                        config.device().kernelInterface().orElse(""),
                        config.mode(),
                        config.flag(),
                        mtu,
                        PortModel.UPLINKS_MTU,
                        true,
                        true,
                        GroupFilter.ALL,
                        List.of()));
        uplinks.put(
                index,
                new UplinkModel(
                        index,
                        config.name(),
                        config.device().toString(),
                        config.vlan().orElse(0),
                        config.mode(),
                        config.flag(),
                        config.options(),
                        mac,
                        mtu,
                        config.mtu().orElse(maxMtu),
                        PortEntry.NONE,
                        List.of(),
                        routes(config),
                        config.neighbors(),
                        linkUp));
        return index;
    }

    /** The routes that the configuration names. */
    static List<Route> routes(UplinkConfig config) {
        return config.routes().stream().map(ModelBuilder::route).toList();
    }

    private static Route route(RouteConfig config) {
        final Route.Kind kind =
                switch (config.type()) {
                    case VIA -> Route.Kind.GATEWAY;
                    case BLACKHOLE -> Route.Kind.BLACKHOLE;
                    case UNREACHABLE -> Route.Kind.UNREACHABLE;
                    case PROHIBIT -> Route.Kind.PROHIBIT;
                };
        return new Route(config.to(), kind, config.via().orElse(null));
    }

    /**
     * Adds the host port of an uplink.
     *
     * @param addresses what its interface has
     * @param routes of the uplink beside those configured, taken over from its interface
     * @return its index
     */
    public int host(
            int uplink,
            String netns,
            String interfaceName,
            List<IpPrefix> addresses,
            List<Route> routes) {
        final UplinkModel owner = uplinks.get(uplink);
        final int index = free();
        ports.set(
                index,
                new PortModel(
                        index,
                        interfaceName,
                        PortEntry.Role.HOST,
                        uplink,
                        netns,
                        interfaceName,
                        owner.mode(),
                        owner.flag(),
                        owner.mtu(),
                        PortModel.UPLINKS_MTU,
                        true,
                        true,
                        GroupFilter.ALL,
                        List.of()));
        final List<Route> all = new ArrayList<>(owner.routes());
        all.addAll(routes);
        uplinks.put(uplink, owner.withHost(index, addresses, all));
        return index;
    }

    /** Adds a port and says its index. */
    public int port(int uplink, PortConfig config) {
        final UplinkModel owner = uplinks.get(uplink);
        final int index = free();
        ports.set(
                index,
                new PortModel(
                        index,
                        config.name(),
                        PortEntry.Role.PORT,
                        uplink,
                        config.netns().orElse(""),
                        config.interfaceName(),
                        config.mode().orElse(owner.mode()),
                        config.flag().orElse(owner.flag()),
                        config.mtu().orElse(owner.mtu()),
                        config.mtu().orElse(PortModel.UPLINKS_MTU),
                        true,
                        true,
                        GroupFilter.ALL,
                        config.allowedSources()));
        return index;
    }

    /**
     * Another configuration of an uplink: mode, flag, options, routes and neighbours; those of its
     * ports and host port follow where they have none of their own.
     *
     * @param members its ports by index
     */
    public void change(
            int uplink, UplinkConfig before, UplinkConfig after, Map<Integer, PortConfig> members) {
        final UplinkModel owner = uplinks.get(uplink);
        final List<Route> routes = new ArrayList<>(owner.routes());
        // What was taken over from the interface stays.
        routes(before).forEach(routes::remove);
        routes.addAll(0, routes(after));
        uplinks.put(
                uplink,
                owner.withRules(
                        after.mode(), after.flag(), after.options(), routes, after.neighbors()));
        ports.set(uplink, ports.get(uplink).withRules(after.mode(), after.flag(), List.of()));
        if (owner.host() != PortEntry.NONE) {
            ports.set(
                    owner.host(),
                    ports.get(owner.host()).withRules(after.mode(), after.flag(), List.of()));
        }
        members.forEach((port, config) -> change(port, config, config));
    }

    /** Another configuration of a port: mode, flag, MTU and allowed sources. */
    public void change(int port, PortConfig before, PortConfig after) {
        final PortModel model = ports.get(port);
        final UplinkModel owner = uplinks.get(model.uplink());
        // What somebody has set at the interface stays unless the configuration changes.
        final int wanted =
                after.mtu().equals(before.mtu())
                        ? model.wantedMtu()
                        : after.mtu().orElse(PortModel.UPLINKS_MTU);
        ports.set(
                port,
                model.withRules(
                                after.mode().orElse(owner.mode()),
                                after.flag().orElse(owner.flag()),
                                after.allowedSources())
                        .withMtu(model.mtu(), wanted));
    }

    /** Takes out a port or a host port, or an uplink that has no ports any more. */
    public void remove(int index) {
        final PortModel gone = ports.set(index, null);
        if (gone.role() == PortEntry.Role.UPLINK) {
            uplinks.remove(index);
        } else if (gone.role() == PortEntry.Role.HOST) {
            uplinks.computeIfPresent(gone.uplink(), (i, owner) -> owner.withoutHost());
        }
    }

    /** The model of all that was added. */
    public SwitchModel build() {
        return new SwitchModel(ports, uplinks);
    }
}
