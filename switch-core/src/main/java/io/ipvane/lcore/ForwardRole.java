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
    private final Injector injector;
    private final Stage[] stages;
    private final Transmitter transmitter;
    private final EpochReport report;
    private final Burst burst;

    /**
     * @param injector or null where another lcore takes in for the conductor
     * @param stages the whole way of a burst, the egress last
     * @param transmitter behind the egress
     */
    ForwardRole(
            Receiver receiver,
            Injector injector,
            Stage[] stages,
            Transmitter transmitter,
            EpochReport report,
            Burst burst) {
        this.receiver = receiver;
        this.injector = injector;
        this.stages = stages.clone();
        this.transmitter = transmitter;
        this.report = report;
        this.burst = burst;
    }

    @Override
    public int doWork() {
        report.begin();
        int worked = inject();
        final int asked = receiver.begin();
        for (int q = 0; q < asked; q++) {
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
        inject();
        transmitter.flush();
        report.leave();
    }

    private int inject() {
        return injector == null ? 0 : injector.doWork();
    }
}
