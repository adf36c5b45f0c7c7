// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All connections of one listening socket, and the watch over them: a client that is silent, slow
 * to ask or slow to read loses its connection, and there is always a place for one that has
 * something to say. The HTTP server itself has neither: its limit keeps newcomers waiting until
 * somebody leaves, and it watches no connection that has not sent its first byte.
 *
 * <p>Any thread; one of its own looks twice a second.
 */
final class Connections implements ServerConnectionSelector, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    private static final long LOOK_MILLIS = 500;
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String listen;
    private final ServerConnectionSelector http;
    private final ConnectionLimits limits;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong bodyBytes = new AtomicLong();
    private final LongAdder slow = new LongAdder();
    private final LongAdder displaced = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final Thread watch;

    // Owned by the watching thread.
    private long saidAt = System.nanoTime() - QUIET_NANOS;

    /**
     * @param listen the address as the configuration has it, for the log
     * @param http makes the connections that speak HTTP
     */
    Connections(String listen, ServerConnectionSelector http, ConnectionLimits limits) {
        this.listen = listen;
        this.http = http;
        this.limits = limits;
        watch = Thread.ofVirtual().name("admin-connections").start(this::watch);
    }

    @Override
    public int bytesToIdentifyConnection() {
        return http.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return http.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        final Connection connection = new Connection(context, this);
        connection.serve(http.connection(connection));
        open.add(connection);
        if (open.size() > limits.places()) {
            displaceOne(connection);
            if (open.size() > limits.mostPlaces() && connection.drop()) {
                refused.increment();
            }
        }
        return connection;
    }

    /** Closes the connection whose client has been waited for longest, where there is one. */
    private void displaceOne(Connection newcomer) {
        while (true) {
            final long now = System.nanoTime();
            final Optional<Connection> longest =
                    open.stream()
                            .filter(other -> other != newcomer && other.waits())
                            .max(Comparator.comparingLong(other -> other.waitedFor(now)));
            if (longest.isEmpty()) {
                return;
            }
            // Somebody else who needs a place may have chosen the same.
            if (longest.get().drop()) {
                displaced.increment();
                return;
            }
        }
    }

    ConnectionLimits limits() {
        return limits;
    }

    /** No longer counted. */
    void ended(Connection connection) {
        open.remove(connection);
    }

    /** Whether that many more bytes of bodies may be held; the caller gives them back. */
    boolean hold(long bytes) {
        if (bodyBytes.addAndGet(bytes) <= limits.bodyBytes()) {
            return true;
        }
        bodyBytes.addAndGet(-bytes);
        return false;
    }

    void release(long bytes) {
        bodyBytes.addAndGet(-bytes);
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(LOOK_MILLIS);
                look(System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(long now) {
        for (Connection connection : open) {
            if (connection.isOverdue(now) && connection.drop()) {
                slow.increment();
            }
        }
        if (now - saidAt >= QUIET_NANOS && slow.sum() + displaced.sum() + refused.sum() > 0) {
            saidAt = now;
            LOG.warn(
                    "event=admin_connections_closed listen={} slow={} displaced={} refused={}"
                            + " places={}",
                    listen,
                    slow.sumThenReset(),
                    displaced.sumThenReset(),
                    refused.sumThenReset(),
                    limits.places());
        }
    }

    /** Stops watching; the connections are the server's to end. */
    @Override
    public void close() {
        watch.interrupt();
    }
}
