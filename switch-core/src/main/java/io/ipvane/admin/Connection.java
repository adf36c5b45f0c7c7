// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.HttpException;
import io.helidon.http.Status;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.spi.ServerConnection;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One connection of a client, which notes what it waits for: every byte that comes and goes passes
 * here. Served by one thread; {@link Connections} looks at it, and closes it, from others.
 */
final class Connection implements ServerConnection, ConnectionContext {
    /** Who has to do something now. */
    private enum Turn {
        OURS,
        CLIENT_SENDS,
        CLIENT_READS
    }

    /** Who reads 64 KiB a second may take as long as the answer is. */
    private static final long NANOS_A_BYTE = TimeUnit.SECONDS.toNanos(1) / (64 << 10);

    private final ConnectionContext context;
    private final Connections all;
    private final DataReader reader;
    private final DataWriter writer;
    private ServerConnection http;

    private volatile Turn turn = Turn.OURS;
    private volatile long waitingSince = System.nanoTime();

    /**
     * Since when the request that is being read has been coming; 0: its first byte is not there.
     */
    private volatile long requestSince;

    /**
     * How much longer than it has waited with the answer so far the client may let us wait, in ns.
     */
    private volatile long patience;

    private final AtomicBoolean dropped = new AtomicBoolean();

    // Owned by the serving thread.
    private boolean answered;

    /** What is left of the time to read the answer, in ns. */
    private long unspent;

    private boolean lastRequest;
    private long requestBytes;
    private long held;

    Connection(ConnectionContext context, Connections all) {
        this.context = context;
        this.all = all;
        reader = DataReader.create(this::receive);
        writer = new Writer(context.dataWriter());
    }

    /** Says who speaks HTTP here; once, before {@link #handle}. */
    void serve(ServerConnection protocol) {
        http = protocol;
    }

    /** The client says that it asks nothing more: RFC 9112, section 9.6. */
    void endAfterAnswer() {
        lastRequest = true;
    }

    /** Whether the client is waited for, to send or to read. */
    boolean waits() {
        return turn != Turn.OURS && !dropped.get();
    }

    long waitedFor(long now) {
        return now - waitingSince;
    }

    /** Whether the client takes longer than it may. */
    boolean isOverdue(long now) {
        final ConnectionLimits limits = all.limits();
        return switch (turn) {
            case OURS -> false;
            case CLIENT_SENDS ->
                    requestSince == 0
                            ? now - waitingSince > limits.silence().toNanos()
                            : now - requestSince > limits.request().toNanos();
            case CLIENT_READS -> now - waitingSince > patience;
        };
    }

    /** Closes it, whatever its thread is doing; false where somebody else has done so. */
    boolean drop() {
        if (!dropped.compareAndSet(false, true)) {
            return false;
        }
        all.ended(this);
        try {
            context.serverSocket().close();
        } catch (UncheckedIOException e) {
            // The client was faster.
        }
        return true;
    }

    /** What the client has sent; waits for it. Null: it has closed. */
    private byte[] receive() {
        if (answered) {
            if (lastRequest) {
                return null;
            }
            forgetRequest();
        }
        waitFor(Turn.CLIENT_SENDS);
        try {
            final DataReader socket = context.dataReader();
            socket.ensureAvailable();
            final byte[] bytes = socket.readBytes(socket.available());
            if (requestSince == 0) {
                requestSince = System.nanoTime();
            }
            count(bytes.length);
            return bytes;
        } catch (DataReader.InsufficientDataAvailableException e) {
            return null;
        } finally {
            turn = Turn.OURS;
        }
    }

    private void waitFor(Turn next) {
        waitingSince = System.nanoTime();
        turn = next;
    }

    /** The last request was answered: what comes now is of the next. */
    private void forgetRequest() {
        requestSince = 0;
        answered = false;
        requestBytes = 0;
        all.release(held);
        held = 0;
    }

    private void count(int bytes) {
        requestBytes += bytes;
        final long more = Math.max(0, requestBytes - ConnectionLimits.FREE_BYTES) - held;
        if (more > 0) {
            if (!all.hold(more)) {
                throw new HttpException(
                        "the requests of all clients together have more than "
                                + all.limits().bodyBytes()
                                + " bytes; ask again when they are done",
                        Status.SERVICE_UNAVAILABLE_503);
            }
            held += more;
        }
    }

    private void send(int bytes, Runnable write) {
        if (!answered) {
            answered = true;
            unspent = all.limits().answer().toNanos();
        }
        patience = unspent;
        waitFor(Turn.CLIENT_READS);
        try {
            write.run();
        } finally {
            turn = Turn.OURS;
            unspent += bytes * NANOS_A_BYTE - (System.nanoTime() - waitingSince);
        }
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
        try {
            http.handle(limit);
        } catch (RuntimeException e) {
            if (!dropped.get()) {
                throw e;
            }
        } finally {
            forgetRequest();
            all.ended(this);
        }
    }

    @Override
    public Duration idleTime() {
        return http.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
        http.close(interrupt);
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public DataWriter dataWriter() {
        return writer;
    }

    @Override
    public ListenerContext listenerContext() {
        return context.listenerContext();
    }

    @Override
    public ExecutorService executor() {
        return context.executor();
    }

    @Override
    public Router router() {
        return context.router();
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
        return context.proxyProtocolData();
    }

    @Override
    public HelidonSocket serverSocket() {
        return context.serverSocket();
    }

    @Override
    public PeerInfo remotePeer() {
        return context.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
        return context.localPeer();
    }

    @Override
    public boolean isSecure() {
        return context.isSecure();
    }

    @Override
    public String socketId() {
        return context.socketId();
    }

    @Override
    public String childSocketId() {
        return context.childSocketId();
    }

    /** What goes out, past the note of it. */
    private final class Writer implements DataWriter {
        private final DataWriter socket;

        Writer(DataWriter socket) {
            this.socket = socket;
        }

        @Override
        public void write(BufferData... buffers) {
            send(length(buffers), () -> socket.write(buffers));
        }

        @Override
        public void write(BufferData buffer) {
            send(buffer.available(), () -> socket.write(buffer));
        }

        @Override
        public void writeNow(BufferData... buffers) {
            send(length(buffers), () -> socket.writeNow(buffers));
        }

        @Override
        public void writeNow(BufferData buffer) {
            send(buffer.available(), () -> socket.writeNow(buffer));
        }

        @Override
        public void flush() {
            send(0, socket::flush);
        }

        private static int length(BufferData... buffers) {
            int length = 0;
            for (BufferData buffer : buffers) {
                length += buffer.available();
            }
            return length;
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
