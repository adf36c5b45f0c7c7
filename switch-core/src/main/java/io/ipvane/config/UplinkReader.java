// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.ipvlan.Compat;
import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.IpvlanOptions;
import io.ipvane.ipvlan.Mode;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.packet.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads one element of {@code uplinks}. */
final class UplinkReader {
    static final List<String> KEYS =
            List.of(
                    "name",
                    "device",
                    "vlan",
                    "mode",
                    "flag",
                    "compat",
                    "strictMac",
                    "arpResponder",
                    "antispoof",
                    "privateConfinesGroups",
                    "hostReachesPorts",
                    "icmpErrors",
                    "propagateLink",
                    "mtu",
                    "queues",
                    "host",
                    "routes",
                    "neighbors");

    /** 4,095 is reserved: IEEE 802.1Q, table 9-2. */
    private static final int MAX_VLAN = 4094;

    private static final List<String> ROUTE_KEYS =
            Stream.concat(
                            Stream.of("to"),
                            Stream.of(RouteConfig.Type.values()).map(RouteConfig.Type::key))
                    .toList();

    private static final String DEFAULT_ROUTE = "default";
    private static final IpPrefix ALL_IPV4 = new IpPrefix(IpAddress.ipv4(0), 0);
    private static final IpPrefix ALL_IPV6 = new IpPrefix(IpAddress.ipv6(0, 0), 0);

    private final YamlSection section;
    private final Places places;

    UplinkReader(YamlSection section, Places places) {
        this.section = section;
        this.places = places;
    }

    /** The uplink; empty where its name or device is missing or wrong. */
    Optional<UplinkConfig> read() {
        final Optional<String> name = section.required("name", section.value("name", Names::check));
        final Optional<DeviceSpec> device =
                section.required("device", section.value("device", DeviceSpec::parse));
        final var vlan = section.integer("vlan", 1, MAX_VLAN);
        final Mode mode = mode(section).orElse(Mode.L2);
        final IpvlanFlag flag = section.choice("flag", IpvlanFlag.class).orElse(IpvlanFlag.BRIDGE);
        final IpvlanOptions options = options();
        final var mtu =
                section.integer("mtu", SwitchConfigReader.MIN_MTU, SwitchConfigReader.MAX_MTU);
        final var queues = section.integer("queues", 1, SwitchConfigReader.MAX_QUEUES);
        final Optional<HostConfig> host =
                section.section("host", List.of("interface", "netns", "addresses"))
                        .flatMap(this::host);
        final List<RouteConfig> routes =
                section.sections("routes", "route", ROUTE_KEYS).stream()
                        .flatMap(route -> route(route).stream())
                        .toList();
        final List<NeighborConfig> neighbors =
                section.sections("neighbors", "neighbor", List.of("address", "mac")).stream()
                        .flatMap(neighbor -> neighbor(neighbor).stream())
                        .toList();
        if (name.isEmpty() || device.isEmpty()) {
            return Optional.empty();
        }
        final UplinkConfig uplink =
                new UplinkConfig(
                        name.get(),
                        device.get(),
                        vlan,
                        mode,
                        flag,
                        options,
                        mtu,
                        queues,
                        host,
                        routes,
                        neighbors);
        places.put(uplink, section);
        return Optional.of(uplink);
    }

    /** A mode that this build can forward by. */
    static Optional<Mode> mode(YamlSection section) {
        final Optional<Mode> mode = section.choice("mode", Mode.class);
        if (mode.filter(Mode.L3S::equals).isPresent()) {
            section.refuse("mode", "mode 'l3s' is not supported by this build; use l2 or l3");
        }
        return mode;
    }

    private IpvlanOptions options() {
        final Compat compat = section.choice("compat", Compat.class).orElse(Compat.IMPROVED);
        final IpvlanOptions whole = IpvlanOptions.of(compat);
        return new IpvlanOptions(
                compat,
                section.bool("strictMac").orElse(whole.strictMac()),
                section.bool("arpResponder").orElse(whole.arpResponder()),
                section.bool("antispoof").orElse(whole.antispoof()),
                section.bool("privateConfinesGroups").orElse(whole.privateConfinesGroups()),
                section.bool("hostReachesPorts").orElse(whole.hostReachesPorts()),
                section.bool("icmpErrors").orElse(whole.icmpErrors()),
                section.bool("propagateLink").orElse(whole.propagateLink()));
    }

    private Optional<HostConfig> host(YamlSection host) {
        final Optional<String> name =
                host.required("interface", host.value("interface", Names::checkInterface));
        final Optional<String> netns = host.value("netns", Names::checkNamespace);
        final List<IpPrefix> addresses =
                host.values("addresses", "address", IpPrefix::parseWithHostBits);
        final Optional<HostConfig> config = name.map(n -> new HostConfig(n, netns, addresses));
        config.ifPresent(c -> places.put(c, host));
        return config;
    }

    private Optional<RouteConfig> route(YamlSection route) {
        final Optional<String> to = route.required("to", route.text("to"));
        final Optional<IpAddress> via = route.value("via", IpAddress::parse);
        final List<RouteConfig.Type> types =
                Stream.of(RouteConfig.Type.values()).filter(type -> says(route, type)).toList();
        if (types.size() != 1) {
            route.refuse(
                    types.isEmpty() ? "via" : types.get(1).key(),
                    "needs either via or one of blackhole: true, unreachable: true and prohibit:"
                            + " true; give one of the four");
            return Optional.empty();
        }
        final RouteConfig.Type type = types.get(0);
        final Optional<IpPrefix> prefix = to.flatMap(text -> destination(route, text, via));
        if (prefix.isEmpty() || (type == RouteConfig.Type.VIA && via.isEmpty())) {
            return Optional.empty();
        }
        final RouteConfig config = new RouteConfig(prefix.get(), type, via);
        places.put(config, route);
        return Optional.of(config);
    }

    private static boolean says(YamlSection route, RouteConfig.Type type) {
        return type == RouteConfig.Type.VIA
                ? route.has(type.key())
                : route.bool(type.key()).orElse(false);
    }

    private static Optional<IpPrefix> destination(
            YamlSection route, String text, Optional<IpAddress> via) {
        if (!DEFAULT_ROUTE.equals(text)) {
            return route.value("to", IpPrefix::parse);
        }
        if (!route.has("via")) {
            route.refuse("to", "to 'default' without via has no family; write 0.0.0.0/0 or ::/0");
        }
        return via.map(gateway -> gateway.isIpv4() ? ALL_IPV4 : ALL_IPV6);
    }

    private Optional<NeighborConfig> neighbor(YamlSection neighbor) {
        final Optional<IpAddress> address =
                neighbor.required("address", neighbor.value("address", IpAddress::parse));
        final Optional<Long> mac =
                neighbor.required("mac", neighbor.value("mac", UplinkReader::unicastMac));
        if (address.isEmpty() || mac.isEmpty()) {
            return Optional.empty();
        }
        final NeighborConfig config = new NeighborConfig(address.get(), mac.get());
        places.put(config, neighbor);
        return Optional.of(config);
    }

    private static long unicastMac(String text) {
        final long mac = MacAddress.parse(text);
        if (mac == 0 || MacAddress.isGroup(mac)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no address of one station; give a unicast MAC address");
        }
        return mac;
    }
}
