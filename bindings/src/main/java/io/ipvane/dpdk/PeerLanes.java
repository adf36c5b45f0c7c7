// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import io.ipvane.memory.Memory;

/**
 * What lcores count of a port whose peer shares its memory: the beginning of the shim's structure,
 * {@code native/peer_lane.h}, which asserts the same numbers. Written by lcores, read by any
 * thread.
 *
 * @param address of the structure
 * @param rxQueues queues to receive from
 * @param txQueues lcores that transmit
 */
record PeerLanes(long address, int rxQueues, int txQueues) {
    /** The most of either. */
    static final int MAX = 64;

    private static final int LANE = 64;
    private static final int TX = MAX * LANE;
    private static final int INVALID = 8;
    private static final int DOWN = 16;
    private static final int FULL = 24;

    /** Frames received and dropped since they contradict themselves. */
    long receiveInvalid() {
        return sum(0, rxQueues, INVALID);
    }

    /** Frames accepted and dropped while nobody was connected. */
    long droppedDown() {
        return sum(TX, txQueues, DOWN);
    }

    /** Frames accepted and dropped since a ring of the peer had no room. */
    long droppedFull() {
        return sum(TX, txQueues, FULL);
    }

    private long sum(int lanes, int count, int counter) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Memory.i64(address + lanes + (long) i * LANE + counter);
        }
        return sum;
    }
}
