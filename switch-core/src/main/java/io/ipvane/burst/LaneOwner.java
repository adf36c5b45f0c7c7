// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

/** Who sends what is added to {@link TxLanes}; on the same lcore as who adds. */
public interface LaneOwner {
    /**
     * Readies the lanes for the frames of one more burst: there is room for all of them in any
     * lane, and limits are those of the burst's snapshot. The frames are in the lanes when the
     * owner next flushes.
     */
    TxLanes makeRoom(Burst burst);
}
