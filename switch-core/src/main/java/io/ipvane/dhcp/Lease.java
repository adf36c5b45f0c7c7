// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import io.ipvane.packet.IpAddress;

/** An address that a server has given to a port. Conductor only. */
final class Lease {
    final int uplink;
    final int port;
    final IpAddress address;

    /** When it is over, in nanoseconds of the clock; {@link Long#MAX_VALUE} for never. */
    long deadline;

    /** Whether the port's interface is known to have the address. */
    boolean onInterface;

    Lease(int uplink, int port, IpAddress address) {
        this.uplink = uplink;
        this.port = port;
        this.address = address;
    }
}
