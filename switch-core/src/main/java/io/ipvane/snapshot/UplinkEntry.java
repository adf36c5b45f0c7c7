// SPDX-License-Identifier: Apache-2.0
package io.ipvane.snapshot;

/**
 * What all ports of one uplink share. Frozen; any thread.
 *
 * @param index place of the uplink itself: where WIRE goes, and the domain of its addresses
 * @param host place of its host port, or {@link PortEntry#NONE}
 * @param mac the one MAC address, as {@link io.ipvane.memory.Memory#mac} reads it
 * @param members places of its ports that hear group frames, in the order in which one is copied
 * @param routes where frames go that leave by layer 3
 * @param learns whether ARP and ND seen on the wire matter to the neighbour resolver
 * @param tracks whether connections of its ports are tracked, each on the lcore of its home
 */
@SuppressWarnings("ArrayRecordComponent") // read on the hot path, never compared
public record UplinkEntry(
        int index,
        int host,
        long mac,
        int[] members,
        RouteTable routes,
        boolean learns,
        boolean tracks) {}
