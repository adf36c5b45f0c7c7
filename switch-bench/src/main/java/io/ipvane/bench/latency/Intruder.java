// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.util.Locale;

/**
 * A stretch of time in which somebody else ran on the CPU of the switch's thread or of the
 * generator's.
 *
 * @param name of the thread, as the kernel has it; {@code idle}: nobody ran
 * @param offset of its begin
 * @param length nanoseconds
 */
record Intruder(String name, Side side, long offset, long length) {
    /** Whose thread it is. */
    enum Side {
        /** The switch's process: what it does to its own latency. */
        SWITCH,
        /** The generator's process. */
        GENERATOR,
        /** Another program, or the kernel for itself: not the fault of who is measured. */
        OTHER
    }

    /** Side and name. */
    String label() {
        return side.name().toLowerCase(Locale.ROOT) + ":" + name;
    }

    long end() {
        return offset + length;
    }

    boolean meets(long from, long to) {
        return offset < to && from < end();
    }
}
