// SPDX-License-Identifier: Apache-2.0
package io.ipvane.snapshot;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ipvane.memory.Memory;
import io.ipvane.stress.Cells;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIJ_Result;

/**
 * Who acquires a snapshot sees all that was written before it was published, in native memory too;
 * and who has read an epoch finds a snapshot that is at least of that epoch.
 */
final class PublishTest {
    private static final int BUILT = 7;

    private PublishTest() {}

    private static ForwardingSnapshot snapshot(long generation) {
        return new ForwardingSnapshot(generation, new PortEntry[0], null, null);
    }

    @JCStressTest
    @Outcome(id = "0, 0, -1", expect = ACCEPTABLE, desc = "before")
    @Outcome(id = "0, 1, 7", expect = ACCEPTABLE, desc = "the snapshot is there first")
    @Outcome(id = "1, 1, 7", expect = ACCEPTABLE, desc = "after")
    @Outcome(expect = FORBIDDEN, desc = "half built, or the epoch without its snapshot")
    @State
    public static class Published {
        private final SnapshotPublisher publisher = new SnapshotPublisher();
        private final long table = Cells.of(0);

        @Actor
        public void conductor() {
            Memory.put64(table, BUILT);
            publisher.publish(snapshot(1));
        }

        @Actor
        public void lcore(IIJ_Result result) {
            result.r1 = (int) publisher.epoch();
            final ForwardingSnapshot snapshot = publisher.current();
            result.r2 = snapshot == null ? 0 : (int) snapshot.generation();
            result.r3 = snapshot == null ? -1 : Memory.i64(table);
        }
    }
}
