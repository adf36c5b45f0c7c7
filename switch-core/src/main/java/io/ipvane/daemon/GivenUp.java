// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The addresses that ports and host ports give up in a change. There may be a hundred thousand of
 * one of them, so they are gathered once, when the first is asked for. One thread.
 */
final class GivenUp {
    private record Owner(String uplink, String name) {}

    private final ChangeSteps live;
    private final SwitchConfig after;
    private final Map<Owner, Set<IpAddress>> gathered = new HashMap<>();

    /**
     * @param live says what stands before the change
     * @param after the configuration behind it
     */
    GivenUp(ChangeSteps live, SwitchConfig after) {
        this.live = live;
        this.after = after;
    }

    /**
     * Whether a port, or the host port by the name of its interface, was configured with an address
     * and is so no longer.
     *
     * @param uplink of the address, as it is behind the change
     */
    boolean by(UplinkConfig uplink, String owner, IpAddress address) {
        return gathered.computeIfAbsent(
                        new Owner(uplink.name(), owner), key -> gather(uplink, owner))
                .contains(address);
    }

    private Set<IpAddress> gather(UplinkConfig uplink, String owner) {
        final Set<IpAddress> gone =
                addresses(live.ports().values(), live.uplinks().get(uplink.name()), owner);
        gone.removeAll(addresses(after.ports(), uplink, owner));
        return gone;
    }

    private static Set<IpAddress> addresses(
            Collection<PortConfig> ports, UplinkConfig uplink, String owner) {
        final Set<IpAddress> all = new HashSet<>();
        ports.stream()
                .filter(port -> port.name().equals(owner))
                .forEach(port -> add(all, port.addresses()));
        uplink.host()
                .filter(host -> host.interfaceName().equals(owner))
                .ifPresent(host -> add(all, host.addresses()));
        return all;
    }

    private static void add(Set<IpAddress> all, List<IpPrefix> addresses) {
        addresses.forEach(each -> all.add(each.address()));
    }
}
