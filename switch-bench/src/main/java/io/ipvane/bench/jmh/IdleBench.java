// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;

/** One busy port of a switch that runs by its own threads, among 500 idle ones; frames a second. */
public class IdleBench {
    private static final long WATCH_NANOS = 10_000_000;

    @Benchmark
    @ControlPath
    public void among500(RunningCase.AmongIdle running, Frames frames) {
        watch(running, frames);
    }

    @Benchmark
    @Baseline(of = "among500", label = "alone")
    public void alone(RunningCase.RunToCompletion running, Frames frames) {
        watch(running, frames);
    }

    private static void watch(RunningCase running, Frames frames) {
        LockSupport.parkNanos(WATCH_NANOS);
        running.watch(frames);
    }
}
