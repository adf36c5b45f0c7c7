// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

/** Drops that may happen wherever frames are: at a device, in a lane, for want of a frame. */
public enum BurstDrop implements DropReason {
    HEADERS_SPLIT("headers spread over segments and could not be gathered"),
    VLAN_UNKNOWN("VLAN tag that no uplink here carries"),
    RING_FULL("the queue of the receiver is full"),
    MCAST_RING_FULL("the queue of one receiver of a group frame is full"),
    DEV_DOWN("the receiver is down"),
    POOL_EMPTY("no frame was free for the answer to a question, or for fragments"),
    STAGE_ERROR("a defect in the switch: an exception in a stage");

    private final int number = DropReasons.add(this);
    private final String sentence;

    BurstDrop(String sentence) {
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
