// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import com.lmax.disruptor.EventPoller;
import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.burst.Stages;

/** Role RUN on an lcore of its own: the stages of the pipeline over every burst, in place. */
@HotPath
final class RunRole implements LcoreRole {
    private final BurstRing ring;
    private final Stage[] stages;
    private final EpochReport report;
    private final EventPoller.Handler<Burst> handler = this::onBurst;

    RunRole(BurstRing ring, Stage pipeline, EpochReport report) {
        this.ring = ring;
        this.stages = new Stage[] {pipeline};
        this.report = report;
    }

    private boolean onBurst(Burst burst, long sequence, boolean endOfBatch) {
        Stages.run(stages, burst);
        report.finished(burst.epoch);
        return true;
    }

    @Override
    public int doWork() {
        report.begin();
        final boolean worked = ring.run(handler);
        report.end(!worked);
        return worked ? 1 : 0;
    }

    /** Receive has stopped before: what it left in the ring is still decided. */
    @Override
    public void close() {
        ring.run(handler);
        report.leave();
    }
}
