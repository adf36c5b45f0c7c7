// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether the routes of one uplink can be followed: families, gateways on a network of its own. */
final class RouteCheck {
    private final UplinkConfig uplink;
    private final Places places;
    private final List<IpPrefix> own;

    RouteCheck(SwitchConfig config, UplinkConfig uplink, Places places) {
        this.uplink = uplink;
        this.places = places;
        own =
                Stream.concat(
                                uplink.host().stream().flatMap(host -> host.addresses().stream()),
                                config.portsOf(uplink).stream()
                                        .flatMap(port -> port.addresses().stream()))
                        .toList();
    }

    void run() {
        final Set<IpPrefix> seen = new HashSet<>();
        for (RouteConfig route : uplink.routes()) {
            final YamlSection section = places.of(route);
            if (!seen.add(route.to())) {
                section.refuse("to", "to " + route.to() + " has a route already; remove one");
            }
            if (route.to().address().isMulticast()) {
                section.refuse("to", "to " + route.to() + " is multicast, which is not routed");
            }
            route.via().ifPresent(via -> gateway(section, route.to(), via));
        }
    }

    private void gateway(YamlSection section, IpPrefix to, IpAddress via) {
        if (via.isIpv4() != to.address().isIpv4()) {
            section.refuse(
                    "via",
                    "via "
                            + via
                            + " is of another family than "
                            + to
                            + "; give a gateway of the same family");
        } else if (own.stream().anyMatch(prefix -> prefix.address().equals(via))) {
            section.refuse(
                    "via",
                    "via "
                            + via
                            + " is an address of this uplink itself; give a gateway beyond it");
        } else if (!isOnLink(via)) {
            section.refuse(
                    "via",
                    "via "
                            + via
                            + " is on no network of uplink '"
                            + uplink.name()
                            + "' ("
                            + networks()
                            + "); give a gateway on one, or an address on the gateway's network");
        }
    }

    /** IPv6 link-local gateways are on every link. */
    private boolean isOnLink(IpAddress via) {
        return (via.isLinkLocal() && !via.isIpv4())
                || own.stream().anyMatch(prefix -> prefix.contains(via));
    }

    private String networks() {
        return own.isEmpty()
                ? "it has no addresses"
                : own.stream()
                        .map(prefix -> prefix.network().toString())
                        .distinct()
                        .collect(Collectors.joining(", "));
    }
}
