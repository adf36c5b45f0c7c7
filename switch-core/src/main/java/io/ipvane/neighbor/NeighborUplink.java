// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.packet.IpAddress;
import java.util.Map;
import java.util.Set;

/**
 * What the conductor's half of this package must know of a segment. Immutable.
 *
 * @param name for the log
 * @param exit place of the port by which its questions and the frames that waited leave
 * @param identity in whose name it asks
 * @param watched gateways that share the flows of a route: kept known, and passed over where they
 *     do not answer
 * @param permanent MAC addresses of neighbours that are configured
 * @param linkUp false: nobody is there, and who comes next may be others
 */
public record NeighborUplink(
        String name,
        int exit,
        UplinkIdentity identity,
        Set<IpAddress> watched,
        Map<IpAddress, Long> permanent,
        boolean linkUp) {
    /** Keeps copies. */
    public NeighborUplink {
        watched = Set.copyOf(watched);
        permanent = Map.copyOf(permanent);
    }
}
