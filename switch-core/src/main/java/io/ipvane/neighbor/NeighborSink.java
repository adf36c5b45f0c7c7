// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.DropReason;
import io.ipvane.packet.IpAddress;

/**
 * Where frames leave a {@link NeighborResolver}. Each call passes its frame on: it is the callee's
 * from then. Called on the conductor, from within the resolver's methods; must not call back.
 */
public interface NeighborSink {
    /** A question of ours, complete, for the wire of a segment. */
    void transmit(int domain, long mbuf);

    /** A frame that waited: its destination is {@code mac} now. */
    void resolved(int domain, WaitingFrame frame, long mac);

    /** A frame that goes nowhere, to be freed and counted at its port. */
    void dropped(int domain, WaitingFrame frame, DropReason reason);

    /** One that is watched has failed to answer, or has answered after all. */
    void watchedChanged(int domain, IpAddress address, boolean failed);
}
