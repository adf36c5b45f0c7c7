// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.HotPath;
import io.ipvane.burst.LastError;
import io.ipvane.dpdk.LcoreThread;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import org.agrona.concurrent.Agent;

/**
 * Everything one lcore runs, in one turn after the other; pins and registers its thread at the
 * start (without registration mempools run without their cache: half the speed) and undoes it at
 * the end.
 *
 * <p>An exception that a role lets through is a defect; it is kept for the control plane to log,
 * and the next turn runs: the thread must not end while others count on its reports.
 */
@HotPath
final class LcoreAgent implements Agent {
    private static final VarHandle BUSY = time("busyNanos");
    private static final VarHandle IDLE = time("idleNanos");
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private final String name;
    private final int lcore;
    private final LcoreRole[] roles;
    private final LcoreTasks tasks;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final LastError lastError = new LastError();
    private LcoreThread thread;

    /** Ends its sleep; set before the thread starts. */
    private Runnable wake = () -> {};

    private long last;

    // Written by the lcore only, with opaque stores: other threads read them as they go.
    private long busyNanos;
    private long idleNanos;

    LcoreAgent(String name, int lcore, LcoreRole[] roles) {
        this.name = name;
        this.lcore = lcore;
        this.roles = roles.clone();
        this.tasks = new LcoreTasks(name, PATIENCE_NANOS);
    }

    private static VarHandle time(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(LcoreAgent.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Whoever waits for {@link #started} is told why the thread could not be had. */
    @Override
    public void onStart() {
        try {
            thread = LcoreThread.register(lcore);
        } catch (RuntimeException | Error e) {
            started.completeExceptionally(e);
            throw e;
        }
        last = System.nanoTime();
        started.complete(null);
    }

    /** Says what ends its sleep, so that {@link #execute} need not wait for that. */
    void wakeBy(Runnable now) {
        wake = now;
    }

    /** Completes once the thread runs, or with what {@link LcoreThread#register} threw. */
    CompletableFuture<Void> started() {
        return started;
    }

    /**
     * Has something done between two turns, and waits for it: on the lcore's thread, or on the
     * caller's where that has not begun or has ended. Any thread.
     *
     * @param change short, and does not throw
     * @throws LcoreBusyException where the thread does not come to it in time; it then never runs
     */
    void execute(Runnable change) {
        if (ran()) {
            tasks.execute(change, wake);
        } else {
            change.run();
        }
    }

    @Override
    public int doWork() {
        int worked = 0;
        try {
            tasks.runAll();
            worked = turn();
        } catch (RuntimeException | Error e) {
            lastError.set(e);
        }
        final long now = System.nanoTime();
        if (worked > 0) {
            BUSY.setOpaque(this, busyNanos + now - last);
        } else {
            IDLE.setOpaque(this, idleNanos + now - last);
        }
        last = now;
        return worked;
    }

    /**
     * A sleep has ended: it was idle until now, whatever the next turn finds. The lcore's thread.
     */
    void awoke() {
        final long now = System.nanoTime();
        IDLE.setOpaque(this, idleNanos + now - last);
        last = now;
    }

    /** One turn of every role, upstream first. */
    int turn() {
        int worked = 0;
        for (LcoreRole role : roles) {
            worked += role.doWork();
        }
        return worked;
    }

    /** Upstream roles first, so that each finds what the one before has left. */
    @Override
    public void onClose() {
        if (thread != null) {
            try {
                closeRoles();
            } finally {
                tasks.end();
                thread.close();
            }
        }
    }

    /** Whether the thread was had; where it was not, somebody else must close the roles. */
    boolean ran() {
        return started.isDone() && !started.isCompletedExceptionally();
    }

    /** The last turn of every role; the thread that ran them, or once that has ended another. */
    void closeRoles() {
        for (LcoreRole role : roles) {
            role.close();
        }
    }

    @Override
    public String roleName() {
        return name;
    }

    int lcore() {
        return lcore;
    }

    /**
     * Nanoseconds of turns that did work, and what followed them. Any thread; perhaps a moment old.
     */
    long busyNanos() {
        return (long) BUSY.getOpaque(this);
    }

    /** Nanoseconds of turns that found none, sleep included. Any thread; perhaps a moment old. */
    long idleNanos() {
        return (long) IDLE.getOpaque(this);
    }

    /** Says and forgets the most recent exception of a turn, or null. Any thread. */
    Throwable takeLastError() {
        return lastError.take();
    }
}
