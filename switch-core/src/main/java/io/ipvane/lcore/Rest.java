// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.HotPath;
import io.ipvane.linux.ReadySet;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.IdleStrategy;

/**
 * What an lcore does in turns without work: it spins, yields, and then sleeps. Where everything
 * that there may be to do wakes it, it sleeps until then. Else, because a queue has to be asked,
 * for {@value #SHORT_NANOS} ns at most, and where there has been nothing for {@value #SHORT_PAUSES}
 * such sleeps, for {@value #LONG_NANOS} ns at most: that long may a frame wait there. It is woken
 * all the same by frames of the other queues, and by other threads.
 *
 * <p>Before it sleeps it says so, and takes one turn more. Whoever has something for it puts it
 * where a turn finds it, and then calls {@link #wake}: so either the turn finds it, or the sleep
 * ends at once.
 *
 * <p>Owned by the lcore, {@link #wake} and {@link #end} by any thread.
 */
@HotPath
final class Rest implements IdleStrategy {
    /** The longest sleep where a queue has to be asked; later, and at first. */
    static final long LONG_NANOS = 500_000;

    static final long SHORT_NANOS = 50_000;

    /** Short sleeps before the longer ones: 50 ms at least. */
    static final int SHORT_PAUSES = 1_000;

    /** The longest sleep where everything wakes it. */
    static final long AWAIT_NANOS = 100_000_000;

    private static final long FIRST_NANOS = 1_000;
    private static final int SPINS = 200;
    private static final int YIELDS = 50;

    private final ReadySet ready;
    private final RxQueues queues;
    private final BooleanSupplier settled;
    private final Runnable awoke;

    private int turns;
    private int pauses;
    private long pause = FIRST_NANOS;

    /** Written by the lcore. */
    private volatile boolean asleep;

    private volatile boolean ended;

    /**
     * @param ready the lcore's
     * @param queues that it takes from, or null where it takes its bursts from another lcore
     * @param settled whether all lcores have finished with all epochs before the present one: else
     *     a turn of this one may be what another waits for, and nobody rings for that
     * @param awoke told after each sleep, on the lcore's thread
     */
    Rest(ReadySet ready, RxQueues queues, BooleanSupplier settled, Runnable awoke) {
        this.settled = settled;
        this.awoke = awoke;
        this.ready = ready;
        this.queues = queues;
    }

    @Override
    public void idle(int workCount) {
        if (workCount > 0) {
            reset();
        } else {
            idle();
        }
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // No correctness lies in it.
    public void idle() {
        if (turns < SPINS) {
            turns++;
            Thread.onSpinWait();
        } else if (turns < SPINS + YIELDS) {
            turns++;
            Thread.yield();
        } else if (!asleep) {
            asleep = true;
            VarHandle.fullFence();
        } else if (!ended) {
            ready.await(nanos());
            awoke.run();
        }
    }

    private long nanos() {
        if (queues != null && queues.allAwaited() && settled.getAsBoolean()) {
            return AWAIT_NANOS;
        }
        final long now = pause;
        if (pauses < SHORT_PAUSES) {
            pauses++;
            pause = Math.min(2 * pause, SHORT_NANOS);
        } else {
            pause = Math.min(2 * pause, LONG_NANOS);
        }
        return now;
    }

    @Override
    public void reset() {
        turns = 0;
        if (asleep) {
            asleep = false;
            pauses = 0;
            pause = FIRST_NANOS;
        }
    }

    /** There is something to do, where a turn finds it. */
    void wake() {
        VarHandle.fullFence();
        if (asleep) {
            ready.ring();
        }
    }

    /** The lcore is about to be stopped: it does not sleep any more. */
    void end() {
        ended = true;
        wake();
    }
}
