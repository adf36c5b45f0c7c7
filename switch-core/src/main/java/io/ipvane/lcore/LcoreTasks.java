// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.request.Request;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * What other threads want done on an lcore between two of its turns, in the order in which they
 * asked. {@link #execute} may be called by any thread, {@link #runAll} and {@link #end} by the
 * lcore.
 */
final class LcoreTasks {
    private static final int MOST = 64;

    private static final long LOOK_NANOS = 20_000;

    private final String name;
    private final long patienceNanos;
    private final ManyToOneConcurrentArrayQueue<Request<Void>> waiting =
            new ManyToOneConcurrentArrayQueue<>(MOST);
    private volatile boolean ended;

    /**
     * @param name of the lcore
     * @param patienceNanos how long who asks waits for the task to begin
     */
    LcoreTasks(String name, long patienceNanos) {
        this.name = name;
        this.patienceNanos = patienceNanos;
    }

    /**
     * Has something done, and waits for it; on the caller's thread where the lcore has ended.
     *
     * @param change short, and does not throw
     * @param wake ends a sleep of the lcore
     * @throws LcoreBusyException where the lcore does not come to it in time; it then never runs
     */
    void execute(Runnable change, Runnable wake) {
        final Request<Void> request = Request.of(change);
        final long begin = System.nanoTime();
        boolean asked = waiting.offer(request);
        wake.run();
        while (!request.isDone()) {
            asked = asked || waiting.offer(request);
            if (ended && request.withdraw()) {
                change.run();
                return;
            }
            if (System.nanoTime() - begin > patienceNanos && request.withdraw()) {
                throw new LcoreBusyException(name, patienceNanos);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        request.answer();
    }

    /** Does what waits. */
    void runAll() {
        Request<Void> next = waiting.poll();
        while (next != null) {
            next.run();
            next = waiting.poll();
        }
    }

    /** Nothing more is done here: who asks does it. */
    void end() {
        ended = true;
    }
}
