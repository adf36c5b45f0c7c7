// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.memory.Memory;
import io.ipvane.snapshot.Quiescence;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.stress.Cells;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * An entry in native memory that lcores find by a link, and that the conductor takes away: it
 * unlinks the entry, begins an epoch, and frees the entry where that has passed for all readers.
 */
final class Retirement {
    /** What stands in the entry. */
    static final int LIVE = 7;

    /** What stands there once it is freed. */
    static final int FREED = -7;

    /** Nobody finds it any more. */
    static final int UNLINKED = 0;

    private static final int SPINS = 200;
    private static final VarHandle LINK;

    static {
        try {
            LINK = MethodHandles.lookup().findVarHandle(Retirement.class, "link", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final SnapshotPublisher publisher = new SnapshotPublisher();
    final Quiescence quiescence;
    private final long entry = Cells.of(LIVE);

    @SuppressWarnings("unused") // by LINK only
    private long link = entry;

    /** With so many readers. */
    Retirement(int readers) {
        quiescence = new Quiescence(publisher, readers);
    }

    /** Reader: the address of the entry, or {@link #UNLINKED}. */
    long find() {
        return (long) LINK.getAcquire(this);
    }

    /** Reader: what stands in an entry that was found. */
    static int read(long found) {
        return found == UNLINKED ? UNLINKED : (int) Memory.i64(found);
    }

    /** Conductor: the readers have some time to report. */
    void retire() {
        final long ticket = unlink();
        for (int i = 0; i < SPINS; i++) {
            if (freeIfPassed(ticket)) {
                return;
            }
            Thread.onSpinWait();
        }
    }

    /** Conductor: the first half of {@link #retire}. */
    long unlink() {
        LINK.setRelease(this, (long) UNLINKED);
        return quiescence.retire();
    }

    /** Conductor: the second half. */
    boolean freeIfPassed(long ticket) {
        final boolean passed = quiescence.passed(ticket);
        if (passed) {
            Memory.put64(entry, FREED);
        }
        return passed;
    }
}
