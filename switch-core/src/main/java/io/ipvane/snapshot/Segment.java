// SPDX-License-Identifier: Apache-2.0
package io.ipvane.snapshot;

/**
 * A set of addresses that frames may be dispatched among, and what its ports share: the ports of
 * one uplink, or of one network of a tunnel. Frozen; any thread.
 *
 * @param domain first word of every key of its addresses and neighbours, so that two segments may
 *     have the same addresses
 * @param exit place of the port that the verdict WIRE means: the uplink
 * @param host place of its host port, or {@link PortEntry#NONE}
 * @param mac the one MAC address, as {@link io.ipvane.memory.Memory#mac} reads it
 * @param members places of its ports that hear group frames, in the order in which one is copied
 * @param routes where frames go that leave by layer 3
 * @param learns whether ARP and ND seen on the wire matter to the neighbour resolver
 * @param tracks whether connections of its ports are tracked, each on the lcore of its home
 * @param tunneled whether its exit is a tunnel, so that addresses may have remotes
 */
@SuppressWarnings("ArrayRecordComponent") // read on the hot path, never compared
public record Segment(
        int domain,
        int exit,
        int host,
        long mac,
        int[] members,
        RouteTable routes,
        boolean learns,
        boolean tracks,
        boolean tunneled) {}
