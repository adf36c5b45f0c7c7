// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.bench.dispatch.Dispatch;
import io.ipvane.bench.dispatch.DispatchSetup;
import io.ipvane.burst.Burst;
import io.ipvane.config.ThreadPlan;
import java.util.List;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The whole switch, stepped by the benchmark's thread, in Java or in C. Checks after every
 * iteration that each turn had a full burst and that all of it was sent.
 */
@State(Scope.Thread)
public abstract class DispatchCase {
    /** Frames of an invocation. */
    static final int FRAMES = DispatchCase.TURNS * Burst.MAX;

    private static final int TURNS = 16;
    private static final int PORTS = 8;
    private static final int MOST_FRAMES = 1 << 16;

    @Param({"ring", "null"})
    String device;

    @Param({"l2", "l3"})
    String mode;

    /** Where the frames come from. */
    @Param({"wire", "inside"})
    String ingress;

    @Param({"4", "6"})
    int family;

    @Param("1000")
    int addresses;

    private final ThreadPlan plan;
    private Dispatch dispatch;
    private long frames;
    private long before;

    DispatchCase(ThreadPlan plan) {
        this.plan = plan;
    }

    /** Receive, run and transmit over a ring of bursts, one thread. */
    public static class Shared extends DispatchCase {
        public Shared() {
            super(ThreadPlan.SHARED);
        }
    }

    /** One burst from receive to transmit. */
    public static class RunToCompletion extends DispatchCase {
        public RunToCompletion() {
            super(ThreadPlan.RUN_TO_COMPLETION);
        }
    }

    @Setup
    public void open(Lcore lcore) {
        dispatch =
                new Dispatch(
                        new DispatchSetup(
                                device,
                                mode,
                                ingress,
                                family,
                                addresses,
                                Math.max(FRAMES, Math.min(addresses, MOST_FRAMES)),
                                PORTS,
                                plan,
                                List.of(Lcore.last())));
    }

    long java() {
        frames += FRAMES;
        return dispatch.java(TURNS);
    }

    long c() {
        frames += FRAMES;
        return dispatch.c(TURNS);
    }

    @Setup(Level.Iteration)
    public void begin() {
        frames = 0;
        before = dispatch.sent();
    }

    @TearDown(Level.Iteration)
    public void check() {
        if (dispatch.sent() - before != frames || !dispatch.javaSwitch().errors().isEmpty()) {
            throw new IllegalStateException(
                    (dispatch.sent() - before) + " frames were sent, not " + frames);
        }
    }

    @TearDown
    public void close() {
        dispatch.close();
    }
}
