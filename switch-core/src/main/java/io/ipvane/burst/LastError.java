// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The most recent exception of something that must go on all the same: kept by the thread that met
 * it, taken by the one that logs. However many there are, only one waits.
 */
@HotPath
public final class LastError {
    private final AtomicReference<Throwable> error = new AtomicReference<>();

    /** Keeps an exception in place of the one before. Any thread. */
    public void set(Throwable now) {
        error.set(now);
    }

    /** Says and forgets the most recent exception, or null. Any thread; each is said once. */
    public Throwable take() {
        return error.getAndSet(null);
    }
}
