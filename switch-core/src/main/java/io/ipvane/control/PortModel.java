// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.Mode;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.table.GroupFilter;
import java.util.List;

/**
 * One port, uplink or host port and its state. Immutable.
 *
 * @param index place among all of them
 * @param name as configured; a host port has the name of its interface
 * @param role what it is
 * @param uplink index of the uplink it belongs to or is
 * @param netns namespace of its interface, empty for the switch's own
 * @param interfaceName of its endpoint
 * @param mode its own, or the uplink's
 * @param flag its own, or the uplink's
 * @param mtu largest L3 packet: what is wanted, or less where the uplink has less
 * @param wantedMtu what the configuration or somebody at the interface asked for; {@link
 *     #UPLINKS_MTU}: nobody did
 * @param up whether its interface is up
 * @param carrier whether its interface has a carrier
 * @param groups group addresses it has joined
 * @param allowedSources prefixes it may send from beside its own addresses
 */
public record PortModel(
        int index,
        String name,
        PortEntry.Role role,
        int uplink,
        String netns,
        String interfaceName,
        Mode mode,
        IpvlanFlag flag,
        int mtu,
        int wantedMtu,
        boolean up,
        boolean carrier,
        GroupFilter groups,
        List<IpPrefix> allowedSources) {

    /** Wants as much as the uplink has. */
    public static final int UPLINKS_MTU = Integer.MAX_VALUE;

    public PortModel {
        allowedSources = List.copyOf(allowedSources);
    }

    /** The same port with another state of its interface. */
    public PortModel withLink(boolean nowUp, boolean nowCarrier, int nowMtu) {
        return new PortModel(
                index,
                name,
                role,
                uplink,
                netns,
                interfaceName,
                mode,
                flag,
                nowMtu,
                wantedMtu,
                nowUp,
                nowCarrier,
                groups,
                allowedSources);
    }

    /** The same port with another configuration. */
    PortModel withRules(Mode nowMode, IpvlanFlag nowFlag, List<IpPrefix> nowAllowed) {
        return new PortModel(
                index,
                name,
                role,
                uplink,
                netns,
                interfaceName,
                nowMode,
                nowFlag,
                mtu,
                wantedMtu,
                up,
                carrier,
                groups,
                nowAllowed);
    }

    /** The same port with other groups. */
    public PortModel withGroups(GroupFilter now) {
        return new PortModel(
                index,
                name,
                role,
                uplink,
                netns,
                interfaceName,
                mode,
                flag,
                mtu,
                wantedMtu,
                up,
                carrier,
                now,
                allowedSources);
    }

    /** The same port with another MTU, and another wish for one. */
    PortModel withMtu(int nowMtu, int nowWanted) {
        return new PortModel(
                index,
                name,
                role,
                uplink,
                netns,
                interfaceName,
                mode,
                flag,
                nowMtu,
                nowWanted,
                up,
                carrier,
                groups,
                allowedSources);
    }
}
