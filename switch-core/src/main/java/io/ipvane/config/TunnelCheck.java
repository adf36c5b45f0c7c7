// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What holds between tunnels, their networks and what is behind them: references, numbers that
 * stand once, ends that can be reached. Addresses and routes of each network are checked as those
 * of an uplink are.
 */
final class TunnelCheck {
    private final SwitchConfig config;
    private final Places places;

    TunnelCheck(SwitchConfig config, Places places) {
        this.config = config;
        this.places = places;
    }

    void run() {
        final Map<String, String> ends = new HashMap<>();
        config.tunnels().forEach(tunnel -> tunnel(tunnel, ends));
        final Set<Integer> numbers = new HashSet<>();
        config.vnis().forEach(vni -> vni(vni, numbers));
        remotes();
    }

    private void tunnel(TunnelConfig tunnel, Map<String, String> ends) {
        final YamlSection section = places.of(tunnel);
        if (config.uplink(tunnel.uplink()).isEmpty()) {
            section.refuse(
                    Errno.ENODEV,
                    "uplink",
                    "uplink '"
                            + tunnel.uplink()
                            + "' is unknown; "
                            + NearestWord.hint(
                                    tunnel.uplink(),
                                    "uplinks",
                                    config.uplinks().stream().map(UplinkConfig::name).toList()));
        }
        final List<String> locals =
                tunnel.local().isEmpty()
                        ? List.of("the host's addresses")
                        : tunnel.local().stream().map(IpAddress::toString).toList();
        for (String local : locals) {
            final String end = tunnel.uplink() + " " + local + " " + tunnel.options().port();
            final String other = ends.putIfAbsent(end, tunnel.name());
            if (other != null) {
                section.refuse(
                        Errno.EADDRINUSE,
                        tunnel.local().isEmpty() ? "port" : "local",
                        "local "
                                + local
                                + " and port="
                                + tunnel.options().port()
                                + " are already those of tunnel '"
                                + other
                                + "' on uplink '"
                                + tunnel.uplink()
                                + "'; one tunnel serves every network, or give this one another"
                                + " port");
            }
        }
    }

    private void vni(VniConfig vni, Set<Integer> numbers) {
        final YamlSection section = places.of(vni);
        if (!numbers.add(vni.vni())) {
            section.refuse(
                    Errno.EEXIST,
                    "vni",
                    "vni=" + vni.vni() + " appears twice; a number is unique on the switch");
        }
        if (config.tunnelOf(vni).isPresent()) {
            return;
        }
        final List<String> names = config.tunnels().stream().map(TunnelConfig::name).toList();
        if (vni.tunnel().isPresent()) {
            section.refuse(
                    Errno.ENODEV,
                    "tunnel",
                    "tunnel '"
                            + vni.tunnel().get()
                            + "' is unknown; "
                            + NearestWord.hint(vni.tunnel().get(), "tunnels", names));
        } else {
            section.refuse(
                    Errno.ENODEV,
                    "tunnel",
                    names.isEmpty()
                            ? "vni " + vni.vni() + " has no tunnel; add one in tunnels"
                            : "tunnel is missing, and there are several ("
                                    + String.join(", ", names)
                                    + "); name one");
        }
    }

    private void remotes() {
        final Set<Object> keys = new HashSet<>();
        final Map<Integer, VniConfig> vnis = new HashMap<>();
        config.vnis().forEach(vni -> vnis.put(vni.vni(), vni));
        final Map<Integer, Map<IpAddress, String>> holders = new HashMap<>();
        for (RemoteConfig remote : config.remotes()) {
            final VniConfig vni = vnis.get(remote.vni());
            final YamlSection section = places.of(remote);
            if (vni == null) {
                section.refuse(
                        Errno.ENODEV,
                        "vni",
                        "vni=" + remote.vni() + " is unknown; add it in vnis first");
                continue;
            }
            if (!keys.add(
                    List.of(
                            remote.vni(),
                            remote.address().orElse(remote.vtep()),
                            remote.address().isPresent()))) {
                section.refuse(
                        Errno.EEXIST,
                        remote.address().isPresent() ? "address" : "vtep",
                        remote.address().map(a -> "address " + a).orElse("vtep " + remote.vtep())
                                + " appears twice in vni "
                                + remote.vni()
                                + "; remove one");
            }
            remote.address()
                    .map(address -> holders.computeIfAbsent(remote.vni(), this::held).get(address))
                    .ifPresent(
                            holder ->
                                    section.refuse(
                                            Errno.EADDRINUSE,
                                            "address",
                                            "address "
                                                    + remote.address().get()
                                                    + " is already that of "
                                                    + holder
                                                    + "; remove one"));
            config.tunnelOf(vni).ifPresent(tunnel -> vtep(section, remote, tunnel));
        }
    }

    /** Who of this host has which address of a network. */
    private Map<IpAddress, String> held(int number) {
        final Map<IpAddress, String> holders = new HashMap<>();
        config.vni(number)
                .flatMap(VniConfig::host)
                .ifPresent(
                        host ->
                                host.addresses()
                                        .forEach(
                                                address ->
                                                        holders.put(
                                                                address.address(),
                                                                "the host port")));
        for (PortConfig port : config.ports()) {
            if (port.vni().isPresent() && port.vni().getAsInt() == number) {
                port.addresses()
                        .forEach(
                                address ->
                                        holders.put(
                                                address.address(), "port '" + port.name() + "'"));
            }
        }
        return holders;
    }

    private void vtep(YamlSection section, RemoteConfig remote, TunnelConfig tunnel) {
        final IpAddress vtep = remote.vtep();
        if (isOwn(vtep, tunnel)) {
            section.refuse(
                    "vtep",
                    "vtep "
                            + vtep
                            + " is our own address, to which no tunnel leads; give that of another"
                            + " host");
        } else if (!tunnel.local().isEmpty()
                && tunnel.local().stream().noneMatch(l -> l.isIpv4() == vtep.isIpv4())) {
            section.refuse(
                    "vtep",
                    "vtep "
                            + vtep
                            + " is of another family than local of tunnel '"
                            + tunnel.name()
                            + "'; give one of the same family, or add a local address");
        }
    }

    private boolean isOwn(IpAddress vtep, TunnelConfig tunnel) {
        return tunnel.local().contains(vtep)
                || config
                        .uplink(tunnel.uplink())
                        .flatMap(UplinkConfig::host)
                        .map(HostConfig::addresses)
                        .orElse(List.of())
                        .stream()
                        .anyMatch(address -> address.address().equals(vtep));
    }
}
