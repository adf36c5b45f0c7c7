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
 * @param endpoint what it is attached to
 * @param addresses of its interface, host bits included
 * @param mtu bytes of an L3 packet; empty: the uplink's
 * @param mode empty: the uplink's
 * @param flag empty: the uplink's
 * @param allowedSources networks it may send from besides its own addresses (TX-6)
 * @param queues of its interface, 1 or more
 * @param learn how many addresses may be learned of what it sends; empty: none
 */
public record PortConfig(
        String name,
        String uplink,
        EndpointConfig endpoint,
        List<IpPrefix> addresses,
        OptionalInt mtu,
        Optional<Mode> mode,
        Optional<IpvlanFlag> flag,
        List<IpPrefix> allowedSources,
        int queues,
        OptionalInt learn) {
    /** Copies the lists. */
    public PortConfig {
        addresses = List.copyOf(addresses);
        allowedSources = List.copyOf(allowedSources);
    }

    PortConfig withAddresses(List<IpPrefix> changed) {
        return new PortConfig(
                name, uplink, endpoint, changed, mtu, mode, flag, allowedSources, queues, learn);
    }
}
