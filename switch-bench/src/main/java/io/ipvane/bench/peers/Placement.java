// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.ipvane.bench.harness.BenchLibrary;
import java.lang.invoke.MethodHandle;

/**
 * How far the two CPUs of a run are from each other. Virtual CPUs move about the host within
 * seconds: near, a cache line takes tens of nanoseconds, far, hundreds.
 */
final class Placement {
    private static final MethodHandle PING_PONG =
            BenchLibrary.call("ipvane_bench_pingpong", JAVA_DOUBLE, JAVA_INT, JAVA_INT);

    private Placement() {}

    /** Nanoseconds for a cache line one way, now; takes some ten milliseconds. */
    static double nanos() {
        try {
            final double nanos =
                    (double) PING_PONG.invokeExact(Settings.controlCpu(), Settings.forwardingCpu());
            if (nanos < 0) {
                throw new IllegalStateException("no ping-pong between CPUs: " + nanos);
            }
            return nanos;
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
