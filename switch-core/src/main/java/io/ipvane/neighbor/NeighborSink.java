// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.DropReason;

/**
 * Where frames leave a {@link NeighborResolver}. Each call passes the frame on: it is the callee's
 * from then. Called on the conductor, from within the resolver's methods; must not call back.
 */
public interface NeighborSink {
    /** A question of ours, complete, for the wire of an uplink. */
    void transmit(int uplink, long mbuf);

    /** A frame that waited: its destination is {@code mac} now. */
    void resolved(int uplink, long mbuf, long mac);

    /**
     * A frame that goes nowhere, to be freed and counted.
     *
     * @param port the number that came with the frame
     */
    void dropped(int uplink, int port, long mbuf, DropReason reason);
}
