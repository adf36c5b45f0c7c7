// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

/**
 * One concern, one pass over a burst. No state but scratch memory; owned by one lcore.
 *
 * <p>The default method has the shape that both Disruptor drivers take as a method reference:
 * {@code EventPoller.Handler} (returns boolean) and {@code EventHandler} (ignores it).
 */
@FunctionalInterface
public interface Stage {
    /** Runs over all frames of the burst; never throws for what a frame contains. */
    void process(Burst burst);

    /** The Disruptor form of {@link #process}. */
    default boolean onBurst(Burst burst, long sequence, boolean endOfBatch) {
        process(burst);
        return true;
    }
}
