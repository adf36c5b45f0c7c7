// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

/** One concern, one pass over a burst. No state but scratch memory; owned by one lcore. */
@FunctionalInterface
public interface Stage {
    /** Runs over all frames of the burst; never throws for what a frame contains. */
    void process(Burst burst);
}
