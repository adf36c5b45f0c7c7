// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.Status;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many answers of the switch's state are made and sent at a time: each holds memory until its
 * client has read it. Any thread.
 */
final class Readers {
    static final int AT_ONCE = 16;
    private static final long PATIENCE_SECONDS = 5;

    private final Semaphore places = new Semaphore(AT_ONCE, true);

    /**
     * Answers a request.
     *
     * @throws ProblemException 503 where all places are taken
     */
    void read(Runnable answer) {
        try {
            if (!places.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new ProblemException(
                        Status.SERVICE_UNAVAILABLE_503,
                        AT_ONCE + " other answers are being read; ask again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(
                    Status.SERVICE_UNAVAILABLE_503, "the admin interface is stopping");
        }
        try {
            answer.run();
        } finally {
            places.release();
        }
    }
}
