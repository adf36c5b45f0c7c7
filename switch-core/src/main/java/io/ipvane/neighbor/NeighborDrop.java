// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;

/** Drops for want of a neighbour, or of an answer to one. */
public enum NeighborDrop implements DropReason {
    NEIGH_FAIL("the next hop did not answer ARP or ND"),
    NEIGH_QUEUE_FULL("too many frames wait for the next hop to answer"),
    NO_ANSWER("an ARP or ND question that any answer of the switch to would be wrong");

    private final int number = DropReasons.add(this);
    private final String sentence;

    NeighborDrop(String sentence) {
        this.sentence = sentence;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
