// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.burst.Burst;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** The hand-over of bursts from receive to run and transmit; frames a second. */
public class RingBench {
    private static final int BURSTS = 64;

    @Benchmark
    @OperationsPerInvocation(BURSTS * Burst.MAX)
    public long oneThread(HandOverWay.Disruptor ring, Lcore lcore) {
        return giveAndTake(ring);
    }

    @Benchmark
    @Baseline(of = "oneThread", label = "Agrona")
    @OperationsPerInvocation(BURSTS * Burst.MAX)
    public long oneThreadAgrona(HandOverWay.Agrona queues, Lcore lcore) {
        return giveAndTake(queues);
    }

    private static long giveAndTake(HandOverWay way) {
        for (int i = 0; i < BURSTS; i++) {
            way.give();
            way.take();
        }
        return way.taken();
    }

    @Benchmark
    @OperationsPerInvocation(BURSTS * Burst.MAX)
    public long twoThreads(HandOverWay.Disruptor ring, Giver giver) {
        return take(ring, giver);
    }

    @Benchmark
    @Baseline(of = "twoThreads", label = "Agrona")
    @OperationsPerInvocation(BURSTS * Burst.MAX)
    public long twoThreadsAgrona(HandOverWay.Agrona queues, Giver giver) {
        return take(queues, giver);
    }

    /** The taker may get more than it asked for, by a ring's length in all. */
    private static long take(HandOverWay way, Giver giver) {
        giver.start(way.giver);
        final long wanted = (way.taken() / BURSTS + 1) * BURSTS;
        while (way.taken() < wanted) {
            way.take();
        }
        return way.taken();
    }
}
