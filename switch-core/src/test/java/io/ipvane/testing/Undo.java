// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What to take back at the end, last first; one that fails does not stop the others. One thread.
 */
public final class Undo implements AutoCloseable {
    private final Deque<Runnable> steps = new ArrayDeque<>();

    /** Remembers how to take back the step that has just been made. */
    public void add(Runnable step) {
        steps.push(step);
    }

    /** Takes back all steps; throws the first failure with the others attached to it. */
    @Override
    public void close() {
        AssertionError failure = null;
        while (!steps.isEmpty()) {
            try {
                steps.pop().run();
            } catch (RuntimeException | AssertionError e) {
                if (failure == null) {
                    failure = new AssertionError("clean-up failed: " + e.getMessage(), e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
