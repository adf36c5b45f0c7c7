// SPDX-License-Identifier: Apache-2.0
package io.ipvane.model;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;

/**
 * One route of an uplink (spec TX-24).
 *
 * @param to destinations
 * @param kind what becomes of them
 * @param via the gateway of kind GATEWAY, else null
 */
public record Route(IpPrefix to, Kind kind, IpAddress via) {
    /** What becomes of a destination. */
    public enum Kind {
        /** On the link: the destination is its own next hop. */
        CONNECTED,
        /** An address of the host port. */
        LOCAL,
        /** By a gateway. */
        GATEWAY,
        /** Nowhere, and counted. */
        BLACKHOLE,
        /** Nowhere, counted, and the sender is told that the host cannot be reached. */
        UNREACHABLE,
        /** Nowhere, counted, and the sender is told that it is forbidden. */
        PROHIBIT
    }
}
