// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import com.lmax.disruptor.EventPoller;
import io.ipvane.burst.Burst;
import java.lang.foreign.Arena;

/**
 * The ring between receive, run and transmit, from outside their package: one thread gives bursts,
 * one takes them through both steps behind it. The two may be the same thread.
 */
public final class HandOver {
    private final BurstRing ring;

    /** An empty ring whose bursts live as long as {@code arena}. */
    public HandOver(Arena arena) {
        ring = new BurstRing(arena, true);
    }

    /** The burst that {@link #give} would hand over, or null where the ring is full. */
    public Burst free() {
        return ring.free();
    }

    /** Hands over what {@link #free} gave. */
    public void give() {
        ring.publish();
    }

    /** Takes every burst given so far through both steps; whether there were any. */
    public boolean take(EventPoller.Handler<Burst> run, EventPoller.Handler<Burst> transmit) {
        ring.run(run);
        return ring.transmit(transmit);
    }

    /** Bursts that fit. */
    public static int slots() {
        return BurstRing.SLOTS;
    }
}
