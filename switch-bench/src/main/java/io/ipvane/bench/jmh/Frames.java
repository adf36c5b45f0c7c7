// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Frames that others forwarded while the benchmark's thread did something else: a second rate. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Frames {
    /** Name of the secondary result. */
    static final String RESULT = "frames";

    /** Counted up by the benchmark. */
    public long frames;
}
