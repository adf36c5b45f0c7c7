// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.IpvlanOptions;
import io.ipvane.ipvlan.Mode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One uplink: the lower device whose MAC its ports share.
 *
 * @param name unique among uplinks and ports
 * @param device what carries it
 * @param vlan VLAN identifier, 1 to 4094; empty: its frames have no tag
 * @param mode of its ports, where they do not say otherwise
 * @param flag of its ports, where they do not say otherwise
 * @param options where its rules leave the kernel's
 * @param mtu bytes of an L3 packet; empty: what the device has
 * @param queues rx and tx queues wanted, 1 or more; empty: as many as there are lcores to serve
 *     them
 * @param host the uplink's own IP stack; empty: none
 * @param routes for ports in l3
 * @param neighbors that need no ARP or ND
 */
public record UplinkConfig(
        String name,
        DeviceSpec device,
        OptionalInt vlan,
        Mode mode,
        IpvlanFlag flag,
        IpvlanOptions options,
        OptionalInt mtu,
        OptionalInt queues,
        Optional<HostConfig> host,
        List<RouteConfig> routes,
        List<NeighborConfig> neighbors) {
    /** An uplink without a tag. */
    public UplinkConfig(
            String name,
            DeviceSpec device,
            Mode mode,
            IpvlanFlag flag,
            IpvlanOptions options,
            OptionalInt mtu,
            OptionalInt queues,
            Optional<HostConfig> host,
            List<RouteConfig> routes,
            List<NeighborConfig> neighbors) {
        this(
                name,
                device,
                OptionalInt.empty(),
                mode,
                flag,
                options,
                mtu,
                queues,
                host,
                routes,
                neighbors);
    }

    /** Copies the lists. */
    public UplinkConfig {
        routes = List.copyOf(routes);
        neighbors = List.copyOf(neighbors);
    }

    UplinkConfig withRoutes(List<RouteConfig> changed) {
        return new UplinkConfig(
                name, device, vlan, mode, flag, options, mtu, queues, host, changed, neighbors);
    }

    UplinkConfig withNeighbors(List<NeighborConfig> changed) {
        return new UplinkConfig(
                name, device, vlan, mode, flag, options, mtu, queues, host, routes, changed);
    }
}
