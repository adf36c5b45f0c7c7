// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Grace for one reader, as the lcores report it: a deletion publishes a generation with release,
 * and the reader reports with release, after a burst, the generation that it acquired before it. In
 * every other table they wait for each other for a while, so that the reuse of a slot often meets
 * the burst after the report; in the rest the writer goes on at once and must take another slot.
 */
final class HandOver implements Grace {
    private static final int SPINS = 100;
    private static final VarHandle GENERATION = field("generation");
    private static final VarHandle REPORTED = field("reported");

    private static int created;

    private final int spins = (created++ & 1) * SPINS;
    private long generation;
    private long reported;

    @Override
    public long retire() {
        final long next = generation + 1;
        GENERATION.setRelease(this, next);
        return next;
    }

    @Override
    public boolean passed(long ticket) {
        for (int i = 0; i <= spins; i++) {
            if ((long) REPORTED.getAcquire(this) >= ticket) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /** The reader, between two bursts: reports once more, when there is something new to report. */
    void quiesce() {
        long seen = 0;
        for (int i = 0; i <= spins && seen == 0; i++) {
            seen = (long) GENERATION.getAcquire(this);
            Thread.onSpinWait();
        }
        REPORTED.setRelease(this, seen);
    }

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(HandOver.class, name, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
