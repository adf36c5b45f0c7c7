// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that what is there becomes what is configured: looks when somebody says that something
 * went, often while something is waited for, and once a second anyway. Has a thread of its own.
 */
final class Reconciler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final long WAITING_MILLIS = 250;
    private static final long QUIET_MILLIS = 1000;

    /** Looks once. */
    interface Work {
        /** Whether something is waited for. */
        boolean reconcile();
    }

    private final Work work;
    private final Semaphore wake = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "reconciler");
    private volatile boolean closed;

    Reconciler(Work work) {
        this.work = work;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Something went, or may have come: look soon. Any thread. */
    void wake() {
        wake.release();
    }

    private void run() {
        boolean waiting = true;
        while (!closed) {
            try {
                wake.tryAcquire(waiting ? WAITING_MILLIS : QUIET_MILLIS, TimeUnit.MILLISECONDS);
                wake.drainPermits();
                if (!closed) {
                    waiting = work.reconcile();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | Error e) {
                // The next look comes after a pause.
                LOG.error("event=reconcile_failed", e);
                waiting = false;
            }
        }
    }

    /** No look is under way when this returns. */
    @Override
    public void close() {
        closed = true;
        wake.release();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
