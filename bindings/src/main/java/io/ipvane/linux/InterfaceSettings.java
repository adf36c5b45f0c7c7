// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The settings of an interface that a takeover changes, as they were before. Immutable.
 *
 * @param up administratively up
 * @param promiscuous by its flag
 * @param mtu in bytes of L3; 0 where a record of an earlier release does not say
 * @param disableIpv6 the setting of that name; nothing in a kernel without IPv6
 * @param arpIgnore the setting of that name
 * @param ingressPlace whether there was a place for ingress filters
 * @param features the offload features that could be changed, and whether each was wanted
 * @param addresses its addresses in their order, temporary ones of IPv6 excepted
 * @param routes the unicast routes through it, those from router advertisements and multipath ones
 *     excepted
 * @param neighbors permanent neighbours, and addresses that it answers for
 */
record InterfaceSettings(
        boolean up,
        boolean promiscuous,
        int mtu,
        Optional<String> disableIpv6,
        String arpIgnore,
        boolean ingressPlace,
        Map<String, Boolean> features,
        List<SavedMessage> addresses,
        List<SavedMessage> routes,
        List<SavedMessage> neighbors) {
    private static final int IFA_F_TEMPORARY = 0x01;
    private static final int RTPROT_RA = 9;

    InterfaceSettings {
        features = Collections.unmodifiableMap(new TreeMap<>(features));
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
        neighbors = List.copyOf(neighbors);
    }

    static InterfaceSettings read(RtNetlink netlink, Link link) {
        final Netns netns = netlink.netns();
        try (Features features = new Features(netns)) {
            return new InterfaceSettings(
                    link.up(),
                    link.promiscuous(),
                    link.mtu(),
                    Sysctl.read(netns, Sysctl.disableIpv6(link.name())),
                    Sysctl.read(netns, Sysctl.arpIgnore(link.name())).orElse("0"),
                    IngressBlock.hasPlace(netlink, link),
                    features.wanted(link.name(), Features.CHANGED),
                    netlink.dumpAddresses(link.index()).stream()
                            .map(SavedMessage::new)
                            .filter(saved -> isKept(saved.address(), link))
                            .toList(),
                    netlink.dumpRoutes(link.index()).stream()
                            .map(SavedMessage::new)
                            .filter(saved -> isKept(saved.route(), link))
                            .toList(),
                    netlink.dumpConfiguredNeighbors(link.index()).stream()
                            .map(SavedMessage::new)
                            .toList());
        }
    }

    private static boolean isKept(InterfaceAddress address, Link link) {
        return address != null
                && address.link() == link.index()
                && (IpPrefix.family(address.local().address()) == Rtnl.AF_INET
                        || (address.flags() & IFA_F_TEMPORARY) == 0);
    }

    private static boolean isKept(Route route, Link link) {
        return route != null
                && route.link() == link.index()
                && !(IpPrefix.family(route.destination().address()) == Rtnl.AF_INET6
                        && route.protocol() == RTPROT_RA);
    }
}
