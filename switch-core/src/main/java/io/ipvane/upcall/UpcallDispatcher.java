// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.agrona.concurrent.MessageHandler;

/**
 * Where frames come up to the conductor and go down again. Reads the rings of all mailboxes in a
 * fixed order, few messages a turn, and hands each to the feature that it is for; of the features
 * to which a frame can be shown, the first that takes it has it. A frame that must not leave before
 * lcores know what it has changed is held here until they do.
 *
 * <p>Conductor thread only.
 */
public final class UpcallDispatcher implements AutoCloseable {
    private static final int MESSAGES_A_TURN = 1_024;
    private static final int DROPPED_A_TURN = 256;
    private static final int SHOWN_A_TURN = 256;

    private final Mailboxes mailboxes;
    private final FramePool pool;
    private final FrameInjector injector;
    private final IntPredicate isThere;
    private final MessageHandler[] shown;
    private final List<Upcall> upcalls = new ArrayList<>();
    private final Queue<Shown> held = new ArrayDeque<>();
    private MessageHandler[] asked;
    private MessageHandler[] dropped;
    private MessageHandler[] messages;
    private boolean changed;

    /**
     * A dispatcher without features.
     *
     * @param counters of the conductor's thread
     * @param isThere whether a port, by its index, is part of the switch now
     */
    public UpcallDispatcher(
            Mailboxes mailboxes, FramePool pool, CounterShard counters, IntPredicate isThere) {
        this.mailboxes = mailboxes;
        this.pool = pool;
        this.isThere = isThere;
        injector = new FrameInjector(mailboxes, pool, counters);
        shown = each(mailbox -> mailbox.handler(this::shown));
        asked = each(mailbox -> (type, buffer, at, length) -> {});
        dropped = asked;
        messages = asked;
    }

    private MessageHandler[] each(Function<ControlMailbox, MessageHandler> handler) {
        return IntStream.range(0, mailboxes.size())
                .mapToObj(lcore -> handler.apply(mailboxes.of(lcore)))
                .toArray(MessageHandler[]::new);
    }

    /** Adds a feature, behind those that are there; before the first turn. */
    public void add(Upcall upcall) {
        upcalls.add(upcall);
    }

    /** Says who is told of frames that wait for a neighbour, and of neighbours. */
    public void onMessages(ControlMailbox.Listener listener) {
        messages = each(mailbox -> mailbox.handler(listener));
    }

    /** Says who is told of dropped frames. */
    public void onDropped(ControlMailbox.DropListener listener) {
        dropped = each(mailbox -> mailbox.handler(listener));
    }

    /** Says who is asked about sources. */
    public void onAsked(ControlMailbox.Asker listener) {
        asked = each(mailbox -> mailbox.handler(listener));
    }

    /** The way down. */
    public FrameInjector injector() {
        return injector;
    }

    /**
     * Sends a frame on by the verdict that it has when lcores work by what the conductor has
     * changed until then.
     */
    public void hold(Shown frame) {
        held.add(frame);
    }

    /** A feature wants other frames of some port now than before. */
    public void changed() {
        changed = true;
    }

    /** Whether {@link #wants} says something else than before; forgets that it does. */
    public boolean takeChanged() {
        final boolean was = changed;
        changed = false;
        return was;
    }

    /** Which frames of a port any feature wants. */
    public int wants(int port) {
        int bits = 0;
        for (Upcall upcall : upcalls) {
            bits |= upcall.wants(port);
        }
        return bits;
    }

    /** One turn, begun when lcores have been given all that has changed. */
    public int doWork() {
        int work = release();
        for (int lcore = 0; lcore < mailboxes.size(); lcore++) {
            work += receive(lcore);
        }
        for (Upcall upcall : upcalls) {
            work += upcall.doWork();
        }
        return work;
    }

    /** What an lcore has sent; its share of what is done in a turn. */
    private int receive(int lcore) {
        final ControlMailbox mailbox = mailboxes.of(lcore);
        final int lcores = mailboxes.size();
        return mailbox.receiveAsked(asked[lcore], share(MESSAGES_A_TURN, lcores))
                + mailbox.receive(messages[lcore], share(MESSAGES_A_TURN, lcores))
                + mailbox.receiveDropped(dropped[lcore], share(DROPPED_A_TURN, lcores))
                + mailbox.receiveSnooped(shown[lcore], share(SHOWN_A_TURN, lcores));
    }

    private static int share(int ofAll, int lcores) {
        return Math.max(1, ofAll / lcores);
    }

    private int release() {
        final int count = held.size();
        for (Shown frame = held.poll(); frame != null; frame = held.poll()) {
            injector.decided(frame);
        }
        return count;
    }

    private void shown(Shown frame) {
        if (!isThere.test(frame.ingress())) {
            pool.free(frame.mbuf());
            return;
        }
        for (Upcall upcall : upcalls) {
            if (upcall.take(frame)) {
                return;
            }
        }
        injector.decided(frame);
    }

    /** Another second is over. */
    public void secondOver() {
        upcalls.forEach(Upcall::secondOver);
    }

    /** A port is gone, and its index may become another's. */
    public void forget(int port) {
        upcalls.forEach(upcall -> upcall.forget(port));
    }

    /** Lcores have stopped: frees every frame that is anywhere between them and the conductor. */
    @Override
    public void close() {
        upcalls.forEach(Upcall::close);
        held.forEach(frame -> pool.free(frame.mbuf()));
        held.clear();
        mailboxes.drain(pool);
    }
}
