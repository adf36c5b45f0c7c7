// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.Mode;
import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One port of an uplink.
 *
 * @param name unique among uplinks and ports
 * @param uplink name of its uplink
 * @param type what it is attached to
 * @param netns network namespace its interface is put into; empty: that of the daemon
 * @param interfaceName of the interface to make
 * @param addresses interface addresses, host bits included
 * @param mtu bytes of an L3 packet; empty: the uplink's
 * @param mode empty: the uplink's
 * @param flag empty: the uplink's
 * @param allowedSources networks it may send from besides its own addresses (TX-6)
 * @param queues of its interface, 1 or more
 */
public record PortConfig(
        String name,
        String uplink,
        PortType type,
        Optional<String> netns,
        String interfaceName,
        List<IpPrefix> addresses,
        OptionalInt mtu,
        Optional<Mode> mode,
        Optional<IpvlanFlag> flag,
        List<IpPrefix> allowedSources,
        int queues) {
    /** Copies the lists. */
    public PortConfig {
        addresses = List.copyOf(addresses);
        allowedSources = List.copyOf(allowedSources);
    }

    PortConfig withAddresses(List<IpPrefix> changed) {
        return new PortConfig(
                name,
                uplink,
                type,
                netns,
                interfaceName,
                changed,
                mtu,
                mode,
                flag,
                allowedSources,
                queues);
    }
}
