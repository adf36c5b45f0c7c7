// SPDX-License-Identifier: Apache-2.0
package io.ipvane.snapshot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Hands one frozen snapshot from the conductor to all lcores, and counts epochs: an epoch ends with
 * every snapshot, and whenever an entry of a table written in place was retired.
 *
 * <p>Writer: conductor thread only. Readers: any.
 */
public final class SnapshotPublisher {
    private static final VarHandle CURRENT;
    private static final VarHandle EPOCH;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            CURRENT =
                    lookup.findVarHandle(
                            SnapshotPublisher.class, "current", ForwardingSnapshot.class);
            EPOCH = lookup.findVarHandle(SnapshotPublisher.class, "epoch", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // by CURRENT only
    private ForwardingSnapshot current;

    private long epoch;

    private volatile Runnable onAdvance = () -> {};

    /** Says what is to be done whenever a new epoch has begun: readers that sleep do not report. */
    public void onAdvance(Runnable now) {
        onAdvance = now;
    }

    /**
     * Release: everything written while building {@code next} is visible to whoever acquires it.
     */
    public void publish(ForwardingSnapshot next) {
        CURRENT.setRelease(this, next);
        advance();
    }

    /** Begins a new epoch and says its number; what was unreachable before is unused after it. */
    public long advance() {
        final long next = epoch + 1;
        EPOCH.setRelease(this, next);
        onAdvance.run();
        return next;
    }

    /** Acquire: call once a burst and keep the result; two calls may see two generations. */
    public ForwardingSnapshot current() {
        return (ForwardingSnapshot) CURRENT.getAcquire(this);
    }

    /** Acquire: read before {@link #current()}, so that the snapshot is at least of this epoch. */
    public long epoch() {
        return (long) EPOCH.getAcquire(this);
    }
}
