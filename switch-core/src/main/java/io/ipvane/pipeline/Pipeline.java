// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.LastError;
import io.ipvane.burst.Stage;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import java.util.Arrays;

/**
 * All stages in their order, from parsed bytes to verdict and finished headers. Sends nothing:
 * every frame leaves with a verdict that the lcore carries out.
 *
 * <p>An exception in a stage is a defect of ours, not of the frame's: the burst is dropped as
 * {@link DropReason#STAGE_ERROR}, the exception kept for the control plane to log, and the next
 * burst runs.
 */
@HotPath
public final class Pipeline implements Stage {
    private final LookupStage lookup = new LookupStage();
    private final DecideStage decide = new DecideStage();
    private final RewriteStage rewrite;
    private final FramePool pool;

    private final LastError lastError = new LastError();

    /** Stages of one lcore; {@code pool} is asked only for frames that must be rearranged. */
    public Pipeline(FramePool pool) {
        this.pool = pool;
        this.rewrite = new RewriteStage(pool);
    }

    @Override
    public void process(Burst burst) {
        try {
            final PortEntry ingress = ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress);
            Parser.parse(burst, ingress.uplink.mac(), ingress.parseOptions, pool);
            lookup.process(burst);
            decide.process(burst);
            rewrite.process(burst);
        } catch (RuntimeException | Error e) {
            failed(burst, e);
        }
    }

    private void failed(Burst burst, Throwable error) {
        lastError.set(error);
        Arrays.fill(burst.verdict, 0, burst.size, (byte) Verdict.drop(DropReason.STAGE_ERROR));
    }

    /** Says and forgets the most recent exception of a stage, or null. Any thread. */
    public Throwable takeLastError() {
        return lastError.take();
    }
}
