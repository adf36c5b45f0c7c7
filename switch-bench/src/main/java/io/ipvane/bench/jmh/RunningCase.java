// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.bench.dispatch.Dispatch;
import io.ipvane.bench.dispatch.DispatchSetup;
import io.ipvane.config.ThreadPlan;
import io.ipvane.dpdk.LcoreThread;
import java.util.List;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A switch that runs by its own threads, and how many frames it has sent since last asked. */
@State(Scope.Thread)
public abstract class RunningCase {
    private static final int FRAMES = 1024;
    private static final int ADDRESSES = 1000;
    private static final int PORTS = 8;

    @Param({"ring", "null"})
    String device;

    Dispatch dispatch;
    private final ThreadPlan plan;
    private final boolean started;
    private LcoreThread thread;
    private long seen;

    RunningCase(ThreadPlan plan, boolean started) {
        this.plan = plan;
        this.started = started;
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
                                plan,
                                plan == ThreadPlan.PIPELINE
                                        ? List.of(Lcore.first(), last)
                                        : List.of(last)));
        if (started) {
            dispatch.javaSwitch().start();
        }
    }

    @Setup(Level.Iteration)
    public void begin() {
        seen = dispatch.sent();
    }

    /** Frames sent since last asked. */
    long sent() {
        final long now = dispatch.sent();
        final long since = now - seen;
        seen = now;
        return since;
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
