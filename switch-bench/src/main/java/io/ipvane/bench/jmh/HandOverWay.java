// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import com.lmax.disruptor.EventPoller;
import io.ipvane.burst.Burst;
import io.ipvane.lcore.HandOver;
import java.lang.foreign.Arena;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A way to pass bursts on: {@link #give} on one thread, {@link #take} on the same or another. */
@State(Scope.Thread)
public abstract class HandOverWay {
    /**
     * Whether the giver writes columns of a burst and the taker reads them, as receive and run do.
     */
    @Param({"false", "true"})
    boolean rows;

    /** {@link #give}, without a new object a call. */
    final BooleanSupplier giver = this::give;

    private long taken;

    /** Hands one burst over; false where there is no room. */
    abstract boolean give();

    /** Takes what there is through both steps. */
    abstract void take();

    /** Bursts taken so far. */
    final long taken() {
        return taken;
    }

    final void fill(Burst burst) {
        burst.size = rows ? Burst.MAX : 0;
        for (int i = 0; i < burst.size; i++) {
            burst.frame(i, i, i, i, i);
        }
    }

    final void work(Burst burst) {
        long sum = 0;
        for (int i = 0; i < burst.size; i++) {
            sum += burst.data(i) + burst.contiguous(i) + burst.length(i);
        }
        if (sum >= 0) {
            taken++;
        }
    }

    /** The switch's Disruptor ring, in which the slot is the burst. */
    public static class Disruptor extends HandOverWay {
        private final EventPoller.Handler<Burst> run =
                (burst, sequence, last) -> {
                    work(burst);
                    return true;
                };
        private final EventPoller.Handler<Burst> transmit = (burst, sequence, last) -> true;
        private final HandOver ring = new HandOver(Arena.ofAuto());

        @Override
        boolean give() {
            final Burst burst = ring.free();
            if (burst == null) {
                return false;
            }
            fill(burst);
            ring.give();
            return true;
        }

        @Override
        void take() {
            ring.take(run, transmit);
        }
    }

    /**
     * Two of Agrona's queues, one behind the other, that pass references. Bursts are used again in
     * turn: none is ever further away than the queues are long.
     */
    public static class Agrona extends HandOverWay {
        private final OneToOneConcurrentArrayQueue<Burst> toRun =
                new OneToOneConcurrentArrayQueue<>(HandOver.slots());
        private final OneToOneConcurrentArrayQueue<Burst> toTransmit =
                new OneToOneConcurrentArrayQueue<>(HandOver.slots());
        private final Burst[] bursts = new Burst[4 * HandOver.slots()];
        private int next;

        public Agrona() {
            final Arena arena = Arena.ofAuto();
            for (int i = 0; i < bursts.length; i++) {
                bursts[i] = new Burst(arena);
            }
        }

        @Override
        boolean give() {
            if (toRun.remainingCapacity() == 0) {
                return false;
            }
            final Burst burst = bursts[next];
            next = next + 1 & bursts.length - 1;
            fill(burst);
            return toRun.offer(burst);
        }

        @Override
        void take() {
            final Burst burst = toRun.poll();
            if (burst != null) {
                work(burst);
                toTransmit.offer(burst);
                toTransmit.poll();
            }
        }
    }
}
