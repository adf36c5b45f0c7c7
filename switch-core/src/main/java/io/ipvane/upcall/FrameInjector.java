// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;

/**
 * Puts frames that came by way of the conductor back on their way: the lcore that handed a frame up
 * takes it in again, at the place that is named here. Frames of the conductor's own go by one lcore
 * a port. Every frame changes hands; where the lcore cannot keep up it is freed and counted at the
 * port that it came in by.
 *
 * <p>Conductor thread only.
 */
public final class FrameInjector {
    private final Mailboxes mailboxes;
    private final FramePool pool;
    private final CounterShard counters;

    /**
     * Puts frames into the rings of lcores.
     *
     * @param counters of the conductor's thread
     */
    public FrameInjector(Mailboxes mailboxes, FramePool pool, CounterShard counters) {
        this.mailboxes = mailboxes;
        this.pool = pool;
        this.counters = counters;
    }

    /** A frame as it came in, by a port and an lcore: it is decided as any other. */
    public void arrived(int lcore, int ingress, long mbuf) {
        if (!to(lcore).arrived(ingress, mbuf)) {
            refused(ingress, mbuf);
        }
    }

    /** A frame that was shown, and whose verdict stands. */
    public void decided(Shown frame) {
        decided(frame.lcore(), frame.ingress(), frame.verdict(), frame.port(), frame.mbuf());
    }

    /**
     * A frame of the conductor's own, with its verdict, as if a port had sent it.
     *
     * @param port where to, if the verdict is to deliver it
     */
    public void own(int ingress, int verdict, int port, long mbuf) {
        decided(mailboxes.speaker(ingress), ingress, verdict, port, mbuf);
    }

    private void decided(int lcore, int ingress, int verdict, int port, long mbuf) {
        if (!to(lcore).decided(ingress, verdict, port, mbuf)) {
            refused(ingress, mbuf);
        }
    }

    /**
     * A frame that is ready for the tx queue of a port.
     *
     * @return false where the lcore cannot keep up: the frame is the caller's then
     */
    public boolean finished(int lcore, int port, long mbuf) {
        return to(lcore).finished(port, mbuf);
    }

    /** As {@link #finished}, for a frame of the conductor's own. */
    public boolean ownFinished(int port, long mbuf) {
        return finished(mailboxes.speaker(port), port, mbuf);
    }

    private ToLcore to(int lcore) {
        return mailboxes.of(lcore).toLcore();
    }

    private void refused(int ingress, long mbuf) {
        counters.add(ingress, BurstDrop.RING_FULL.column(), 1);
        pool.free(mbuf);
    }
}
