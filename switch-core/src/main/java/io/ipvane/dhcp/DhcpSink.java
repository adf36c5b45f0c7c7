// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;

/** Where a {@link DhcpSnooper} tells of leases. Called on the conductor; must not call back. */
public interface DhcpSink {
    /**
     * A server has given a port an address, or more time for it.
     *
     * @param seconds how long it may keep it; {@link Long#MAX_VALUE} for ever
     * @return whether the port's interface is known to have the address
     */
    boolean leased(int port, IpPrefix address, long seconds);

    /**
     * A lease is over.
     *
     * @param interfaceHasIt whether the port's interface still has the address
     * @param why {@code release}, {@code decline}, {@code nak} or {@code expired}
     */
    void ended(int port, IpAddress address, boolean interfaceHasIt, String why);
}
