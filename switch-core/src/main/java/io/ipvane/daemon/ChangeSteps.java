// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.PortConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Optional;

/**
 * The steps of which a change of the configuration is made. Each is done or, where it throws with a
 * sentence, has changed nothing that its opposite would not put right.
 */
interface ChangeSteps {
    /**
     * Adds an uplink and its host port.
     *
     * @param all uplinks of the configuration, for those that share its device
     */
    void addUplink(UplinkConfig config, List<UplinkConfig> all);

    /** Takes an uplink and its host port away; no port is left on it. */
    void removeUplink(UplinkConfig config);

    /**
     * Mode, flag, options, MTU, routes, neighbours and host port of an uplink; the device stays.
     *
     * @param members ports of it that stay
     */
    void changeUplink(UplinkConfig before, UplinkConfig after, List<PortConfig> members);

    /** Adds a port of an uplink that is there. */
    void addPort(UplinkConfig config, PortConfig port);

    /** Takes a port away. */
    void removePort(PortConfig port);

    /** Addresses, MTU, mode, flag and allowed sources of a port; the device stays. */
    void changePort(UplinkConfig uplink, PortConfig before, PortConfig after);

    /** Who has an address of an uplink, where that is another port than the one named. */
    Optional<String> otherOwner(UplinkConfig uplink, PortConfig port, IpPrefix address);

    /** Waits until every lcore forwards by all that was done. */
    void settle();
}
