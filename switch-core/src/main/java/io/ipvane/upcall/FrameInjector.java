// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;

/**
 * Puts frames that came by way of the conductor back on their way: an lcore takes each in at the
 * place that is named here. Every frame changes hands; where the lcore cannot keep up it is freed
 * and counted at the port that it came in by.
 *
 * <p>Conductor thread only.
 */
public final class FrameInjector {
    private final ToLcore lcore;
    private final FramePool pool;
    private final CounterShard counters;

    /**
     * Puts frames into this ring.
     *
     * @param counters of the conductor's thread
     */
    public FrameInjector(ToLcore lcore, FramePool pool, CounterShard counters) {
        this.lcore = lcore;
        this.pool = pool;
        this.counters = counters;
    }

    /** A frame as it came in by a port: it is decided as any other. */
    public void arrived(int ingress, long mbuf) {
        if (!lcore.arrived(ingress, mbuf)) {
            refused(ingress, mbuf);
        }
    }

    /**
     * A frame whose verdict stands.
     *
     * @param port where to, if the verdict is to deliver it
     */
    public void decided(int ingress, int verdict, int port, long mbuf) {
        if (!lcore.decided(ingress, verdict, port, mbuf)) {
            refused(ingress, mbuf);
        }
    }

    /**
     * A frame that is ready for the tx queue of a port.
     *
     * @return false where the lcore cannot keep up: the frame is the caller's then
     */
    public boolean finished(int port, long mbuf) {
        return lcore.finished(port, mbuf);
    }

    private void refused(int ingress, long mbuf) {
        counters.add(ingress, BurstDrop.RING_FULL.column(), 1);
        pool.free(mbuf);
    }
}
