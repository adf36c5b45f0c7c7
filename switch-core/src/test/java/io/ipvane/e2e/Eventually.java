// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import java.util.function.BooleanSupplier;

/** Waits for what takes a moment, at most ten seconds. */
final class Eventually {
    private static final long LIMIT = 10_000_000_000L;

    private Eventually() {}

    /** Returns when the condition holds; an assertion error where it does not get there. */
    static void holds(String what, BooleanSupplier condition) {
        final long end = System.nanoTime() + LIMIT;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within ten seconds: " + what);
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
