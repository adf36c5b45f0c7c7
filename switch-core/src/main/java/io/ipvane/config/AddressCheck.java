// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who holds which address of one uplink: ADR-2 and ADR-3 (one holder, once), ADR-8 (which kinds),
 * ADR-10 (the host's are taken).
 */
final class AddressCheck {
    private final SwitchConfig config;
    private final UplinkConfig uplink;
    private final Places places;
    private final Map<IpAddress, String> holders = new HashMap<>();

    AddressCheck(SwitchConfig config, UplinkConfig uplink, Places places) {
        this.config = config;
        this.uplink = uplink;
        this.places = places;
    }

    void run() {
        // What an edit leaves as it is was there first: who comes later is refused.
        hold(false);
        hold(true);
        uplink.neighbors().forEach(this::neighbor);
    }

    private void hold(boolean changed) {
        uplink.host()
                .filter(host -> places.has(host) == changed)
                .ifPresent(
                        host ->
                                hold(
                                        host.addresses(),
                                        "the host (interface " + host.interfaceName() + ")",
                                        places.of(host)));
        for (PortConfig port : config.portsOf(uplink)) {
            if (places.has(port) == changed) {
                hold(port.addresses(), "port '" + port.name() + "'", places.of(port));
            }
        }
    }

    private void hold(List<IpPrefix> addresses, String holder, YamlSection section) {
        for (int i = 0; i < addresses.size(); i++) {
            final IpAddress address = addresses.get(i).address();
            final String kind = invalidKind(address);
            if (kind != null) {
                section.refuse(
                        "addresses",
                        i,
                        "address "
                                + address
                                + " is "
                                + kind
                                + " (EINVAL); give an address of one station");
                continue;
            }
            final String other = holders.putIfAbsent(address, holder);
            if (other != null && addresses.subList(0, i).contains(addresses.get(i))) {
                section.refuse(
                        Errno.EEXIST,
                        "addresses",
                        i,
                        "address " + addresses.get(i) + " appears twice (EEXIST); remove one");
            } else if (other != null) {
                section.refuse(
                        Errno.EADDRINUSE,
                        "addresses",
                        i,
                        "address "
                                + address
                                + " is already held by "
                                + other
                                + " of "
                                + uplink.called()
                                + " (EADDRINUSE); remove one of the two");
            }
        }
    }

    private void neighbor(NeighborConfig neighbor) {
        final IpAddress address = neighbor.address();
        final String kind = invalidKind(address);
        final String holder = holders.get(address);
        if (kind != null) {
            places.of(neighbor)
                    .refuse(
                            "address",
                            "address "
                                    + address
                                    + " is "
                                    + kind
                                    + " (EINVAL); give an address of one station");
        } else if (holder != null) {
            places.of(neighbor)
                    .refuse(
                            Errno.EADDRINUSE,
                            "address",
                            "address "
                                    + address
                                    + " is held by "
                                    + holder
                                    + ", so it is no neighbor; remove one of the two");
        } else {
            holders.put(address, "another entry");
        }
    }

    /** What an address is that no port may hold; null where it may. */
    private static String invalidKind(IpAddress address) {
        if (address.isUnspecified()) {
            return "the unspecified address";
        }
        if (address.isLoopback()) {
            return "a loopback address";
        }
        if (address.isMulticast()) {
            return "a multicast address";
        }
        if (address.isIpv4Mapped()) {
            return "an IPv4-mapped address, which no frame carries";
        }
        return address.isLimitedBroadcast() ? "the broadcast address" : null;
    }
}
