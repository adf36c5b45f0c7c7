// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import com.lmax.disruptor.EventPoller;
import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.burst.Stages;

/**
 * Role TRANSMIT: carries out the verdicts of every burst that run is done with. Where one lcore has
 * both roles it runs each burst here and transmits it before the next one is run: what takes the
 * short way out of a burst must not overtake what an earlier burst still holds.
 */
@HotPath
final class TransmitRole implements LcoreRole {
    private final BurstRing ring;
    private final Transmitter transmitter;
    private final Stage[] stages;
    private final EpochReport report;
    private final EventPoller.Handler<Burst> handler = this::onBurst;

    /** Behind a {@link RunRole}. */
    TransmitRole(BurstRing ring, Transmitter transmitter, EpochReport report) {
        this(ring, transmitter, report, new Stage[] {transmitter});
    }

    /** In the place of a {@link RunRole} too; the ring is one that nobody else runs bursts of. */
    TransmitRole(BurstRing ring, Stage pipeline, Transmitter transmitter, EpochReport report) {
        this(ring, transmitter, report, new Stage[] {pipeline, transmitter});
    }

    private TransmitRole(
            BurstRing ring, Transmitter transmitter, EpochReport report, Stage[] stages) {
        this.ring = ring;
        this.transmitter = transmitter;
        this.stages = stages;
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

    /** Who fills the ring has stopped before: what is left in it is still sent. */
    @Override
    public void close() {
        doWork();
        report.leave();
    }
}
