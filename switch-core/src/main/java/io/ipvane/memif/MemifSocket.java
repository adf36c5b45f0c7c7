// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memif;

import io.ipvane.dpdk.DpdkException;
import io.ipvane.dpdk.MemifLink;
import io.ipvane.dpdk.MemifPort;
import io.ipvane.linux.LinuxException;
import io.ipvane.linux.SeqPacket;
import io.ipvane.linux.Wakeup;
import io.ipvane.memif.Message.Disconnect;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control channel of a memif port: waits for a peer, or looks for it every second; agrees with
 * it; gives its rings to the lcores; and takes them away when it goes or cannot be worked with. One
 * peer at a time: others wait in the queue of the socket.
 *
 * <p>Has a thread of its own, which alone attaches and detaches. Opened and closed by the thread
 * that changes the switch.
 */
public final class MemifSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MemifSocket.class);

    private static final Duration LONGEST_REST = Duration.ofSeconds(64);
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** After each end: a peer that comes and goes costs no more than ten agreements a second. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** One that goes on misbehaving is spoken of this seldom. */
    private static final long QUIET = Duration.ofMinutes(1).toNanos();

    private final MemifOptions options;
    private final MemifPort port;
    private final Runnable onEnd;
    private final Optional<SeqPacket> listener;
    private final Wakeup wakeup;
    private final Thread thread;
    private volatile boolean closing;

    /** Until the next peer is served, and after the next one that keeps an lcore. */
    private Duration rest = PAUSE;

    private Duration nextRest = SECOND;
    private long resets;
    private long said;
    private long saidAt;

    private MemifSocket(
            MemifOptions options,
            MemifPort port,
            Runnable onEnd,
            Wakeup wakeup,
            Optional<SeqPacket> listener) {
        this.options = options;
        this.port = port;
        this.onEnd = onEnd;
        this.wakeup = wakeup;
        this.listener = listener;
        thread = Thread.ofPlatform().name("memif-" + options.port()).daemon().unstarted(this::run);
    }

    /**
     * Opens the channel; of a server nothing may be at the path.
     *
     * @param port that peers are attached to; must live longer
     * @param onEnd told each time a peer has gone, on the thread of the socket
     * @throws LinuxException where the path cannot be had
     */
    public static MemifSocket open(MemifOptions options, MemifPort port, Runnable onEnd) {
        final Wakeup wakeup = new Wakeup();
        try {
            final Optional<SeqPacket> listener =
                    options.client()
                            ? Optional.empty()
                            : Optional.of(SeqPacket.listen(options.socket()));
            return new MemifSocket(options, port, onEnd, wakeup, listener);
        } catch (LinuxException e) {
            wakeup.close();
            throw e;
        }
    }

    /** Lets peers in: once who may connect has been set. */
    public void start() {
        thread.start();
    }

    private void run() {
        while (!closing) {
            try {
                next();
            } catch (LinuxException | DpdkException e) {
                // No descriptors left, for instance: there may be some later.
                complain(e.getMessage());
                pause(SECOND);
            }
        }
    }

    private void next() {
        final Optional<SeqPacket> peer =
                listener.isPresent()
                        ? listener.get().accept()
                        : SeqPacket.connect(options.socket());
        if (peer.isPresent()) {
            rest = PAUSE;
            serve(peer.get());
            pause(rest);
        } else {
            wakeup.await(listener.orElse(null), SECOND);
        }
    }

    private void pause(Duration most) {
        if (!closing) {
            wakeup.await(null, most);
        }
    }

    private void serve(SeqPacket peer) {
        try (Channel channel = new Channel(peer, wakeup, () -> closing)) {
            try {
                attach(channel);
                watch(channel);
            } catch (MemifException e) {
                ended(channel, e);
            } finally {
                if (port.isUp()) {
                    port.detach();
                    onEnd.run();
                }
            }
        }
    }

    private void attach(Channel channel) throws MemifException {
        final Agreement agreement =
                options.client() ? new ClientSide(options) : new ServerSide(options);
        final MemifLink link = agreement.agree(channel);
        port.attach(link);
        agreement.attached(channel);
    }

    private void watch(Channel channel) throws MemifException {
        while (!closing) {
            final Optional<Channel.Received> next = channel.next();
            if (next.isPresent()) {
                SeqPacket.discard(next.get().descriptor());
                throw next.get().message() instanceof Disconnect end
                        ? MemifException.end(end.reason())
                        : Channel.unexpected(next.get().message());
            }
            switch (port.check()) {
                case SOUND -> channel.await(SECOND);
                case RING_BROKEN -> throw new MemifException("its rings hold what cannot be");
                case MEMORY_GONE -> throw new MemifException("its memory has become shorter");
                case LCORE_HELD_UP -> {
                    rest = nextRest;
                    nextRest =
                            nextRest.compareTo(LONGEST_REST) < 0
                                    ? nextRest.multipliedBy(2)
                                    : nextRest;
                    throw new MemifException(
                            "it kept an lcore for longer than its frames are worth");
                }
            }
        }
        throw MemifException.end("the port is being closed");
    }

    /** Tells the peer why, which may be gone, and the log, where that is worth it. */
    private void ended(Channel channel, MemifException end) {
        try {
            channel.send(new Disconnect(0, end.getMessage()));
        } catch (MemifException e) {
            LOG.debug("event=memif_unheard port={} reason=\"{}\"", options.port(), e.getMessage());
        }
        if (end.isFault()) {
            complain(end.getMessage());
        }
    }

    private void complain(String reason) {
        resets++;
        final long now = System.nanoTime();
        if (resets == 1 || now - saidAt >= QUIET) {
            LOG.warn(
                    "event=memif_reset port={} reason=\"{}\" times={}",
                    options.port(),
                    reason,
                    resets - said);
            saidAt = now;
            said = resets;
        }
    }

    /** Ends the connection, and stops to listen; the file stays. */
    @Override
    public void close() {
        closing = true;
        wakeup.signal();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        listener.ifPresent(SeqPacket::close);
        wakeup.close();
    }
}
