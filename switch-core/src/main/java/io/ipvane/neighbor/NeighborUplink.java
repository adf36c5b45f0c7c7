// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.packet.IpAddress;
import java.util.Map;

/**
 * What the conductor's half of this package must know of an uplink. Immutable.
 *
 * @param identity in whose name it asks
 * @param permanent MAC addresses of neighbours that are configured
 * @param linkUp false: nobody is there, and who comes next may be others
 */
public record NeighborUplink(
        UplinkIdentity identity, Map<IpAddress, Long> permanent, boolean linkUp) {
    /** Keeps a copy of the map. */
    public NeighborUplink {
        permanent = Map.copyOf(permanent);
    }
}
