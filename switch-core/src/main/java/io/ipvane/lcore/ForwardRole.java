// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.burst.Stages;

/** Role FORWARD: from its own rx queues through all stages to its own tx queues, no hand-over. */
@HotPath
final class ForwardRole implements LcoreRole {
    private final Receiver receiver;
    private final Transmitter transmitter;
    private final Stage[] stages;
    private final EpochReport report;
    private final boolean sends;
    private final Burst burst;

    /**
     * @param sends whether this lcore is the one that sends for the conductor
     */
    ForwardRole(
            Receiver receiver,
            Stage pipeline,
            Transmitter transmitter,
            EpochReport report,
            boolean sends,
            Burst burst) {
        this.receiver = receiver;
        this.transmitter = transmitter;
        this.stages = new Stage[] {pipeline, transmitter};
        this.report = report;
        this.sends = sends;
        this.burst = burst;
    }

    @Override
    public int doWork() {
        report.begin();
        int worked = sends ? transmitter.sends() : 0;
        for (int q = 0; q < receiver.queues(); q++) {
            final int size = receiver.receive(q, burst);
            if (size > 0) {
                Stages.run(stages, burst);
                worked += size;
            }
        }
        transmitter.flush();
        report.end(worked == 0);
        return worked;
    }

    @Override
    public void close() {
        if (sends) {
            transmitter.sends();
            transmitter.flush();
        }
        report.leave();
    }
}
