// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether the routes of one uplink can be followed: families, gateways on the link, the address
 * that is spoken from.
 *
 * <p>A gateway is on the link if the narrowest network that has it is: one of an address, or of a
 * route without gateway. What is reached by a gateway itself cannot be one, so that no chain of
 * gateways arises, and no loop.
 */
final class RouteCheck {
    /** How many networks a sentence names; an uplink may have a million of one address each. */
    private static final int NAMED = 8;

    /** RFC 8200, section 5. */
    private static final int MIN_IPV6_MTU = 1_280;

    private final UplinkConfig uplink;
    private final Places places;
    private final Set<IpAddress> own = new HashSet<>();
    private final Set<IpAddress> ofPorts = new HashSet<>();

    /** Networks on the link. */
    private final Set<IpPrefix> networks = new LinkedHashSet<>();

    /** Destinations of all routes that are not, and whose. */
    private final Map<IpPrefix, RouteConfig> elsewhere = new HashMap<>();

    private final BitSet lengths = new BitSet();

    RouteCheck(SwitchConfig config, UplinkConfig uplink, Places places) {
        this.uplink = uplink;
        this.places = places;
        if (uplink.routes().isEmpty()) {
            return;
        }
        uplink.host().ifPresent(host -> host.addresses().forEach(this::add));
        for (PortConfig port : config.portsOf(uplink)) {
            for (IpPrefix address : port.addresses()) {
                add(address);
                ofPorts.add(address.address());
            }
        }
        uplink.routes().forEach(this::add);
    }

    private void add(IpPrefix address) {
        own.add(address.address());
        networks.add(address.network());
        lengths.set(address.length());
    }

    private void add(RouteConfig route) {
        if (route.type() == RouteConfig.Type.LINK) {
            networks.add(route.to());
        } else {
            elsewhere.put(route.to(), route);
        }
        lengths.set(route.to().length());
    }

    void run() {
        final Set<RouteConfig.Id> seen = new HashSet<>();
        for (RouteConfig route : uplink.routes()) {
            final YamlSection section = places.of(route);
            if (!seen.add(route.id())) {
                section.refuse(
                        Errno.EEXIST,
                        "to",
                        "to "
                                + route.to()
                                + " has a route already, of metric "
                                + route.metric()
                                + "; remove one, or give it another metric");
            }
            destination(section, route.to());
            gateways(section, route);
            route.src().ifPresent(src -> source(section, route.to(), src));
            if (!route.to().address().isIpv4() && route.mtu().orElse(MIN_IPV6_MTU) < MIN_IPV6_MTU) {
                section.refuse(
                        "mtu",
                        "mtu "
                                + route.mtu().getAsInt()
                                + " is less than IPv6 allows; give "
                                + MIN_IPV6_MTU
                                + " or more");
            }
        }
    }

    private static void destination(YamlSection section, IpPrefix to) {
        if (to.address().isMulticast()) {
            section.refuse("to", "to " + to + " is multicast, which is not routed");
        }
        if (to.address().isIpv4Mapped()) {
            section.refuse(
                    "to",
                    "to "
                            + to
                            + " is of IPv4-mapped addresses, which no frame carries; give the"
                            + " IPv4 network");
        }
    }

    private void gateways(YamlSection section, RouteConfig route) {
        final Set<IpAddress> seen = new HashSet<>();
        for (NextHopConfig hop : route.hops()) {
            final YamlSection place = places.has(hop) ? places.of(hop) : section;
            gateway(place, route, hop.via());
            if (!seen.add(hop.via())) {
                place.refuse(
                        Errno.EEXIST,
                        "via",
                        "via " + hop.via() + " is given twice; give it once, with a weight");
            }
        }
    }

    private void gateway(YamlSection section, RouteConfig route, IpAddress via) {
        if (via.isIpv4() != route.to().address().isIpv4()) {
            section.refuse(
                    "via",
                    "via "
                            + via
                            + " is of another family than "
                            + route.to()
                            + "; give a gateway of the same family");
        } else if (own.contains(via)) {
            section.refuse(
                    "via",
                    "via "
                            + via
                            + " is an address of this uplink itself; give a gateway beyond it");
        } else if (!isOnLink(via, route)) {
            section.refuse(
                    Errno.ENETUNREACH,
                    "via",
                    "via "
                            + via
                            + " is on no network of "
                            + uplink.called()
                            + " ("
                            + networks()
                            + "); give a gateway on one, an address on the gateway's network, or a"
                            + " route without gateway that has it");
        }
    }

    /**
     * IPv6 link-local gateways are on every link. The route that is asked for does not count: its
     * gateway may be one of its own destinations.
     */
    private boolean isOnLink(IpAddress via, RouteConfig asking) {
        if (via.isLinkLocal() && !via.isIpv4()) {
            return true;
        }
        for (int length = lengths.previousSetBit(via.bits());
                length >= 0;
                length = lengths.previousSetBit(length - 1)) {
            final IpPrefix network = new IpPrefix(via, length).network();
            if (networks.contains(network)) {
                return true;
            }
            final RouteConfig other = elsewhere.get(network);
            if (other != null && !other.to().equals(asking.to())) {
                return false;
            }
        }
        return false;
    }

    private void source(YamlSection section, IpPrefix to, IpAddress src) {
        if (src.isIpv4() != to.address().isIpv4()) {
            section.refuse(
                    "src",
                    "src "
                            + src
                            + " is of another family than "
                            + to
                            + "; give an address of the same family");
        } else if (!src.isNeighbor()) {
            section.refuse("src", "src " + src + " is not the address of one station");
        } else if (uplink.host().isEmpty() || ofPorts.contains(src)) {
            section.refuse(
                    "src",
                    "src "
                            + src
                            + " is no address of the host port of uplink '"
                            + uplink.name()
                            + "'; give one of its addresses, or leave it out");
        }
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
