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
 * Configuration, and what the devices turned out to be, to the first {@link SwitchModel}: gives
 * every uplink, host port and port its index. Used by the thread that starts the switch.
 */
public final class ModelBuilder {
    private final List<PortModel> ports = new ArrayList<>();
    private final Map<Integer, UplinkModel> uplinks = new TreeMap<>();

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
        final int index = ports.size();
        ports.add(
                new PortModel(
                        index,
                        config.name(),
                        PortEntry.Role.UPLINK,
                        index,
                        "",
                        config.device().kernelInterface().orElse(""),
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
                        config.routes().stream().map(ModelBuilder::route).toList(),
                        config.neighbors(),
                        linkUp));
        return index;
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
        final int index = ports.size();
        ports.add(
                new PortModel(
                        index,
                        interfaceName,
                        PortEntry.Role.HOST,
                        uplink,
                        netns,
                        interfaceName,
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
        final int index = ports.size();
        ports.add(
                new PortModel(
                        index,
                        config.name(),
                        PortEntry.Role.PORT,
                        uplink,
                        config.netns().orElse(""),
                        config.interfaceName(),
                        config.flag().orElse(owner.flag()),
                        config.mtu().orElse(owner.mtu()),
                        config.mtu().orElse(PortModel.UPLINKS_MTU),
                        true,
                        true,
                        GroupFilter.ALL,
                        config.allowedSources()));
        return index;
    }

    /** The model of all that was added. */
    public SwitchModel build() {
        return new SwitchModel(ports, uplinks);
    }
}
