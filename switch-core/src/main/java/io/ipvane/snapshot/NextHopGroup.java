// SPDX-License-Identifier: Apache-2.0
package io.ipvane.snapshot;

import io.ipvane.burst.HotPath;

/**
 * The next hops of one route that has several, or one and an MTU of its own: buckets that a flow's
 * hash chooses among, and the MTU. Frozen; any thread.
 */
@HotPath
public final class NextHopGroup {
    /** Next hop of each bucket: a gateway, or {@link RouteTable#CONNECTED}. */
    private final int[] buckets;

    private final int mtu;

    /**
     * @param buckets gateways of the table, or {@link RouteTable#CONNECTED}; a power of two of them
     * @param mtu bytes of an L3 packet; 0: what the uplink carries
     */
    NextHopGroup(int[] buckets, int mtu) {
        this.buckets = buckets;
        this.mtu = mtu;
    }

    /** Whether it matters which flow it is. */
    public boolean isChoice() {
        return buckets.length > 1;
    }

    /** The next hop of a flow with this hash: a gateway, or {@link RouteTable#CONNECTED}. */
    public int hop(long hash) {
        return buckets[(int) (hash & (buckets.length - 1))];
    }

    /** Bytes of an L3 packet that may take the route; 0: what the uplink carries. */
    public int mtu() {
        return mtu;
    }
}
