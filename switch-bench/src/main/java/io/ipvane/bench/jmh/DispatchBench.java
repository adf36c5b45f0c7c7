// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** The whole switch from receive to transmit on one thread; frames a second. */
public class DispatchBench {
    @Benchmark
    @OperationsPerInvocation(DispatchCase.FRAMES)
    public long shared(DispatchCase.Shared dispatch) {
        return dispatch.java();
    }

    @Benchmark
    @OperationsPerInvocation(DispatchCase.FRAMES)
    public long runToCompletion(DispatchCase.RunToCompletion dispatch) {
        return dispatch.java();
    }

    @Benchmark
    @Baseline(
            of = {"shared", "runToCompletion"},
            label = "C")
    @OperationsPerInvocation(DispatchCase.FRAMES)
    public long dispatchC(DispatchCase.RunToCompletion dispatch) {
        return dispatch.c();
    }
}
