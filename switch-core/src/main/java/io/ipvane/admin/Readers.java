// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.Status;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many answers of the switch's state are made and sent at a time: each holds memory until its
 * client has read it. Any thread.
 *
 * <p>Few may wait as well, so that of all connections only some are the daemon's to go on with, and
 * one that asks for something small finds a place ({@link Connections}).
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
        if (places.getQueueLength() >= AT_ONCE) {
            throw busy();
        }
        try {
            if (!places.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw busy();
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

    private static ProblemException busy() {
        return new ProblemException(
                Status.SERVICE_UNAVAILABLE_503,
                AT_ONCE + " other answers are being read; ask again");
    }
}
