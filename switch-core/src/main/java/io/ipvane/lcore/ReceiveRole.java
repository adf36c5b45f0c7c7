// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;

/** Role RECEIVE: rx queues into the ring. Stops asking while the ring is full: the queues hold. */
@HotPath
final class ReceiveRole implements LcoreRole {
    private final Receiver receiver;
    private final BurstRing ring;
    private final EpochReport report;
    private int next;

    ReceiveRole(Receiver receiver, BurstRing ring, EpochReport report) {
        this.receiver = receiver;
        this.ring = ring;
        this.report = report;
    }

    @Override
    public int doWork() {
        report.begin();
        int received = 0;
        final int queues = receiver.begin();
        for (int asked = queues; asked > 0; asked--) {
            final Burst burst = ring.free();
            if (burst == null) {
                break;
            }
            next = next + 1 >= queues ? 0 : next + 1;
            final int size = receiver.receive(next, burst);
            if (size > 0) {
                ring.publish();
                received += size;
            }
        }
        report.end(received == 0);
        return received;
    }

    @Override
    public void close() {
        report.leave();
    }
}
