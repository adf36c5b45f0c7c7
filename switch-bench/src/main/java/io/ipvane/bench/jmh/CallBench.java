// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ipvane.bench.harness.BenchLibrary;
import java.lang.invoke.MethodHandle;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * What crossing into C costs: calls of an empty function, and frames received and sent by net_null,
 * 64 with two calls, of which the one for Java also fills rows and prefetches.
 */
public class CallBench {
    private static final int CALLS = 1024;

    private static final MethodHandle NORMAL =
            BenchLibrary.call("ipvane_bench_empty", JAVA_INT, JAVA_INT);
    private static final MethodHandle CRITICAL =
            BenchLibrary.critical("ipvane_bench_empty", JAVA_INT, JAVA_INT);
    private static final MethodHandle IN_C =
            BenchLibrary.call("ipvane_bench_calls", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BOUNCE =
            BenchLibrary.call("ipvane_bench_bounce", JAVA_LONG, JAVA_SHORT, JAVA_INT);

    @Benchmark
    @OperationsPerInvocation(CALLS)
    public int normal(Lcore lcore) throws Throwable {
        int value = 0;
        for (int i = 0; i < CALLS; i++) {
            value = (int) NORMAL.invokeExact(value) + 1;
        }
        return value;
    }

    @Benchmark
    @OperationsPerInvocation(CALLS)
    public int critical(Lcore lcore) throws Throwable {
        int value = 0;
        for (int i = 0; i < CALLS; i++) {
            value = (int) CRITICAL.invokeExact(value) + 1;
        }
        return value;
    }

    @Benchmark
    @Baseline(
            of = {"normal", "critical"},
            label = "C")
    @OperationsPerInvocation(CALLS)
    public int emptyC(Lcore lcore) throws Throwable {
        return (int) IN_C.invokeExact(0, CALLS);
    }

    @Benchmark
    @OperationsPerInvocation(CALLS * NullPort.BURST)
    public long bounce(NullPort port) {
        long frames = 0;
        for (int i = 0; i < CALLS; i++) {
            frames += port.bounce();
        }
        return NullPort.check(frames, CALLS);
    }

    @Benchmark
    @Baseline(of = "bounce", label = "C")
    @OperationsPerInvocation(CALLS * NullPort.BURST)
    public long bounceC(NullPort port) throws Throwable {
        return NullPort.check((long) BOUNCE.invokeExact((short) port.device.id(), CALLS), CALLS);
    }
}
