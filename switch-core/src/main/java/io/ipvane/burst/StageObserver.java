// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

/**
 * Sees what the stages make of a burst. Called on the thread that runs them, with frames that are
 * still theirs: it reads and neither changes nor keeps anything, and never throws.
 */
@FunctionalInterface
public interface StageObserver {
    /**
     * A stage has run over the burst.
     *
     * @param stage its name
     * @param burst as the stage has left it
     */
    void after(String stage, Burst burst);
}
