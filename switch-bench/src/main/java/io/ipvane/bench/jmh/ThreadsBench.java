// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;

/** The whole switch under each thread plan, run by its own threads; frames a second. */
public class ThreadsBench {
    private static final long WATCH_NANOS = 10_000_000;
    private static final int TURNS = 16;

    @Benchmark
    @ControlPath
    public void shared(RunningCase.Shared running, Frames frames) {
        watch(running, frames);
    }

    @Benchmark
    @ControlPath
    public void runToCompletion(RunningCase.RunToCompletion running, Frames frames) {
        watch(running, frames);
    }

    @Benchmark
    @ControlPath
    public void pipeline(RunningCase.Pipeline running, Frames frames) {
        watch(running, frames);
    }

    private static void watch(RunningCase running, Frames frames) {
        LockSupport.parkNanos(WATCH_NANOS);
        running.watch(frames);
    }

    /** One thread, as there is no hand-over in C. */
    @Benchmark
    @Baseline(
            of = {"shared", "runToCompletion", "pipeline"},
            label = "C")
    public void threadsC(RunningCase.InC running, Frames frames) {
        running.dispatch.c(TURNS);
        running.watch(frames);
    }
}
