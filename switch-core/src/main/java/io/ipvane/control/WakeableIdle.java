// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;

/**
 * How the conductor waits where there is nothing to do: up to a millisecond, as lcores wake nobody;
 * but a command ends the wait, so that what it changes holds within microseconds.
 *
 * <p>{@link #wake}: any thread; the rest as {@link IdleStrategy} says.
 */
final class WakeableIdle implements IdleStrategy {
    private static final long TURN = TimeUnit.MILLISECONDS.toNanos(1);

    private volatile Thread waiting;

    /** Says whose waits {@link #wake} ends; nobody's before. */
    void wakes(Thread thread) {
        waiting = thread;
    }

    void wake() {
        LockSupport.unpark(waiting);
    }

    @Override
    public void idle(int workCount) {
        if (workCount <= 0) {
            idle();
        }
    }

    @Override
    public void idle() {
        LockSupport.parkNanos(TURN);
    }

    @Override
    public void reset() {
        // Every wait is like the first.
    }
}
