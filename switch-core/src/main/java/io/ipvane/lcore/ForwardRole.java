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
    private final HandIn handIn;
    private final Stage[] stages;
    private final Transmitter transmitter;
    private final EpochReport report;
    private final Burst burst;

    /**
     * @param handIn or null where no other lcore forwards
     * @param stages the whole way of a burst, the egress last
     * @param transmitter behind the egress
     */
    ForwardRole(
            Receiver receiver,
            Injector injector,
            HandIn handIn,
            Stage[] stages,
            Transmitter transmitter,
            EpochReport report,
            Burst burst) {
        this.receiver = receiver;
        this.injector = injector;
        this.handIn = handIn;
        this.stages = stages.clone();
        this.transmitter = transmitter;
        this.report = report;
        this.burst = burst;
    }

    @Override
    public int doWork() {
        report.begin();
        int worked = takeIn();
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
        if (handIn != null) {
            handIn.end();
        }
        return worked;
    }

    @Override
    public void close() {
        takeIn();
        transmitter.flush();
        report.leave();
        if (handIn != null) {
            handIn.leave();
        }
    }

    /** What others have for this lcore. */
    private int takeIn() {
        int taken = injector.doWork();
        if (handIn != null) {
            taken += handIn.doWork();
        }
        return taken;
    }
}
