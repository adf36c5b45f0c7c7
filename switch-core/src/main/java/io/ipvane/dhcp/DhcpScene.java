// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import io.ipvane.model.SwitchModel;
import io.ipvane.packet.IpAddress;

/** What {@link DhcpUpcall} asks of the rest of the switch. Conductor thread only. */
public interface DhcpScene {
    /** The switch as it is now. */
    SwitchModel model();

    /** Whether a port has an address for no better reason than that it says so. */
    boolean onlySaid(int port, IpAddress address);
}
