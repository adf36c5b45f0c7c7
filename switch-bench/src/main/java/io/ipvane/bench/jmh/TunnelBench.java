// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * Frames through a tunnel beside the plain dispatch of the same frames, from parse into the lanes;
 * frames a second. Each direction also takes back what it did to the frame, which the switch never
 * does.
 */
public class TunnelBench {
    @Benchmark
    @OperationsPerInvocation(TunnelBursts.FRAMES)
    public void encapsulate(TunnelBursts at) {
        at.encapsulate();
    }

    @Benchmark
    @OperationsPerInvocation(TunnelBursts.FRAMES)
    public void decapsulate(TunnelBursts at) {
        at.decapsulate();
    }

    @Benchmark
    @Baseline(
            of = {"encapsulate", "decapsulate"},
            label = "no tunnel")
    @OperationsPerInvocation(TunnelBursts.FRAMES)
    public void dispatch(TunnelBursts at) {
        at.dispatch();
    }
}
