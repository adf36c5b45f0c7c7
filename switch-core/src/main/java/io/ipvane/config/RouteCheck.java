// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether the routes of one uplink can be followed: families, gateways on a network of its own. */
final class RouteCheck {
    /** How many networks a sentence names; an uplink may have a million of one address each. */
    private static final int NAMED = 8;

    private final UplinkConfig uplink;
    private final Places places;
    private final Set<IpAddress> own = new HashSet<>();
    private final Set<IpPrefix> networks = new LinkedHashSet<>();
    private final BitSet lengths = new BitSet();

    RouteCheck(SwitchConfig config, UplinkConfig uplink, Places places) {
        this.uplink = uplink;
        this.places = places;
        if (uplink.routes().isEmpty()) {
            return;
        }
        uplink.host().ifPresent(host -> host.addresses().forEach(this::add));
        config.portsOf(uplink).forEach(port -> port.addresses().forEach(this::add));
    }

    private void add(IpPrefix address) {
        own.add(address.address());
        networks.add(address.network());
        lengths.set(address.length());
    }

    void run() {
        final Set<IpPrefix> seen = new HashSet<>();
        for (RouteConfig route : uplink.routes()) {
            final YamlSection section = places.of(route);
            if (!seen.add(route.to())) {
                section.refuse(
                        Errno.EEXIST,
                        "to",
                        "to " + route.to() + " has a route already; remove one");
            }
            if (route.to().address().isMulticast()) {
                section.refuse("to", "to " + route.to() + " is multicast, which is not routed");
            }
            if (route.to().address().isIpv4Mapped()) {
                section.refuse(
                        "to",
                        "to "
                                + route.to()
                                + " is of IPv4-mapped addresses, which no frame carries; give the"
                                + " IPv4 network");
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
        } else if (own.contains(via)) {
            section.refuse(
                    "via",
                    "via "
                            + via
                            + " is an address of this uplink itself; give a gateway beyond it");
        } else if (!isOnLink(via)) {
            section.refuse(
                    Errno.ENETUNREACH,
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
                || lengths.stream()
                        .filter(length -> length <= via.bits())
                        .anyMatch(length -> networks.contains(new IpPrefix(via, length).network()));
    }

    private String networks() {
        if (networks.isEmpty()) {
            return "it has no addresses";
        }
        final int more = networks.size() - NAMED;
        return networks.stream()
                        .limit(NAMED)
                        .map(IpPrefix::toString)
                        .collect(Collectors.joining(", "))
                + (more > 0 ? " and " + more + " more" : "");
    }
}
