// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import java.nio.ByteBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * What lcores and conductor tell each other about frames: bounded, lock-free, no allocation.
 *
 * <p>Up, from any transmitting lcore to the conductor: frames that wait for a neighbour, and what
 * ARP and ND on the wire have shown. Down, from the conductor to one lcore: frames to send. A
 * message that does not fit is refused; the frame in it stays the caller's.
 */
@HotPath
public final class ControlMailbox {
    /** Receives what lcores have sent; called on the conductor's thread. */
    public interface Listener {
        /**
         * A frame waits for a next hop; the mbuf is now the listener's.
         *
         * @param uplink index of the uplink
         * @param ingress index of the port that the frame came from
         * @param family 4 or 6
         * @param source IPv4 source address of the frame, 0 for IPv6
         */
        void unresolved(
                int uplink, int ingress, int family, long hop0, long hop1, int source, long mbuf);

        /**
         * An address was seen with a MAC.
         *
         * @param solicited it answers a question
         * @param override it replaces what was known
         */
        void learned(
                int uplink,
                int family,
                long address0,
                long address1,
                long mac,
                boolean solicited,
                boolean override);
    }

    private static final int UNRESOLVED = 1;
    private static final int LEARNED = 2;
    private static final int SEND = 3;
    private static final int LENGTH = 40;
    private static final int CAPACITY = 1 << 18;

    private final RingBuffer up =
            new ManyToOneRingBuffer(
                    new UnsafeBuffer(
                            ByteBuffer.allocateDirect(
                                    CAPACITY + RingBufferDescriptor.TRAILER_LENGTH)));
    private final RingBuffer down =
            new OneToOneRingBuffer(
                    new UnsafeBuffer(
                            ByteBuffer.allocateDirect(
                                    CAPACITY + RingBufferDescriptor.TRAILER_LENGTH)));

    /** Lcore: hands a frame to the conductor; false leaves it with the caller. */
    boolean unresolved(
            int uplink, int ingress, int family, long hop0, long hop1, int source, long mbuf) {
        final int at = up.tryClaim(UNRESOLVED, LENGTH);
        if (at < 0) {
            return false;
        }
        up.buffer().putInt(at, uplink);
        up.buffer().putInt(at + 4, family);
        up.buffer().putLong(at + 8, hop0);
        up.buffer().putLong(at + 16, hop1);
        up.buffer().putLong(at + 24, mbuf);
        up.buffer().putInt(at + 32, ingress);
        up.buffer().putInt(at + 36, source);
        up.commit(at);
        return true;
    }

    /** Lcore: tells what was seen; lost where the conductor cannot keep up, and then seen again. */
    void learned(
            int uplink,
            int family,
            long address0,
            long address1,
            long mac,
            boolean solicited,
            boolean override) {
        final int at = up.tryClaim(LEARNED, LENGTH);
        if (at < 0) {
            return;
        }
        up.buffer().putInt(at, uplink);
        up.buffer().putInt(at + 4, family);
        up.buffer().putLong(at + 8, address0);
        up.buffer().putLong(at + 16, address1);
        up.buffer().putLong(at + 24, mac);
        up.buffer().putInt(at + 32, solicited ? 1 : 0);
        up.buffer().putInt(at + 36, override ? 1 : 0);
        up.commit(at);
    }

    /** Conductor: reads up to {@code limit} messages. */
    public int receive(MessageHandler handler, int limit) {
        return up.read(handler, limit);
    }

    /** Conductor: reads every message, once lcores have stopped. */
    public void receiveAll(MessageHandler handler) {
        readAll(up, handler);
    }

    /** The form in which {@link #receive} takes a listener; made once. */
    public static MessageHandler handler(Listener listener) {
        return (type, buffer, at, length) -> {
            if (type == UNRESOLVED) {
                listener.unresolved(
                        buffer.getInt(at),
                        buffer.getInt(at + 32),
                        buffer.getInt(at + 4),
                        buffer.getLong(at + 8),
                        buffer.getLong(at + 16),
                        buffer.getInt(at + 36),
                        buffer.getLong(at + 24));
            } else {
                listener.learned(
                        buffer.getInt(at),
                        buffer.getInt(at + 4),
                        buffer.getLong(at + 8),
                        buffer.getLong(at + 16),
                        buffer.getLong(at + 24),
                        buffer.getInt(at + 32) != 0,
                        buffer.getInt(at + 36) != 0);
            }
        };
    }

    /** Conductor: asks the lcore to send a frame by a port; false leaves it with the caller. */
    public boolean send(int port, long mbuf) {
        final int at = down.tryClaim(SEND, 16);
        if (at < 0) {
            return false;
        }
        down.buffer().putInt(at, port);
        down.buffer().putLong(at + 8, mbuf);
        down.commit(at);
        return true;
    }

    /** Lcore: frames to send; the handler is made once, so that a turn allocates nothing. */
    int sends(MessageHandler handler, int limit) {
        return down.read(handler, limit);
    }

    /** Frees every frame that no lcore has fetched; lcores have stopped. Conductor thread. */
    public void drain(FramePool pool) {
        readAll(down, (type, buffer, at, length) -> pool.free(buffer.getLong(at + 8)));
    }

    /**
     * A read that finds nothing may only have skipped the padding at the buffer's end: the ring is
     * empty when the next one finds nothing either.
     */
    private static void readAll(RingBuffer ring, MessageHandler handler) {
        int empty = 0;
        while (empty < 2) {
            empty = ring.read(handler) > 0 ? 0 : empty + 1;
        }
    }
}
