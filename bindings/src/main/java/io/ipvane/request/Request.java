// SPDX-License-Identifier: Apache-2.0
package io.ipvane.request;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Work that one thread, the asker, wants done on another, the worker. The asker has limited
 * patience until the work begins. Then either the asker takes the work back, and it never runs; or
 * the worker has begun, and the asker waits for the end. So nobody goes away from work that may
 * still be done: an asker that gave up may free what the work would have used.
 *
 * <p>{@link #run} is for the worker, {@link #withdraw} for both, all else for the asker. The work
 * must not wait for the asker.
 *
 * @param <T> what the work answers
 */
public final class Request<T> {
    private enum State {
        WAITING,
        BEGUN,
        WITHDRAWN
    }

    private final Supplier<T> work;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    /** Counted down when the work is done or taken back. */
    private final CountDownLatch over = new CountDownLatch(1);

    // Written by the worker before the latch is counted down, read by the asker after it.
    private T answer;
    private Throwable failure;

    /** A request that nobody has been asked yet. */
    public Request(Supplier<T> work) {
        this.work = work;
    }

    /** A request for work that answers nothing. */
    public static Request<Void> of(Runnable work) {
        return new Request<>(
                () -> {
                    work.run();
                    return null;
                });
    }

    /** Does the work, unless it was taken back; an exception of the work is for the asker. */
    public void run() {
        if (!state.compareAndSet(State.WAITING, State.BEGUN)) {
            return;
        }
        try {
            answer = work.get();
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            over.countDown();
        }
    }

    /**
     * Takes the work back. A worker that ends withdraws what it will not do, so that the asker need
     * not wait.
     *
     * @return whether it will never run; false where it has begun or is done
     */
    public boolean withdraw() {
        if (state.compareAndSet(State.WAITING, State.WITHDRAWN)) {
            over.countDown();
        }
        return isWithdrawn();
    }

    private boolean isWithdrawn() {
        return state.get() == State.WITHDRAWN;
    }

    /** Whether the work is done, perhaps with an exception. */
    public boolean isDone() {
        return over.getCount() == 0 && !isWithdrawn();
    }

    /**
     * Waits until the work is done. Where it has not begun in time, or the asker is interrupted
     * before it has, it is taken back; an interrupt stays set.
     *
     * @param nanos how long to wait for the beginning, in nanoseconds
     * @return whether it is done; false where it was taken back
     */
    public boolean finish(long nanos) {
        boolean interrupted = false;
        try {
            if (!over.await(nanos, TimeUnit.NANOSECONDS)) {
                withdraw();
            }
        } catch (InterruptedException e) {
            interrupted = true;
            withdraw();
        }
        while (over.getCount() > 0) {
            try {
                over.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !isWithdrawn();
    }

    /**
     * What the work answered; it is done.
     *
     * @throws RuntimeException what the work threw
     */
    public T answer() {
        if (!isDone()) {
            throw new IllegalStateException("the work is not done");
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return answer;
    }
}
