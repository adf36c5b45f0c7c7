// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.List;

/**
 * Which lcores forward, and how.
 *
 * @param plan how they share the work
 * @param lcores CPU numbers, distinct, at least one
 * @param idle what they do when no frame waits
 */
public record ThreadsConfig(ThreadPlan plan, List<Integer> lcores, IdleMode idle) {
    static final ThreadsConfig DEFAULT =
            new ThreadsConfig(ThreadPlan.SHARED, List.of(0), IdleMode.BACKOFF);

    /** Copies the list. */
    public ThreadsConfig {
        lcores = List.copyOf(lcores);
    }
}
