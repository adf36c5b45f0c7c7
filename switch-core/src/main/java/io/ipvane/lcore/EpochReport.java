// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.HotPath;
import io.ipvane.snapshot.Quiescence;
import io.ipvane.snapshot.SnapshotPublisher;

/**
 * How one role tells which epoch it has finished with. Owned by the lcore that runs the role.
 *
 * <p>A role at the head reads the epoch before its turn and reports it after. A role behind a ring
 * may still find older bursts in it: it reports the epoch of the last burst it finished, and where
 * the ring was empty, what the role before it had reported <i>before</i> the ring was found empty.
 */
@HotPath
final class EpochReport {
    /** There is no role before this one. */
    static final int HEAD = -1;

    private final Quiescence quiescence;
    private final SnapshotPublisher publisher;
    private final int reader;
    private final int upstream;
    private long candidate;
    private long finished;

    EpochReport(Quiescence quiescence, SnapshotPublisher publisher, int reader, int upstream) {
        this.quiescence = quiescence;
        this.publisher = publisher;
        this.reader = reader;
        this.upstream = upstream;
    }

    /** Before the turn looks for work. */
    void begin() {
        candidate = upstream == HEAD ? publisher.epoch() : quiescence.reported(upstream);
    }

    /** A burst taken in {@code epoch} is finished. */
    void finished(long epoch) {
        finished = epoch;
    }

    /** After the turn; {@code idle} says that no burst waited. */
    void end(boolean idle) {
        quiescence.report(reader, idle || upstream == HEAD ? candidate : finished);
    }

    /** The role has stopped for good. */
    void leave() {
        quiescence.leave(reader);
    }
}
