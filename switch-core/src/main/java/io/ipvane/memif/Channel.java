// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memif;

import io.ipvane.linux.LinuxException;
import io.ipvane.linux.SeqPacket;
import io.ipvane.linux.Wakeup;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The control channel to one peer: messages in order, and until when they must have come. Owned by
 * the thread of its {@link MemifSocket}; closing ends the connection.
 */
final class Channel implements AutoCloseable {
    /** For all messages up to {@link Message.Connected}: one that says nothing holds up others. */
    private static final Duration AGREEMENT = Duration.ofSeconds(2);

    private final SeqPacket socket;
    private final Wakeup wakeup;
    private final BooleanSupplier closing;
    private final long deadline = System.nanoTime() + AGREEMENT.toNanos();

    /**
     * @param wakeup ends a wait early
     * @param closing whether the channel is to end
     */
    Channel(SeqPacket socket, Wakeup wakeup, BooleanSupplier closing) {
        this.socket = socket;
        this.wakeup = wakeup;
        this.closing = closing;
    }

    /** A message, and the descriptor with it or {@link SeqPacket#NONE}, which is the caller's. */
    record Received(Message message, int descriptor) {}

    void send(Message message) throws MemifException {
        send(message, SeqPacket.NONE);
    }

    /** Sends a message with a descriptor, which stays the caller's. */
    void send(Message message, int descriptor) throws MemifException {
        try {
            socket.send(message.bytes(), descriptor);
        } catch (LinuxException e) {
            throw new MemifException(e.getMessage());
        }
    }

    /**
     * Waits for the next message.
     *
     * @throws MemifException where none comes in time, the peer is gone, or the channel is to end
     */
    Received receive() throws MemifException {
        while (!closing.getAsBoolean()) {
            final Optional<Received> next = next();
            if (next.isPresent()) {
                return next.get();
            }
            final long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new MemifException("nothing was said for " + AGREEMENT.toSeconds() + " s");
            }
            // Rounded up: poll(2) counts milliseconds.
            wakeup.await(socket, Duration.ofNanos(left).plusMillis(1));
        }
        throw MemifException.end("the port is being closed");
    }

    /**
     * The message of one kind that must come next.
     *
     * @throws MemifException where another comes, or as {@link #receive}
     */
    <M extends Message> M expect(Class<M> kind) throws MemifException {
        final Received next = receive();
        SeqPacket.discard(next.descriptor());
        if (!kind.isInstance(next.message())) {
            throw unexpected(next.message());
        }
        return kind.cast(next.message());
    }

    /** What is said to a message that does not belong where it came. */
    static MemifException unexpected(Message message) {
        return message instanceof Message.Disconnect end
                ? new MemifException("the peer ended it: " + end.reason())
                : new MemifException(
                        "message " + message.getClass().getSimpleName() + " was not expected");
    }

    /** Waits until something comes, or for so long. */
    void await(Duration most) {
        wakeup.await(socket, most);
    }

    /**
     * The message that waits; empty where none does.
     *
     * @throws MemifException where it is no message, or the peer is gone
     */
    Optional<Received> next() throws MemifException {
        final Optional<SeqPacket.Received> got;
        try {
            got = socket.receive(Message.BYTES);
        } catch (LinuxException e) {
            throw new MemifException(e.getMessage());
        }
        if (got.isEmpty()) {
            return Optional.empty();
        }
        final SeqPacket.Received received = got.get();
        if (received.bytes().length == 0) {
            throw MemifException.end("the peer is gone");
        }
        try {
            return Optional.of(new Received(Message.read(received.bytes()), received.descriptor()));
        } catch (MemifException e) {
            SeqPacket.discard(received.descriptor());
            throw e;
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
