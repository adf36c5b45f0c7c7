// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.HostConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.ipvlan.Mode;
import java.util.List;

/**
 * Opens what the configuration names. What cannot be opened is a sentence, and leaves nothing open.
 * Used by the thread that changes the switch.
 */
interface DeviceOpener {
    /**
     * The device of an uplink; a kernel interface is taken from the host's own stack first.
     *
     * @param all uplinks of the configuration, for those that share its device
     */
    Unit uplink(UplinkConfig uplink, List<UplinkConfig> all);

    /** In the place of an uplink's device that has not been there yet. */
    Unit absent(UplinkConfig uplink);

    /**
     * In the place of an uplink's device that is not there any more.
     *
     * @param gone the unit of that device
     */
    Unit absent(UplinkConfig uplink, Unit gone);

    /** The host port of an uplink. */
    Unit host(UplinkConfig config, Unit uplink, HostConfig host);

    /**
     * A port.
     *
     * @param mode that the port has
     */
    Unit port(UplinkConfig config, Unit uplink, PortConfig port, Mode mode);

    /** Refuses, as far as can be said before, what {@link #port} would. */
    void checkPort(PortConfig port);

    /** Refuses, as far as can be said before, what {@link #host} would. */
    void checkHost(HostConfig host);
}
