// SPDX-License-Identifier: Apache-2.0
package io.ipvane.model;

import io.ipvane.config.NeighborConfig;
import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.IpvlanOptions;
import io.ipvane.ipvlan.Mode;
import io.ipvane.neighbor.UplinkIdentity;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.PortEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A set of addresses that frames may be dispatched among, and what its ports share: the ports of
 * one uplink, or of one network of a tunnel. Immutable.
 *
 * @param domain first word of every key of its addresses and neighbours, so that two segments may
 *     have the same addresses; that of an uplink is its place among ports
 * @param name as configured; that of its uplink
 * @param exit where frames leave that are for none of its ports
 * @param mac the one MAC address
 * @param rules that it forwards by
 * @param wire state of its exit
 * @param hostPort what the switch's own IP stack has in it
 */
public record SegmentModel(
        int domain, String name, Exit exit, long mac, Rules rules, Wire wire, HostPort hostPort) {

    /**
     * What the configuration says of it.
     *
     * @param mode of ports that have none of their own
     * @param flag of ports that have none of their own
     * @param options where it leaves the kernel's behaviour
     * @param routes as configured; connected and local ones are added by {@link #allRoutes}
     * @param neighbors that need not be asked for
     */
    public record Rules(
            Mode mode,
            IpvlanFlag flag,
            IpvlanOptions options,
            List<Route> routes,
            List<NeighborConfig> neighbors) {
        public Rules {
            routes = List.copyOf(routes);
            neighbors = List.copyOf(neighbors);
        }
    }

    /**
     * The state of its exit.
     *
     * @param linkUp carrier of its device
     * @param mtu largest L3 packet on the wire
     * @param maxMtu what that can become: as configured, or what the device can carry
     */
    public record Wire(boolean linkUp, int mtu, int maxMtu) {}

    /**
     * The port of its own IP stack.
     *
     * @param index of the port, or -1
     * @param addresses with their prefix lengths
     * @param routes taken over with the interface; they come and go with the port
     */
    public record HostPort(int index, List<IpPrefix> addresses, List<Route> routes) {
        /** There is none. */
        static final HostPort NONE = new HostPort(PortEntry.NONE, List.of(), List.of());

        public HostPort {
            addresses = List.copyOf(addresses);
            routes = List.copyOf(routes);
        }
    }

    /** Whether it is a network of a tunnel. */
    public boolean tunneled() {
        return exit instanceof TunnelExit;
    }

    /** See {@link Rules#mode}. */
    public Mode mode() {
        return rules.mode;
    }

    /** See {@link Rules#flag}. */
    public IpvlanFlag flag() {
        return rules.flag;
    }

    /** See {@link Rules#options}. */
    public IpvlanOptions options() {
        return rules.options;
    }

    /** Routes as configured, and behind them those that the host port brought. */
    public List<Route> routes() {
        return Stream.concat(rules.routes.stream(), hostPort.routes.stream()).toList();
    }

    /** See {@link Rules#neighbors}. */
    public List<NeighborConfig> neighbors() {
        return rules.neighbors;
    }

    /** See {@link Wire#linkUp}. */
    public boolean linkUp() {
        return wire.linkUp;
    }

    /** See {@link Wire#mtu}. */
    public int mtu() {
        return wire.mtu;
    }

    /** See {@link Wire#maxMtu}. */
    public int maxMtu() {
        return wire.maxMtu;
    }

    /** See {@link HostPort#index}. */
    public int host() {
        return hostPort.index;
    }

    /** See {@link HostPort#addresses}. */
    public List<IpPrefix> hostAddresses() {
        return hostPort.addresses;
    }

    /** The same segment with another carrier. */
    public SegmentModel withLink(boolean up) {
        return with(rules, new Wire(up, wire.mtu, wire.maxMtu), hostPort);
    }

    /** The same segment with another MTU. */
    public SegmentModel withMtu(int now) {
        return with(rules, new Wire(wire.linkUp, now, wire.maxMtu), hostPort);
    }

    /** The same segment with another bound of its MTU, which is lowered to it. */
    public SegmentModel withMaxMtu(int now) {
        return with(rules, new Wire(wire.linkUp, Math.min(wire.mtu, now), now), hostPort);
    }

    /** The same segment with other addresses of its host port. */
    public SegmentModel withHostAddresses(List<IpPrefix> addresses) {
        return with(rules, wire, new HostPort(hostPort.index, addresses, hostPort.routes));
    }

    /** The same segment with another configuration. */
    public SegmentModel withRules(Rules now) {
        return with(now, wire, hostPort);
    }

    /** The same segment with a host port. */
    public SegmentModel withHost(int port, List<IpPrefix> addresses, List<Route> routes) {
        return with(rules, wire, new HostPort(port, addresses, routes));
    }

    /** The same segment without a host port, and without what it brought. */
    public SegmentModel withoutHost() {
        return with(rules, wire, HostPort.NONE);
    }

    /** The same segment with another MAC. */
    public SegmentModel withMac(long now) {
        return new SegmentModel(domain, name, exit, now, rules, wire, hostPort);
    }

    private SegmentModel with(Rules nowRules, Wire nowWire, HostPort nowHost) {
        return new SegmentModel(domain, name, exit, mac, nowRules, nowWire, nowHost);
    }

    /** Whether the host port holds this address. Asked for every address that comes or goes. */
    public boolean holds(IpAddress address) {
        for (IpPrefix own : hostPort.addresses) {
            if (own.address().equals(address)) {
                return true;
            }
        }
        return false;
    }

    /** By which the switch speaks on the link: the host port's, or what the MAC makes. */
    public IpAddress linkLocal() {
        return UplinkIdentity.of(mac, hostPort.addresses).linkLocal();
    }

    /** Routes with those that the host port's addresses imply: local, and connected. */
    public List<Route> allRoutes() {
        final List<Route> all = new ArrayList<>();
        for (IpPrefix own : hostPort.addresses) {
            all.add(Route.local(own.address()));
            all.add(Route.connected(own.network()));
        }
        all.addAll(routes());
        return all;
    }
}
