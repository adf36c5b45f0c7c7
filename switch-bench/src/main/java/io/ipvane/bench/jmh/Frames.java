// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Frames that a running switch forwarded while the benchmark's thread did something else, and the
 * CPU time that its threads had for that. Counted up by {@link RunningCase}.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Frames {
    /** Name of the secondary result: frames. */
    static final String FRAMES = "frames";

    /** Name of the secondary result: nanoseconds of the lcore that had most. */
    static final String LCORE = "lcoreNanos";

    /** Name of the secondary result: nanoseconds of the conductor. */
    static final String CONDUCTOR = "conductorNanos";

    public long frames;
    public long lcoreNanos;
    public long conductorNanos;
}
