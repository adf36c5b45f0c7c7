// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that looks after sockets. To reset one takes as long as the vhost library takes for its
 * other peers, which the conductor, and with it every other port, must not wait for.
 *
 * <p>Any thread may add and close.
 */
final class SocketKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SocketKeeper.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final Duration every;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(
                    1,
                    task -> {
                        final Thread made = new Thread(task, "socket-keeper");
                        made.setDaemon(true);
                        return made;
                    });

    SocketKeeper() {
        this(EVERY);
    }

    /** For tests: looks so often. */
    SocketKeeper(Duration every) {
        this.every = every;
        thread.setRemoveOnCancelPolicy(true);
    }

    /**
     * Looks after something from now on.
     *
     * @param look done on the keeper's thread about once a second; one that throws is logged and
     *     done again
     * @return to be closed by who closes the socket; a look under way may go on
     */
    AutoCloseable keep(String name, Runnable look) {
        final Future<?> looks =
                thread.scheduleWithFixedDelay(
                        () -> attempt(name, look),
                        every.toMillis(),
                        every.toMillis(),
                        TimeUnit.MILLISECONDS);
        return () -> looks.cancel(false);
    }

    private static void attempt(String name, Runnable look) {
        try {
            look.run();
        } catch (RuntimeException | Error e) {
            LOG.error("event=keeper_error socket=\"{}\"", name, e);
        }
    }

    /** The last socket is closed, and nobody adds another. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
