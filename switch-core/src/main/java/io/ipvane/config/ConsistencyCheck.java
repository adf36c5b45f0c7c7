// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpPrefix;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What holds between the parts of a configuration: names, references, sizes. Addresses and routes
 * of each uplink are left to {@link AddressCheck} and {@link RouteCheck}.
 */
final class ConsistencyCheck {
    /** Smallest MTU that IPv6 works over: RFC 8200, section 5. */
    private static final int IPV6_MIN_MTU = 1280;

    private final SwitchConfig config;
    private final Places places;
    private final OnlineLcores online;

    ConsistencyCheck(SwitchConfig config, Places places, OnlineLcores online) {
        this.config = config;
        this.places = places;
        this.online = online;
    }

    void run() {
        if (config.uplinks().isEmpty()) {
            places.of(config)
                    .refuse("uplinks", "uplinks is empty; a switch needs at least one uplink");
        }
        lcores();
        names();
        interfaces();
        new TunnelCheck(config, places).run();
        final List<UplinkConfig> segments = config.segments();
        segments.forEach(this::host);
        config.uplinks().stream()
                .filter(uplink -> uplink.device() instanceof DeviceSpec.Tap)
                .forEach(uplink -> tapMtu(places.of(uplink), uplink.mtu()));
        final Map<String, UplinkConfig> byName = new HashMap<>();
        segments.forEach(segment -> byName.putIfAbsent(segment.name(), segment));
        config.ports().forEach(port -> port(port, Optional.ofNullable(byName.get(port.uplink()))));
        for (UplinkConfig uplink : segments) {
            new AddressCheck(config, uplink, places).run();
            new RouteCheck(config, uplink, places).run();
        }
    }

    private void lcores() {
        final ThreadsConfig threads = config.threads();
        final YamlSection section = places.of(threads);
        if (threads.lcores().isEmpty()) {
            section.refuse("lcores", "lcores is empty; give at least one, such as [0]");
        }
        if (threads.plan() == ThreadPlan.SHARED && threads.lcores().size() > 1) {
            section.refuse(
                    "lcores",
                    "plan 'shared' runs on one lcore, and lcores has "
                            + threads.lcores().size()
                            + "; give one, or choose run-to-completion");
        }
        final Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < threads.lcores().size(); i++) {
            final int lcore = threads.lcores().get(i);
            if (!seen.add(lcore)) {
                section.refuse("lcores", i, "lcore=" + lcore + " appears twice; remove one");
            } else if (!online.contains(lcore)) {
                section.refuse(
                        "lcores",
                        i,
                        "lcore="
                                + lcore
                                + " is not online on this machine; choose within "
                                + online.list());
            }
        }
    }

    /**
     * One space of names for uplinks, tunnels, networks and ports: counters and the command line do
     * not tell them apart.
     */
    private void names() {
        final Map<String, String> owners = new HashMap<>();
        for (UplinkConfig uplink : config.uplinks()) {
            name(owners, uplink.name(), "an uplink", uplink);
        }
        for (TunnelConfig tunnel : config.tunnels()) {
            name(owners, tunnel.name(), "a tunnel", tunnel);
        }
        for (VniConfig vni : config.vnis()) {
            owners.put(vni.name(), "vni " + vni.vni());
        }
        for (PortConfig port : config.ports()) {
            name(owners, port.name(), "a port", port);
        }
    }

    private void name(Map<String, String> owners, String name, String owner, Object record) {
        final String other = owners.putIfAbsent(name, owner);
        if (other != null) {
            places.of(record)
                    .refuse(
                            Errno.EEXIST,
                            "name",
                            "name is already that of " + other + "; give it another");
        }
    }

    /** A device carries one uplink a VLAN; an interface name stands once in a namespace. */
    private void interfaces() {
        final Map<String, String> owners = new HashMap<>();
        final Map<String, DeviceSpec> devices = new HashMap<>();
        for (UplinkConfig uplink : config.uplinks()) {
            final DeviceSpec device = uplink.device();
            final String key =
                    device.kernelInterface().map(name -> "/" + name).orElse(device.toString());
            final String owner = "uplink '" + uplink.name() + "'";
            final String first = owners.putIfAbsent(key, owner);
            final String other = owners.putIfAbsent(key + " " + uplink.vlan(), owner);
            if (other != null || !devices.computeIfAbsent(key, k -> device).equals(device)) {
                places.of(uplink)
                        .refuse(
                                Errno.EBUSY,
                                "device",
                                taken(uplink, other == null ? first : other));
            }
        }
        for (UplinkConfig uplink : config.segments()) {
            final String owner = "the host port of " + uplink.called();
            uplink.host()
                    .ifPresent(h -> own(owners, h.netns(), h.interfaceName(), owner, places.of(h)));
        }
        for (PortConfig port : config.ports()) {
            endpoint(owners, port);
        }
    }

    private void endpoint(Map<String, String> owners, PortConfig port) {
        final String owner = "port '" + port.name() + "'";
        switch (port.endpoint()) {
            case EndpointConfig.Tap tap ->
                    own(owners, tap.netns(), tap.interfaceName(), owner, places.of(port));
            case EndpointConfig.OverSocket over -> {
                final String other = owners.putIfAbsent("socket " + over.socket(), owner);
                if (other != null) {
                    places.of(port)
                            .refuse(
                                    Errno.EBUSY,
                                    "socket",
                                    "socket '"
                                            + over.socket()
                                            + "' already belongs to "
                                            + other
                                            + "; give each port a socket of its own");
                }
            }
        }
    }

    private static String taken(UplinkConfig uplink, String other) {
        return "device '"
                + uplink.device()
                + "' already belongs to "
                + other
                + "; a device carries one uplink, or several of the same kind that differ in vlan";
    }

    private static void own(
            Map<String, String> owners,
            Optional<String> netns,
            String interfaceName,
            String owner,
            YamlSection section) {
        final String other = owners.putIfAbsent(netns.orElse("") + "/" + interfaceName, owner);
        if (other != null) {
            section.refuse(
                    Errno.EEXIST,
                    "interface",
                    "interface '"
                            + interfaceName
                            + "' already belongs to "
                            + other
                            + netns.map(name -> " in netns '" + name + "'").orElse("")
                            + "; choose another name or another netns");
        }
    }

    private void port(PortConfig port, Optional<UplinkConfig> uplink) {
        if (port.endpoint() instanceof EndpointConfig.Tap) {
            tapMtu(places.of(port), port.mtu());
        }
        uplink.ifPresentOrElse(of -> mtu(port, of), () -> unknownUplink(port));
        ipv6Mtu(
                places.of(port),
                port.mtu().isPresent() ? "mtu" : "addresses",
                port.mtu().isPresent()
                        ? port.mtu()
                        : uplink.map(UplinkConfig::mtu).orElse(OptionalInt.empty()),
                port.addresses());
    }

    private void host(UplinkConfig uplink) {
        uplink.host()
                .ifPresent(
                        host ->
                                ipv6Mtu(
                                        places.of(host),
                                        "addresses",
                                        uplink.mtu(),
                                        host.addresses()));
    }

    /** The kernel takes IPv6 away from an interface with less. */
    private static void ipv6Mtu(
            YamlSection section, String key, OptionalInt mtu, List<IpPrefix> addresses) {
        final boolean ipv6 = addresses.stream().anyMatch(a -> !a.address().isIpv4());
        if (ipv6 && mtu.isPresent() && mtu.getAsInt() < IPV6_MIN_MTU) {
            section.refuse(
                    key,
                    "mtu="
                            + mtu.getAsInt()
                            + " is too small for its IPv6 address; choose mtu>="
                            + IPV6_MIN_MTU
                            + " or remove the address");
        }
    }

    private void unknownUplink(PortConfig port) {
        if (port.vni().isPresent()) {
            places.of(port)
                    .refuse(
                            Errno.ENODEV,
                            "vni",
                            "vni=" + port.vni().getAsInt() + " is unknown; add it in vnis first");
            return;
        }
        final var names = config.uplinks().stream().map(UplinkConfig::name).toList();
        places.of(port)
                .refuse(
                        Errno.ENODEV,
                        "uplink",
                        "uplink '"
                                + port.uplink()
                                + "' is unknown; "
                                + NearestWord.hint(port.uplink(), "uplinks", names));
    }

    /** CFG-9: a port's MTU is at most its uplink's. */
    private void tapMtu(YamlSection section, OptionalInt mtu) {
        if (mtu.isPresent() && mtu.getAsInt() > EndpointConfig.Tap.MAX_MTU) {
            section.refuse(
                    "mtu",
                    "mtu=%d is more than a TAP takes; lower it to mtu<=%d"
                            .formatted(mtu.getAsInt(), EndpointConfig.Tap.MAX_MTU));
        }
    }

    private void mtu(PortConfig port, UplinkConfig uplink) {
        if (port.mtu().isPresent()
                && uplink.mtu().isPresent()
                && port.mtu().getAsInt() > uplink.mtu().getAsInt()) {
            final int bound = uplink.mtu().getAsInt();
            places.of(port)
                    .refuse(
                            "mtu",
                            "mtu="
                                    + port.mtu().getAsInt()
                                    + " is above that of "
                                    + uplink.called()
                                    + " (mtu="
                                    + bound
                                    + "); lower the port to mtu<="
                                    + bound
                                    + " or raise the uplink");
        }
    }
}
