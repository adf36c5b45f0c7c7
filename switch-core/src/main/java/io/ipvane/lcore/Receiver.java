// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.SnapshotPublisher;

/**
 * Takes bursts off those rx queues of an lcore that may have some, one after the other, and stamps
 * each with the snapshot it will be decided by. Owned by the lcore that receives.
 */
@HotPath
final class Receiver {
    private final RxQueues queues = new RxQueues();
    private final SnapshotPublisher publisher;
    private final CounterShard counters;
    private final Trail trail;

    Receiver(SnapshotPublisher publisher, CounterShard counters, Trail trail) {
        this.trail = trail;
        this.publisher = publisher;
        this.counters = counters;
    }

    /** The queues that it takes from; they may be changed between two turns. */
    RxQueues queues() {
        return queues;
    }

    /** Begins a turn; says how many queues it asks, each of them once. */
    int begin() {
        return queues.begin();
    }

    /**
     * Fills {@code burst} from queue {@code q} of those that this turn asks.
     *
     * @return frames received; 0 leaves the burst empty
     */
    int receive(int q, Burst burst) {
        final PolledQueue queue = queues.get(q);
        final long epoch = publisher.epoch();
        final ForwardingSnapshot snapshot = publisher.current();
        burst.ingress = queue.port;
        trail.receiving(burst.ingress);
        final int size = queue.device.receive(queue.queue, burst);
        if (size > 0) {
            queues.spoke(queue);
            trail.received(burst.ingress, size);
            burst.epoch = epoch;
            burst.snapshot = snapshot;
            counters.add(burst.ingress, PortCounter.RECEIVE_PACKETS_COLUMN, size);
            counters.add(burst.ingress, PortCounter.RECEIVE_BYTES_COLUMN, burst.bytes);
        } else {
            queues.silent(queue);
        }
        return size;
    }
}
