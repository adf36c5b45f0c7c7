// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.HostConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.packet.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The steps of which a change of the configuration is made, and what can be said before the first
 * of them. A step that throws with a sentence has changed nothing, or else what it concerns is
 * amiss.
 *
 * <p>What waits for something that somebody else makes ({@link IfMissing}) stands.
 */
interface ChangeSteps {
    /** All uplinks that stand, by name, as they were made or changed last. */
    Map<String, UplinkConfig> uplinks();

    /** All ports that stand, by name, as they were made or changed last. */
    Map<String, PortConfig> ports();

    /**
     * Whether an uplink or a port that stands is as no configuration says: a step to it failed, and
     * so did what would have undone that.
     */
    boolean isAmiss(String name);

    // -- before the first step; nothing is changed by these --

    /**
     * Who has addresses of an uplink, be it by configuration or by what a namespace says. Those
     * that nobody has are left out. Asked once for all addresses of a port.
     */
    Map<IpAddress, String> owners(UplinkConfig uplink, List<IpAddress> addresses);

    /** Refuses a new port where that can be said now. */
    void check(PortConfig port, IfMissing ifMissing);

    /** Refuses a new host port where that can be said now. */
    void check(HostConfig host, IfMissing ifMissing);

    /** Refuses a change of a port where that can be said now. */
    void checkChange(UplinkConfig uplink, PortConfig before, PortConfig after);

    /**
     * Opens the device of a new port, so that all that can fail has failed before something else
     * goes for it. {@link #addPort} uses it, or {@link #closeOpened} closes it.
     */
    void openPort(UplinkConfig config, PortConfig port, IfMissing ifMissing);

    /** Closes devices that were opened and not used. */
    void closeOpened();

    // -- steps --

    /**
     * Adds an uplink and its host port.
     *
     * @param all uplinks of the configuration, for those that share its device
     */
    void addUplink(UplinkConfig config, List<UplinkConfig> all, IfMissing ifMissing);

    /** Takes over what the configuration says of tunnels, their networks and remotes. */
    void changeTunnels(SwitchConfig next);

    /** Takes an uplink and its host port away; no port is left on it. */
    void removeUplink(String name);

    /**
     * Mode, flag, options, MTU, routes, neighbours and host port of an uplink; the device stays.
     *
     * @param members ports of it that stay
     */
    void changeUplink(UplinkConfig after, List<PortConfig> members, IfMissing ifMissing);

    /** Adds a port of an uplink that is there. */
    void addPort(UplinkConfig config, PortConfig port, IfMissing ifMissing);

    /** Takes a port away. */
    void removePort(String name);

    /** Addresses, MTU, mode, flag and allowed sources of a port; the device stays. */
    void changePort(UplinkConfig uplink, PortConfig before, PortConfig after);

    /** Closes what was taken away and could not be closed at once. */
    void finishRemovals();

    /**
     * Lets what is there become what is configured: takes away what is dead, and brings what was
     * waited for.
     *
     * @param renewed names of what is made again although somebody has deleted it
     * @return whether something is still waited for
     */
    boolean reconcile(SwitchConfig config, Predicate<String> renewed);

    /** Waits until every lcore forwards by all that was done. */
    void settle();
}
