// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.upcall.ToLcore;

/**
 * Puts frames that came by way of the conductor back on their way: an lcore takes each in at the
 * place that is named here. Every frame changes hands; where the lcore cannot keep up it is freed
 * and counted at the port that it came in by.
 *
 * <p>Conductor thread only.
 */
final class FrameInjector {
    private final ToLcore lcore;
    private final FramePool pool;
    private final CounterShard counters;

    FrameInjector(ToLcore lcore, FramePool pool, CounterShard counters) {
        this.lcore = lcore;
        this.pool = pool;
        this.counters = counters;
    }

    /** A frame as it came in by a port: it is decided as any other. */
    void arrived(int ingress, long mbuf) {
        if (!lcore.arrived(ingress, mbuf)) {
            refused(ingress, mbuf);
        }
    }

    /**
     * A frame whose verdict stands.
     *
     * @param port where to, if the verdict is to deliver it
     */
    void decided(int ingress, int verdict, int port, long mbuf) {
        if (!lcore.decided(ingress, verdict, port, mbuf)) {
            refused(ingress, mbuf);
        }
    }

    /** A frame of the switch's own for one port. */
    void deliver(int port, long mbuf) {
        decided(port, Verdict.DELIVER, port, mbuf);
    }

    private void refused(int ingress, long mbuf) {
        counters.add(ingress, BurstDrop.RING_FULL.column(), 1);
        pool.free(mbuf);
    }
}
