// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.IntPredicate;
import org.agrona.concurrent.MessageHandler;

/**
 * Where frames come up to the conductor and go down again. Reads the rings of the mailbox in a
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

    private final ControlMailbox mailbox;
    private final FramePool pool;
    private final FrameInjector injector;
    private final IntPredicate isThere;
    private final MessageHandler shown;
    private final List<Upcall> upcalls = new ArrayList<>();
    private final Queue<Shown> held = new ArrayDeque<>();
    private MessageHandler asked = (type, buffer, at, length) -> {};
    private MessageHandler dropped = asked;
    private MessageHandler messages = asked;
    private boolean changed;

    /**
     * A dispatcher without features.
     *
     * @param counters of the conductor's thread
     * @param isThere whether a port, by its index, is part of the switch now
     */
    public UpcallDispatcher(
            ControlMailbox mailbox, FramePool pool, CounterShard counters, IntPredicate isThere) {
        this.mailbox = mailbox;
        this.pool = pool;
        this.isThere = isThere;
        injector = new FrameInjector(mailbox.toLcore(), pool, counters);
        shown = mailbox.handler(this::shown);
    }

    /** Adds a feature, behind those that are there; before the first turn. */
    public void add(Upcall upcall) {
        upcalls.add(upcall);
    }

    /** Says who is told of frames that wait for a neighbour, and of neighbours. */
    public void onMessages(ControlMailbox.Listener listener) {
        messages = ControlMailbox.handler(listener);
    }

    /** Says who is told of dropped frames. */
    public void onDropped(ControlMailbox.DropListener listener) {
        dropped = ControlMailbox.handler(listener);
    }

    /** Says who is asked about sources. */
    public void onAsked(ControlMailbox.Asker listener) {
        asked = ControlMailbox.handler(listener);
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
        work += mailbox.receiveAsked(asked, MESSAGES_A_TURN);
        work += mailbox.receive(messages, MESSAGES_A_TURN);
        work += mailbox.receiveDropped(dropped, DROPPED_A_TURN);
        work += mailbox.receiveSnooped(shown, SHOWN_A_TURN);
        for (Upcall upcall : upcalls) {
            work += upcall.doWork();
        }
        return work;
    }

    private int release() {
        final int count = held.size();
        for (Shown frame = held.poll(); frame != null; frame = held.poll()) {
            send(frame);
        }
        return count;
    }

    private void shown(int ingress, int verdict, int port, int l3, long mbuf) {
        if (!isThere.test(ingress)) {
            pool.free(mbuf);
            return;
        }
        final Shown frame = new Shown(ingress, verdict, port, l3, mbuf);
        for (Upcall upcall : upcalls) {
            if (upcall.take(frame)) {
                return;
            }
        }
        send(frame);
    }

    private void send(Shown frame) {
        injector.decided(frame.ingress(), frame.verdict(), frame.port(), frame.mbuf());
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
        mailbox.drain(pool);
    }
}
