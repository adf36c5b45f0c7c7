// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

/**
 * Calls stages one after the other, and keeps them apart.
 *
 * <p>All stages of the switch are called from the one line below. With so many classes behind one
 * call the compiler gives each a method of its own, whose loops have the registers to themselves
 * and whose accessors are inlined to the end. Called where they are used, they were all inlined
 * into one method until the depth of inlining was used up: whole bursts took a quarter to a third
 * longer, and how much differed from start to start.
 */
@HotPath
public final class Stages {
    private Stages() {}

    /** Every stage over the burst, in order. */
    public static void run(Stage[] stages, Burst burst) {
        for (int i = 0; i < stages.length; i++) {
            stages[i].process(burst);
        }
    }
}
