// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.bench.dispatch.Dispatch;
import io.ipvane.bench.dispatch.DispatchSetup;
import io.ipvane.config.ThreadPlan;
import io.ipvane.dpdk.LcoreThread;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A switch that runs by its own threads, and what it has sent since last asked. */
@State(Scope.Thread)
public abstract class RunningCase {
    private static final int FRAMES = 1024;
    private static final int ADDRESSES = 1000;
    private static final int PORTS = 8;
    private static final long WARM_UP_FRAMES = 10_000_000;
    private static final long WARM_UP_NANOS = 3_000_000_000L;
    private static final long WATCH_NANOS = 1_000_000;

    @Param({"ring", "null"})
    String device;

    Dispatch dispatch;
    private final ThreadPlan plan;
    private final boolean started;
    private final int idle;
    private LcoreThread thread;
    private ThreadTimes lcores;
    private ThreadTimes conductor;
    private long sent;

    RunningCase(ThreadPlan plan, boolean started) {
        this(plan, started, 0);
    }

    /** With ports that say nothing. */
    RunningCase(ThreadPlan plan, boolean started, int idle) {
        this.plan = plan;
        this.started = started;
        this.idle = idle;
    }

    /** One lcore, one role after the other. */
    public static class Shared extends RunningCase {
        public Shared() {
            super(ThreadPlan.SHARED, true);
        }
    }

    /** One lcore, no ring. */
    public static class RunToCompletion extends RunningCase {
        public RunToCompletion() {
            super(ThreadPlan.RUN_TO_COMPLETION, true);
        }
    }

    /** One lcore, no ring, and 500 ports that say nothing. */
    public static class AmongIdle extends RunningCase {
        public AmongIdle() {
            super(ThreadPlan.RUN_TO_COMPLETION, true, 500);
        }
    }

    /** Two lcores: receive on one, the others on the other. */
    public static class Pipeline extends RunningCase {
        public Pipeline() {
            super(ThreadPlan.PIPELINE, true);
        }
    }

    /** The same in C, stepped by the benchmark's thread. */
    public static class InC extends RunningCase {
        public InC() {
            super(ThreadPlan.RUN_TO_COMPLETION, false);
        }
    }

    /** The threads of a switch would inherit a pinning; a thread that only watches needs none. */
    @Setup
    public void open() {
        final int last = Lcore.last();
        Lcore.startEal();
        thread = LcoreThread.register(started ? LcoreThread.UNPINNED : last);
        dispatch =
                new Dispatch(
                        new DispatchSetup(
                                device,
                                "l2",
                                "wire",
                                4,
                                ADDRESSES,
                                FRAMES,
                                PORTS,
                                idle,
                                plan,
                                plan == ThreadPlan.PIPELINE
                                        ? List.of(Lcore.first(), last)
                                        : List.of(last)));
        if (started) {
            dispatch.javaSwitch().start();
            warmUp();
            lcores = new ThreadTimes("lcore-");
            conductor = new ThreadTimes("conductor");
        } else {
            lcores = new ThreadTimes(Thread.currentThread().getName());
        }
    }

    /** Until the lcores run compiled code: JMH's own warm-ups are for the benchmark's thread. */
    private void warmUp() {
        final long latest = System.nanoTime() + WARM_UP_NANOS;
        while (dispatch.sent() < WARM_UP_FRAMES && System.nanoTime() < latest) {
            LockSupport.parkNanos(WATCH_NANOS);
        }
    }

    @Setup(Level.Iteration)
    public void begin() {
        watch(new Frames());
    }

    /** Counts what was sent, and the time of the threads, since last asked. */
    void watch(Frames frames) {
        final long now = dispatch.sent();
        frames.frames += now - sent;
        sent = now;
        frames.lcoreNanos += lcores.most();
        frames.conductorNanos += started ? conductor.most() : 0;
    }

    @TearDown
    public void close() {
        if (!dispatch.javaSwitch().errors().isEmpty()) {
            throw new IllegalStateException("a stage threw");
        }
        dispatch.close();
        thread.close();
    }
}
