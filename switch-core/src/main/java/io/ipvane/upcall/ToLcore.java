// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import java.nio.ByteBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Frames from the conductor to one lcore, which takes each in at one of three places of its way:
 * where frames arrive, where they are decided, or where they are finished. So nobody but lcores
 * runs a pipeline or carries a verdict out.
 *
 * <p>The conductor writes, one lcore reads. A frame that does not fit is refused and stays the
 * caller's.
 */
@HotPath
public final class ToLcore {
    /** Takes frames in; called on the lcore. Each mbuf is the listener's from then on. */
    public interface Listener {
        /**
         * A frame that comes in by a port, as if it had come just now; but it does not go to the
         * conductor again.
         */
        void arrived(int ingress, long mbuf);

        /**
         * A frame whose verdict stands; it may still be too long, or its receiver down.
         *
         * @param verdict a code of {@link io.ipvane.ipvlan.Verdict}
         * @param port where to, if the verdict is to deliver it
         */
        void decided(int ingress, int verdict, int port, long mbuf);

        /** A frame that is ready for the tx queue of a port. */
        void finished(int port, long mbuf);
    }

    private static final int ARRIVED = 1;
    private static final int DECIDED = 2;
    private static final int FINISHED = 3;
    private static final int CAPACITY = 1 << 18;

    // A message: the port at 0, the verdict and where it delivers to at 4 and 8, the mbuf at 16.
    private static final int LENGTH = 24;
    private static final int MBUF = 16;

    private final RingBuffer ring;

    private volatile Runnable onSend = () -> {};

    ToLcore() {
        this(CAPACITY);
    }

    /**
     * An empty ring.
     *
     * @param capacity bytes, a power of two
     */
    ToLcore(int capacity) {
        ring =
                new OneToOneRingBuffer(
                        new UnsafeBuffer(
                                ByteBuffer.allocateDirect(
                                        capacity + RingBufferDescriptor.TRAILER_LENGTH)));
    }

    /** Says what is to be done whenever a frame was put in. */
    public void onSend(Runnable now) {
        onSend = now;
    }

    /** Conductor: see {@link Listener#arrived}; false leaves the frame with the caller. */
    public boolean arrived(int ingress, long mbuf) {
        return put(ARRIVED, ingress, 0, 0, mbuf);
    }

    /** Conductor: see {@link Listener#decided}; false leaves the frame with the caller. */
    public boolean decided(int ingress, int verdict, int port, long mbuf) {
        return put(DECIDED, ingress, verdict, port, mbuf);
    }

    /** Conductor: see {@link Listener#finished}; false leaves the frame with the caller. */
    public boolean finished(int port, long mbuf) {
        return put(FINISHED, port, 0, 0, mbuf);
    }

    private boolean put(int type, int place, int verdict, int port, long mbuf) {
        final int at = ring.tryClaim(type, LENGTH);
        if (at < 0) {
            return false;
        }
        ring.buffer().putInt(at, place);
        ring.buffer().putInt(at + 4, verdict);
        ring.buffer().putInt(at + 8, port);
        ring.buffer().putLong(at + MBUF, mbuf);
        ring.commit(at);
        onSend.run();
        return true;
    }

    /**
     * Lcore: reads up to {@code limit} frames; by a handler made once, a turn allocates nothing.
     */
    public int receive(MessageHandler handler, int limit) {
        return ring.read(handler, limit);
    }

    /** The form in which {@link #receive} takes a listener. */
    public static MessageHandler handler(Listener listener) {
        return (type, buffer, at, length) -> {
            final int place = buffer.getInt(at);
            final long mbuf = buffer.getLong(at + MBUF);
            switch (type) {
                case ARRIVED -> listener.arrived(place, mbuf);
                case DECIDED ->
                        listener.decided(place, buffer.getInt(at + 4), buffer.getInt(at + 8), mbuf);
                default -> listener.finished(place, mbuf);
            }
        };
    }

    /** Frees every frame that nobody has fetched; the lcore has stopped. Conductor thread. */
    void drain(FramePool pool) {
        ControlMailbox.readAll(
                ring, (type, buffer, at, length) -> pool.free(buffer.getLong(at + MBUF)));
    }
}
