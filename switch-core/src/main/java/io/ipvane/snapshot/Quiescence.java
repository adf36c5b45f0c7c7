// SPDX-License-Identifier: Apache-2.0
package io.ipvane.snapshot;

import io.ipvane.table.Grace;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which epoch each reader has finished with: off the heap this is our grace period, as the
 * collector is on it. A reader is a role of an lcore that looks at snapshots or tables.
 *
 * <p>Each reader reports from its own thread, also on empty turns; the conductor asks. Rows are 128
 * bytes apart, so that a report never contends.
 */
public final class Quiescence implements Grace {
    private static final int STRIDE = 16;
    private static final VarHandle ROW = MethodHandles.arrayElementVarHandle(long[].class);

    private final SnapshotPublisher publisher;
    private final long[] reported;
    private final int readers;

    /** Nobody has reported yet: readers count as in epoch 0 until they do. */
    public Quiescence(SnapshotPublisher publisher, int readers) {
        this.publisher = publisher;
        this.readers = readers;
        this.reported = new long[(readers + 1) * STRIDE];
    }

    /** Reader's thread: everything begun in an epoch before {@code epoch} is over. */
    public void report(int reader, long epoch) {
        ROW.setRelease(reported, (reader + 1) * STRIDE, epoch);
    }

    /** What a reader reported last. Any thread. */
    public long reported(int reader) {
        return (long) ROW.getAcquire(reported, (reader + 1) * STRIDE);
    }

    /** The reader will not report again: it has stopped and holds nothing. */
    public void leave(int reader) {
        report(reader, Long.MAX_VALUE);
    }

    /** The epoch that every reader has reached. */
    public long reached() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < readers; i++) {
            least = Math.min(least, reported(i));
        }
        return least;
    }

    @Override
    public long retire() {
        return publisher.advance();
    }

    @Override
    public boolean passed(long ticket) {
        return reached() >= ticket;
    }
}
