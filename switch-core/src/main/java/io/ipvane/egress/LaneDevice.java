// SPDX-License-Identifier: Apache-2.0
package io.ipvane.egress;

import io.ipvane.counters.CounterShard;
import io.ipvane.upcall.ControlMailbox;

/**
 * A device without a wire of its own: what it is given leaves by other lanes of the lcore that
 * gives it, such as a network of a tunnel, whose packets leave by the underlay's.
 */
public interface LaneDevice {
    /**
     * Says by what the frames of a tx queue go on. Called before the first of them, by the thread
     * that attaches the device; all that is named here is the transmitting lcore's.
     *
     * @param lanes of the lcore
     * @param counters of the lcore
     * @param mailbox of the lcore, for what has to wait
     */
    void serve(int queue, EgressLanes lanes, CounterShard counters, ControlMailbox mailbox);
}
