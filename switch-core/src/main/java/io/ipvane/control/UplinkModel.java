// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.config.NeighborConfig;
import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.IpvlanOptions;
import io.ipvane.ipvlan.Mode;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.PortEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * One uplink as configured. Immutable.
 *
 * @param index its place among ports, and the domain of its addresses
 * @param name as configured
 * @param device as configured, for readers
 * @param vlan VLAN identifier of its frames, 0: they have no tag
 * @param mode of ports that have none of their own
 * @param flag of ports that have none of their own
 * @param options where it leaves the kernel's behaviour
 * @param mac the one MAC address
 * @param mtu largest L3 packet on the wire
 * @param maxMtu what that can become: as configured, or what the device can carry
 * @param host index of the host port, or -1
 * @param hostAddresses addresses of the host port with their prefix lengths
 * @param routes as configured; connected and local ones are added by {@link #allRoutes}
 * @param neighbors that need not be asked for
 * @param linkUp carrier of the device
 */
public record UplinkModel(
        int index,
        String name,
        String device,
        int vlan,
        Mode mode,
        IpvlanFlag flag,
        IpvlanOptions options,
        long mac,
        int mtu,
        int maxMtu,
        int host,
        List<IpPrefix> hostAddresses,
        List<Route> routes,
        List<NeighborConfig> neighbors,
        boolean linkUp) {

    public UplinkModel {
        hostAddresses = List.copyOf(hostAddresses);
        routes = List.copyOf(routes);
        neighbors = List.copyOf(neighbors);
    }

    /** The same uplink with another carrier. */
    public UplinkModel withLink(boolean up) {
        return new UplinkModel(
                index,
                name,
                device,
                vlan,
                mode,
                flag,
                options,
                mac,
                mtu,
                maxMtu,
                host,
                hostAddresses,
                routes,
                neighbors,
                up);
    }

    /** The same uplink with another MTU. */
    UplinkModel withMtu(int now) {
        return new UplinkModel(
                index,
                name,
                device,
                vlan,
                mode,
                flag,
                options,
                mac,
                now,
                maxMtu,
                host,
                hostAddresses,
                routes,
                neighbors,
                linkUp);
    }

    /** The same uplink with other addresses of its host port. */
    public UplinkModel withHostAddresses(List<IpPrefix> addresses) {
        return new UplinkModel(
                index, name, device, vlan, mode, flag, options, mac, mtu, maxMtu, host, addresses,
                routes, neighbors, linkUp);
    }

    /** The same uplink with another configuration. */
    UplinkModel withRules(
            Mode nowMode,
            IpvlanFlag nowFlag,
            IpvlanOptions nowOptions,
            List<Route> nowRoutes,
            List<NeighborConfig> nowNeighbors) {
        return new UplinkModel(
                index,
                name,
                device,
                vlan,
                nowMode,
                nowFlag,
                nowOptions,
                mac,
                mtu,
                maxMtu,
                host,
                hostAddresses,
                nowRoutes,
                nowNeighbors,
                linkUp);
    }

    /** The same uplink with a host port. */
    UplinkModel withHost(int port, List<IpPrefix> addresses, List<Route> all) {
        return new UplinkModel(
                index, name, device, vlan, mode, flag, options, mac, mtu, maxMtu, port, addresses,
                all, neighbors, linkUp);
    }

    /** The same uplink without a host port, and without what it brought. */
    UplinkModel withoutHost() {
        return new UplinkModel(
                index,
                name,
                device,
                vlan,
                mode,
                flag,
                options,
                mac,
                mtu,
                maxMtu,
                PortEntry.NONE,
                List.of(),
                routes,
                neighbors,
                linkUp);
    }

    /** Whether the host port holds this address. Asked for every address that comes or goes. */
    public boolean holds(IpAddress address) {
        for (IpPrefix own : hostAddresses) {
            if (own.address().equals(address)) {
                return true;
            }
        }
        return false;
    }

    /** Routes with those that the host port's addresses imply: local, and connected. */
    public List<Route> allRoutes() {
        final List<Route> all = new ArrayList<>();
        for (IpPrefix own : hostAddresses) {
            all.add(
                    new Route(
                            new IpPrefix(own.address(), own.address().bits()),
                            Route.Kind.LOCAL,
                            null));
            all.add(new Route(own.network(), Route.Kind.CONNECTED, null));
        }
        all.addAll(routes);
        return all;
    }
}
