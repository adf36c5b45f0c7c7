// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import com.lmax.disruptor.EventPoller;
import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.burst.Stages;

/** Role TRANSMIT: carries out the verdicts of every burst that run is done with. */
@HotPath
final class TransmitRole implements LcoreRole {
    private final BurstRing ring;
    private final Transmitter transmitter;
    private final Stage[] stages;
    private final EpochReport report;
    private final EventPoller.Handler<Burst> handler = this::onBurst;

    TransmitRole(BurstRing ring, Transmitter transmitter, EpochReport report) {
        this.ring = ring;
        this.transmitter = transmitter;
        this.stages = new Stage[] {transmitter};
        this.report = report;
    }

    private boolean onBurst(Burst burst, long sequence, boolean endOfBatch) {
        final long epoch = burst.epoch;
        Stages.run(stages, burst);
        report.finished(epoch);
        return true;
    }

    @Override
    public int doWork() {
        report.begin();
        final int sent = transmitter.sends();
        final boolean worked = ring.transmit(handler);
        transmitter.flush();
        report.end(!worked);
        return sent + (worked ? 1 : 0);
    }

    /** Run has stopped before: what it left in the ring is still sent. */
    @Override
    public void close() {
        doWork();
        report.leave();
    }
}
