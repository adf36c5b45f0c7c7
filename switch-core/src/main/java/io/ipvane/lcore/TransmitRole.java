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
    private final Injector injector;
    private final Transmitter transmitter;
    private final Stage[] stages;
    private final EpochReport report;
    private final EventPoller.Handler<Burst> handler = this::onBurst;

    /**
     * @param stages what a burst passes here: the egress alone, or a pipeline before it where
     *     nobody else runs the bursts of the ring
     * @param transmitter behind the egress
     */
    TransmitRole(
            BurstRing ring,
            Injector injector,
            Stage[] stages,
            Transmitter transmitter,
            EpochReport report) {
        this.ring = ring;
        this.injector = injector;
        this.stages = stages.clone();
        this.transmitter = transmitter;
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
        final int injected = injector.doWork();
        final boolean worked = ring.transmit(handler);
        transmitter.flush();
        report.end(!worked);
        return injected + (worked ? 1 : 0);
    }

    /** Who fills the ring has stopped before: what is left in it is still sent. */
    @Override
    public void close() {
        doWork();
        report.leave();
    }
}
