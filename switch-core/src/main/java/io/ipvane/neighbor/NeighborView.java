// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.packet.IpAddress;

/**
 * One neighbour for readers, as {@code ipvane neigh show} prints it.
 *
 * @param mac {@link NeighborResolver#NO_MAC} where it is not known
 * @param ageNanos time since it last proved to be there; -1 where it never did
 * @param waiting frames that wait for it
 */
public record NeighborView(
        int uplink, IpAddress address, long mac, NeighborState state, long ageNanos, int waiting) {}
