// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.SnapshotPublisher;

/**
 * Takes bursts off a set of rx queues, one after the other, and stamps each with the snapshot it
 * will be decided by. Owned by the lcore that receives.
 */
@HotPath
final class Receiver {
    private RxQueue[] queues;
    private final SnapshotPublisher publisher;
    private final CounterShard counters;
    private final Trail trail;

    Receiver(RxQueue[] queues, SnapshotPublisher publisher, CounterShard counters, Trail trail) {
        this.trail = trail;
        this.queues = queues.clone();
        this.publisher = publisher;
        this.counters = counters;
    }

    /** Other queues, from the next turn on; the array is not changed afterwards. */
    void queues(RxQueue[] now) {
        queues = now;
    }

    /** Number of queues: a turn asks each of them once. */
    int queues() {
        return queues.length;
    }

    /**
     * Fills {@code burst} from queue {@code q}.
     *
     * @return frames received; 0 leaves the burst empty
     */
    int receive(int q, Burst burst) {
        final RxQueue queue = queues[q];
        final long epoch = publisher.epoch();
        final ForwardingSnapshot snapshot = publisher.current();
        burst.ingress = queue.port();
        trail.receiving(burst.ingress);
        final int size = queue.device().receive(queue.queue(), burst);
        if (size > 0) {
            trail.received(burst.ingress, size);
            burst.epoch = epoch;
            burst.snapshot = snapshot;
            counters.add(burst.ingress, PortCounter.RECEIVE_PACKETS_COLUMN, size);
            counters.add(burst.ingress, PortCounter.RECEIVE_BYTES_COLUMN, burst.bytes);
        }
        return size;
    }
}
