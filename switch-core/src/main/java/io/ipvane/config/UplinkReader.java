// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.ipvlan.Compat;
import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.IpvlanOptions;
import io.ipvane.ipvlan.Mode;
import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Optional;

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
                    "announce",
                    "dhcpSnooping",
                    "dhcpClientId",
                    "mtu",
                    "queues",
                    "host",
                    "routes",
                    "neighbors");

    /** 4,095 is reserved: IEEE 802.1Q, table 9-2. */
    private static final int MAX_VLAN = 4094;

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
                section.sections("routes", "route", RouteReader.KEYS).stream()
                        .flatMap(route -> RouteReader.read(route, places).stream())
                        .toList();
        final List<NeighborConfig> neighbors =
                section.sections("neighbors", "neighbor", NeighborReader.KEYS).stream()
                        .flatMap(neighbor -> NeighborReader.read(neighbor, places).stream())
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
                section.bool("propagateLink").orElse(whole.propagateLink()),
                section.bool("announce").orElse(whole.announce()),
                section.bool("dhcpSnooping").orElse(whole.dhcpSnooping()),
                section.bool("dhcpClientId").orElse(whole.dhcpClientId()));
    }

    private Optional<HostConfig> host(YamlSection host) {
        final Optional<String> name =
                host.required("interface", host.value("interface", Names::checkNewInterface));
        final Optional<String> netns = host.value("netns", Names::checkNamespace);
        final List<IpPrefix> addresses =
                host.values("addresses", "address", IpPrefix::parseWithHostBits);
        final Optional<HostConfig> config = name.map(n -> new HostConfig(n, netns, addresses));
        config.ifPresent(c -> places.put(c, host));
        return config;
    }
}
