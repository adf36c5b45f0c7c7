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
 * What one lcore and the conductor tell each other about frames: bounded, lock-free, no allocation.
 * {@link Mailboxes} has one for each lcore that transmits.
 *
 * <p>Up, from the lcore to the conductor: frames that wait for a neighbour, and what ARP and ND on
 * the wire have shown. Up as well, but in smaller rings of their own, so that they keep nothing
 * else waiting: frames that were dropped, and whose senders may be told; frames that the conductor
 * wants to see before they go on; and frames whose source nobody knows yet. Down, from the
 * conductor to the lcore: {@link ToLcore}. A message that does not fit is refused; the frame in it
 * stays the caller's.
 */
@HotPath
public final class ControlMailbox {
    /** Receives what lcores have sent; called on the conductor's thread. */
    public interface Listener {
        /**
         * A frame waits for a next hop; the mbuf is now the listener's.
         *
         * @param lcore that it came by, and goes on by
         * @param domain of the segment
         * @param ingress index of the port that the frame came from
         * @param family 4 or 6
         * @param source IPv4 source address of the frame, 0 for IPv6
         */
        void unresolved(
                int lcore,
                int domain,
                int ingress,
                int family,
                long hop0,
                long hop1,
                int source,
                long mbuf);

        /**
         * An address was seen with a MAC.
         *
         * @param solicited it answers a question
         * @param override it replaces what was known
         */
        void learned(
                int domain,
                int family,
                long address0,
                long address1,
                long mac,
                boolean solicited,
                boolean override);
    }

    /** Receives the frames that the conductor wanted to see; called on its thread. */
    public interface Snooper {
        /** A frame came in that the conductor decides about; its mbuf is now the listener's. */
        void snooped(Shown frame);
    }

    /** Receives frames whose source nobody knows yet; called on the conductor's thread. */
    public interface Asker {
        /**
         * A frame was refused because of its source, which its port may have had for a moment; it
         * is as it came in, and the mbuf is now the listener's.
         *
         * @param lcore that it came by, and goes on by
         * @param ingress index of the port that the frame came from
         */
        void asked(int lcore, int ingress, long mbuf);
    }

    /** Receives frames that lcores have dropped; called on the conductor's thread. */
    public interface DropListener {
        /**
         * A frame was dropped and counted; the mbuf is now the listener's.
         *
         * @param lcore that dropped it, and knows the rest of its flow
         * @param ingress index of the port that the frame came from
         * @param kind number of what its sender is to be told, as the port's entry has it
         * @param mtu bytes of IP that would have fitted, where it was too long
         */
        void dropped(int lcore, int ingress, int kind, int mtu, long mbuf);
    }

    private static final int UNRESOLVED = 1;
    private static final int LEARNED = 2;
    private static final int DROPPED = 3;
    private static final int SNOOPED = 4;
    private static final int ASKED = 5;
    private static final int LENGTH = 40;
    private static final int DROPPED_LENGTH = 24;
    private static final int CAPACITY = 1 << 18;
    private static final int SNOOPED_LENGTH = 24;
    private static final int SNOOPED_CAPACITY = 1 << 16;

    /** Frames of one port that may be on their way to be seen. */
    static final int SNOOPED_A_PORT = 32;

    /** 512 frames of all lcores: as many as may be kept from the pool for their errors' sake. */
    private static final int DROPPED_CAPACITY = 1 << 14;

    /** Frames of one port that may wait for an answer about their sources. */
    public static final int ASKED_A_PORT = 256;

    private static final int ASKED_LENGTH = 16;

    /** 1,365 frames of all lcores: as many as may be kept from the pool for their sources' sake. */
    private static final int ASKED_CAPACITY = 1 << 15;

    /** The smallest ring, where there are very many lcores. */
    private static final int LEAST_CAPACITY = 1 << 10;

    private final int lcore;
    private final RingBuffer up;
    private final RingBuffer dropped;
    private final RingBuffer snooped;
    private final RingBuffer asked;
    private final ToLcore down = new ToLcore();

    /** Frames on their way up by {@link #snooped}, of all lcores. */
    private final PortQuota onTheirWay;

    /** Frames asked about and not yet repaid, of all lcores. */
    private final PortQuota owed;

    /**
     * An empty mailbox of one lcore.
     *
     * @param lcore its number, from 0
     * @param lcores that share the memory of the rings
     * @param onTheirWay of all lcores together
     * @param owed of all lcores together
     */
    ControlMailbox(int lcore, int lcores, PortQuota onTheirWay, PortQuota owed) {
        this.lcore = lcore;
        this.onTheirWay = onTheirWay;
        this.owed = owed;
        this.up = ring(CAPACITY, lcores);
        this.dropped = ring(DROPPED_CAPACITY, lcores);
        this.snooped = ring(SNOOPED_CAPACITY, lcores);
        this.asked = ring(ASKED_CAPACITY, lcores);
    }

    /** One lcore's share, which must be a power of two. */
    private static RingBuffer ring(int ofAll, int lcores) {
        final int capacity = Math.max(LEAST_CAPACITY, Integer.highestOneBit(ofAll / lcores));
        return new OneToOneRingBuffer(
                new UnsafeBuffer(
                        ByteBuffer.allocateDirect(capacity + RingBufferDescriptor.TRAILER_LENGTH)));
    }

    /** Number of the lcore among those that have mailboxes, from 0. */
    public int lcore() {
        return lcore;
    }

    /**
     * Lcore: shows a frame to the conductor, which then sends it where it belongs; false leaves it
     * with the caller. A port has no more than {@value #SNOOPED_A_PORT} on their way, so that one
     * that floods takes nobody else's place.
     */
    public boolean snooped(int ingress, int verdict, int port, int l3, long mbuf) {
        if (!onTheirWay.allows(ingress)) {
            return false;
        }
        final int at = snooped.tryClaim(SNOOPED, SNOOPED_LENGTH);
        if (at < 0) {
            return false;
        }
        onTheirWay.take(ingress);
        snooped.buffer().putInt(at, ingress);
        snooped.buffer().putInt(at + 4, verdict);
        snooped.buffer().putInt(at + 8, port);
        snooped.buffer().putInt(at + 12, l3);
        snooped.buffer().putLong(at + 16, mbuf);
        snooped.commit(at);
        return true;
    }

    /** Conductor: reads up to {@code limit} frames that it wanted to see. */
    public int receiveSnooped(MessageHandler handler, int limit) {
        return snooped.read(handler, limit);
    }

    /** The form in which {@link #receiveSnooped} takes a listener; made once. */
    public MessageHandler handler(Snooper listener) {
        return (type, buffer, at, length) -> {
            final int ingress = buffer.getInt(at);
            onTheirWay.give(ingress, 1);
            listener.snooped(
                    new Shown(
                            lcore,
                            ingress,
                            buffer.getInt(at + 4),
                            buffer.getInt(at + 8),
                            buffer.getInt(at + 12),
                            buffer.getLong(at + 16)));
        };
    }

    /**
     * Lcore: asks about the source of a frame that is refused for it; false leaves the frame with
     * the caller. A port that has {@value #ASKED_A_PORT} to answer for asks no more.
     */
    public boolean asked(int ingress, long mbuf) {
        if (!owed.allows(ingress)) {
            return false;
        }
        final int at = asked.tryClaim(ASKED, ASKED_LENGTH);
        if (at < 0) {
            return false;
        }
        owed.take(ingress);
        asked.buffer().putInt(at, ingress);
        asked.buffer().putLong(at + 8, mbuf);
        asked.commit(at);
        return true;
    }

    /** Conductor: reads up to {@code limit} frames that were asked about. */
    public int receiveAsked(MessageHandler handler, int limit) {
        return asked.read(handler, limit);
    }

    /** The form in which {@link #receiveAsked} takes a listener; made once. */
    public MessageHandler handler(Asker listener) {
        return (type, buffer, at, length) ->
                listener.asked(lcore, buffer.getInt(at), buffer.getLong(at + 8));
    }

    /** Lcore: hands a frame to the conductor; false leaves it with the caller. */
    public boolean unresolved(
            int domain, int ingress, int family, long hop0, long hop1, int source, long mbuf) {
        final int at = up.tryClaim(UNRESOLVED, LENGTH);
        if (at < 0) {
            return false;
        }
        up.buffer().putInt(at, domain);
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
    public void learned(
            int domain,
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
        up.buffer().putInt(at, domain);
        up.buffer().putInt(at + 4, family);
        up.buffer().putLong(at + 8, address0);
        up.buffer().putLong(at + 16, address1);
        up.buffer().putLong(at + 24, mac);
        up.buffer().putInt(at + 32, solicited ? 1 : 0);
        up.buffer().putInt(at + 36, override ? 1 : 0);
        up.commit(at);
    }

    /**
     * Lcore: hands a frame that it has dropped and counted to the conductor, to tell its sender;
     * false leaves it with the caller.
     */
    public boolean dropped(int ingress, int kind, int mtu, long mbuf) {
        final int at = dropped.tryClaim(DROPPED, DROPPED_LENGTH);
        if (at < 0) {
            return false;
        }
        dropped.buffer().putInt(at, ingress);
        dropped.buffer().putInt(at + 4, kind);
        dropped.buffer().putLong(at + 8, mbuf);
        dropped.buffer().putInt(at + 16, mtu);
        dropped.commit(at);
        return true;
    }

    /** Conductor: reads up to {@code limit} dropped frames. */
    public int receiveDropped(MessageHandler handler, int limit) {
        return dropped.read(handler, limit);
    }

    /** The form in which {@link #receiveDropped} takes a listener; made once. */
    public MessageHandler handler(DropListener listener) {
        return (type, buffer, at, length) ->
                listener.dropped(
                        lcore,
                        buffer.getInt(at),
                        buffer.getInt(at + 4),
                        buffer.getInt(at + 16),
                        buffer.getLong(at + 8));
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
    public MessageHandler handler(Listener listener) {
        return (type, buffer, at, length) -> {
            if (type == UNRESOLVED) {
                listener.unresolved(
                        lcore,
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

    /** The way down: the conductor puts frames into it, the lcore takes them. */
    public ToLcore toLcore() {
        return down;
    }

    /** Frees every frame that nobody has fetched; lcores have stopped. Conductor thread. */
    void drain(FramePool pool) {
        down.drain(pool);
        receiveAll(
                (type, buffer, at, length) -> freeUnresolved(pool, type, buffer.getLong(at + 24)));
        readAll(dropped, (type, buffer, at, length) -> pool.free(buffer.getLong(at + 8)));
        readAll(snooped, (type, buffer, at, length) -> pool.free(buffer.getLong(at + 16)));
        readAll(asked, (type, buffer, at, length) -> pool.free(buffer.getLong(at + 8)));
    }

    private static void freeUnresolved(FramePool pool, int type, long mbuf) {
        if (type == UNRESOLVED) {
            pool.free(mbuf);
        }
    }

    /**
     * A read that finds nothing may only have skipped the padding at the buffer's end: the ring is
     * empty when the next one finds nothing either.
     */
    static void readAll(RingBuffer ring, MessageHandler handler) {
        int empty = 0;
        while (empty < 2) {
            empty = ring.read(handler) > 0 ? 0 : empty + 1;
        }
    }
}
