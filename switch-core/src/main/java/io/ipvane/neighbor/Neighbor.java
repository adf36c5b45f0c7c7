// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.packet.IpAddress;
import java.util.ArrayDeque;

/** What the resolver knows of one neighbour. Conductor only. */
final class Neighbor {
    final UplinkNeighbors uplink;
    final IpAddress address;

    NeighborState state = NeighborState.INCOMPLETE;
    long mac = NeighborResolver.NO_MAC;

    /** Place in the {@link NeighborTable}, or {@link NeighborTable#NONE}. */
    int slot = NeighborTable.NONE;

    /** Questions sent in this state. */
    int requests;

    /** When it last told us its MAC; meaningful once the MAC is known. */
    long confirmedAt;

    /** Port address on whose behalf we ask, or null. */
    IpAddress sender;

    /** Frames that wait, oldest first; empty unless INCOMPLETE. */
    final ArrayDeque<WaitingFrame> waiting = new ArrayDeque<>(2);

    /** Where and when {@link Timers} has it; its own. */
    long deadline;

    boolean armed;
    final long number;

    Neighbor(UplinkNeighbors uplink, IpAddress address, long number) {
        this.uplink = uplink;
        this.address = address;
        this.number = number;
    }
}
