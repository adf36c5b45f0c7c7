// SPDX-License-Identifier: Apache-2.0
package io.ipvane.egress;

import io.ipvane.burst.LaneOwner;

/**
 * The lanes of one lcore for frames that are added one by one, with a look at each. All methods are
 * called on the lcore that transmits; what is added is sent when the owner next flushes, or before
 * that where a lane is full.
 */
public interface EgressLanes extends LaneOwner {
    /** Whether frames can be added for a port; {@code port} may be anything. */
    boolean has(int port);

    /**
     * Takes a frame over. It need not be one of a burst that there is room for, and takes none of
     * that room.
     *
     * @param port one that {@link #has} says yes to
     * @param length bytes of the whole frame
     */
    void add(int port, long mbuf, int length);

    /** As {@link #add}, for a copy of a group frame, which is counted as one. */
    void addCopy(int port, long mbuf, int length);
}
