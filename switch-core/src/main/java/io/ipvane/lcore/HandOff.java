// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import com.lmax.disruptor.EventPoller;
import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import java.lang.foreign.Arena;

/**
 * Rings by which lcores hand frames to each other: one for each ordered pair, so that each has one
 * producer and one consumer. An event is a burst, whose frames are parsed.
 *
 * <p>A ring that is full refuses: an lcore never waits for another, since that one may be waiting
 * for it. Frames of one flow come from one rx queue, pass one ring, and keep their order.
 *
 * <p>Threads: {@link #room} and {@link #publish} are the giving lcore's, {@link #take} the taking
 * one's, {@link #drain} that of whoever stopped them all.
 */
@HotPath
final class HandOff {
    private final int lcores;
    private final BurstRing[] rings;

    /** Empty rings among so many lcores. */
    HandOff(Arena arena, int lcores) {
        this.lcores = lcores;
        this.rings = new BurstRing[lcores * lcores];
        for (int from = 0; from < lcores; from++) {
            for (int to = 0; to < lcores; to++) {
                rings[from * lcores + to] = from == to ? null : new BurstRing(arena, false);
            }
        }
    }

    /** Number of lcores. */
    int lcores() {
        return lcores;
    }

    /** A burst that {@link #publish} would hand on, or null where too many are on their way. */
    Burst room(int from, int to) {
        return rings[from * lcores + to].free();
    }

    /** Hands on what {@link #room} gave. */
    void publish(int from, int to) {
        rings[from * lcores + to].publish();
    }

    /** Hands every burst that waits for an lcore to it. */
    void take(int to, EventPoller.Handler<Burst> handler) {
        for (int from = 0; from < lcores; from++) {
            if (from != to) {
                rings[from * lcores + to].transmit(handler);
            }
        }
    }

    /** Frees what nobody has taken. No lcore runs any more. */
    void drain(FramePool pool) {
        final EventPoller.Handler<Burst> free =
                (burst, sequence, endOfBatch) -> {
                    for (int i = 0; i < burst.size; i++) {
                        pool.free(burst.mbuf(i));
                    }
                    burst.clear();
                    return true;
                };
        for (int to = 0; to < lcores; to++) {
            take(to, free);
        }
    }
}
