// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.burst.Stages;
import io.ipvane.counters.CounterShard;
import io.ipvane.egress.EgressDrop;
import io.ipvane.egress.EgressLanes;
import io.ipvane.pipeline.Pipeline;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.upcall.ToLcore;
import java.lang.foreign.Arena;
import org.agrona.concurrent.MessageHandler;

/**
 * Takes in what the conductor sends, each frame at the place of its way that the conductor named.
 * The rest of the way is that of any other frame: same stages, same egress, same lanes.
 *
 * <p>Owned by the lcore whose mailbox it is.
 */
@HotPath
final class Injector implements ToLcore.Listener {
    private static final int FRAMES_A_TURN = 64;

    private final ToLcore mailbox;
    private final SnapshotPublisher publisher;
    private final FramePool pool;
    private final CounterShard counters;
    private final EgressLanes lanes;
    private final Pipeline pipeline;
    private final Pipeline parse;
    private final Stage[] arrived;
    private final Stage[] decided;
    private final Burst burst;
    private final MessageHandler handler = ToLcore.handler(this);

    /** What the conductor has decided about the frame in the burst. */
    private int verdict;

    private int port;

    /**
     * @param arena lives longer
     * @param counters of the same lcore
     * @param lanes of the same lcore, and behind {@code egress}
     */
    Injector(
            Arena arena,
            ToLcore mailbox,
            SnapshotPublisher publisher,
            FramePool pool,
            CounterShard counters,
            EgressLanes lanes,
            Stage egress) {
        this.mailbox = mailbox;
        this.publisher = publisher;
        this.pool = pool;
        this.counters = counters;
        this.lanes = lanes;
        this.pipeline = Pipeline.afterConductor(arena, pool);
        this.parse = Pipeline.decidedBy(this::decide, pool);
        this.arrived = new Stage[] {pipeline, egress};
        this.decided = new Stage[] {parse, egress};
        this.burst = new Burst(arena);
    }

    /** Some frames, if there are any; says how many. */
    int doWork() {
        return mailbox.receive(handler, FRAMES_A_TURN);
    }

    @Override
    public void arrived(int ingress, long mbuf) {
        run(arrived, ingress, mbuf);
    }

    @Override
    public void decided(int ingress, int code, int to, long mbuf) {
        verdict = code;
        port = to;
        run(decided, ingress, mbuf);
    }

    private void decide(Burst of) {
        of.verdict(0, verdict);
        of.port(0, port);
    }

    /** A port that was removed while the frame was on its way has no counters any more. */
    private void run(Stage[] stages, int ingress, long mbuf) {
        final ForwardingSnapshot snapshot = publisher.current();
        if (snapshot.entry(ingress) == null) {
            pool.free(mbuf);
            return;
        }
        burst.snapshot = snapshot;
        burst.ingress = ingress;
        burst.size = 1;
        burst.frame(0, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
        Stages.run(stages, burst);
    }

    @Override
    public void finished(int to, long mbuf) {
        if (lanes.has(to)) {
            // What the conductor says itself is for all, or for nobody known.
            pool.mark(mbuf, 0);
            lanes.add(to, mbuf, pool.length(mbuf));
        } else {
            counters.add(to, EgressDrop.NO_PORT.column(), 1);
            pool.free(mbuf);
        }
    }

    /** Says and forgets the most recent exception of a stage, or null. Any thread. */
    Throwable takeLastError() {
        final Throwable error = pipeline.takeLastError();
        return error == null ? parse.takeLastError() : error;
    }
}
