// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class SocketKeeperTest {
    private final Logger log = (Logger) LoggerFactory.getLogger(SocketKeeper.class);
    private final SocketKeeper keeper = new SocketKeeper(Duration.ofMillis(1));

    @BeforeEach
    void doNotTellOfFailuresThatAreMadeHere() {
        log.setLevel(Level.OFF);
    }

    @AfterEach
    void close() {
        keeper.close();
        log.setLevel(null);
    }

    /** The conductor adds and asks; what a reset waits for is not its business. */
    @Test
    void shouldKeepNobodyWaitingWhileAResetDoes() throws Exception {
        final CountDownLatch resetting = new CountDownLatch(1);
        final CountDownLatch done = new CountDownLatch(1);
        final AutoCloseable one =
                keeper.keep(
                        "one",
                        () -> {
                            resetting.countDown();
                            try {
                                done.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        resetting.await();
        final CountDownLatch looked = new CountDownLatch(1);
        final AutoCloseable other = keeper.keep("other", looked::countDown);
        one.close();
        done.countDown();
        looked.await();
        other.close();
    }

    @Test
    void shouldLookAgainAtWhatThrows() throws Exception {
        final CountDownLatch looks = new CountDownLatch(3);
        keeper.keep(
                "one",
                () -> {
                    looks.countDown();
                    throw new IllegalStateException("once more");
                });
        assertTrue(looks.await(50, TimeUnit.SECONDS));
    }

    @Test
    void shouldNotLookAfterWhatIsClosed() throws Exception {
        final AtomicInteger looks = new AtomicInteger();
        final CountDownLatch first = new CountDownLatch(1);
        final AutoCloseable one =
                keeper.keep(
                        "one",
                        () -> {
                            looks.incrementAndGet();
                            first.countDown();
                        });
        first.await();
        one.close();
        final CountDownLatch later = new CountDownLatch(3);
        keeper.keep("other", later::countDown);
        final int before = looks.get();
        later.await();
        // One look may have been under way.
        assertEquals(0, Math.max(0, looks.get() - before - 1));
    }
}
