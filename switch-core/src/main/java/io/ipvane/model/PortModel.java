// SPDX-License-Identifier: Apache-2.0
package io.ipvane.model;

import io.ipvane.config.EndpointConfig;
import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.Mode;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.table.GroupFilter;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One port, uplink or host port and its state. Immutable.
 *
 * @param index place among all of them
 * @param name as configured; a host port has the name of its interface
 * @param role what it is
 * @param domain of the segment that it belongs to, or is the exit of
 * @param endpoint what a port or host port is attached to, where that is now; an uplink has none
 * @param rules that it forwards by
 * @param link state of its interface
 * @param groups group addresses it has joined
 */
public record PortModel(
        int index,
        String name,
        PortEntry.Role role,
        int domain,
        Optional<EndpointConfig> endpoint,
        Rules rules,
        Link link,
        GroupFilter groups) {

    /** The wish of an uplink itself, which has what its device has. */
    public static final int UPLINKS_MTU = Integer.MAX_VALUE;

    /**
     * What the configuration says of it.
     *
     * @param mode its own, or the segment's
     * @param flag its own, or the segment's
     * @param allowedSources prefixes it may send from beside its own addresses
     * @param learn how many addresses may be learned of what it sends
     * @param addresses that it is to have
     */
    public record Rules(
            Mode mode,
            IpvlanFlag flag,
            List<IpPrefix> allowedSources,
            int learn,
            Set<IpAddress> addresses) {
        public Rules {
            allowedSources = List.copyOf(allowedSources);
            addresses = Set.copyOf(addresses);
        }
    }

    /**
     * The state of its interface.
     *
     * @param up whether it is up
     * @param carrier whether it has a carrier
     * @param mtu largest L3 packet: what is wanted, or less where the uplink has less
     * @param wantedMtu what the configuration or somebody at the interface asked for, or, where
     *     nobody did, the most that it can have
     */
    public record Link(boolean up, boolean carrier, int mtu, int wantedMtu) {}

    /** See {@link Rules#mode}. */
    public Mode mode() {
        return rules.mode;
    }

    /** See {@link Rules#flag}. */
    public IpvlanFlag flag() {
        return rules.flag;
    }

    /** See {@link Rules#allowedSources}. */
    public List<IpPrefix> allowedSources() {
        return rules.allowedSources;
    }

    /** See {@link Rules#learn}. */
    public int learn() {
        return rules.learn;
    }

    /** Whether the configuration gives it this address. */
    public boolean isConfigured(IpAddress address) {
        return rules.addresses.contains(address);
    }

    /**
     * Whether a port or host port has an interface in a namespace, which tells its addresses,
     * groups and link. Of others the switch knows what the device and what they send say.
     */
    public boolean hasInterface() {
        return endpoint.filter(EndpointConfig.Tap.class::isInstance).isPresent();
    }

    /** See {@link Link#up}. */
    public boolean up() {
        return link.up;
    }

    /** See {@link Link#carrier}. */
    public boolean carrier() {
        return link.carrier;
    }

    /** See {@link Link#mtu}. */
    public int mtu() {
        return link.mtu;
    }

    /** See {@link Link#wantedMtu}. */
    public int wantedMtu() {
        return link.wantedMtu;
    }

    /** The same port with another state of its interface. */
    public PortModel withLink(boolean nowUp, boolean nowCarrier, int nowMtu) {
        return with(rules, new Link(nowUp, nowCarrier, nowMtu, link.wantedMtu), groups);
    }

    /** The same port with another configuration. */
    public PortModel withRules(Rules now) {
        return with(now, link, groups);
    }

    /** The same port with other groups. */
    public PortModel withGroups(GroupFilter now) {
        return with(rules, link, now);
    }

    /** The same port with its interface in another place. */
    public PortModel withPlace(String netns, String interfaceName) {
        final EndpointConfig now =
                new EndpointConfig.Tap(
                        Optional.of(netns).filter(name -> !name.isEmpty()), interfaceName);
        return new PortModel(index, name, role, domain, Optional.of(now), rules, link, groups);
    }

    /** The same port with another MTU, and another wish for one. */
    public PortModel withMtu(int nowMtu, int nowWanted) {
        return with(rules, new Link(link.up, link.carrier, nowMtu, nowWanted), groups);
    }

    private PortModel with(Rules nowRules, Link nowLink, GroupFilter nowGroups) {
        return new PortModel(index, name, role, domain, endpoint, nowRules, nowLink, nowGroups);
    }
}
