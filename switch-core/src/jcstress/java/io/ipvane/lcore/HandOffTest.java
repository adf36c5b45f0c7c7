// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import com.lmax.disruptor.EventPoller;
import io.ipvane.burst.Burst;
import io.ipvane.burst.Row;
import io.ipvane.memory.BurstLayout;
import io.ipvane.memory.Memory;
import io.ipvane.stress.Reused;
import java.lang.foreign.Arena;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Bursts come over a ring as they were written, all three lines of a row, each once and in order;
 * and those that nobody had taken when the lcores ended are still there.
 */
final class HandOffTest {
    private static final int LINES = 3;
    private static final int FRAMES = 2;
    private static final int TURNS = 20;

    private HandOffTest() {}

    private static long word(int number, int frame, int line, int at) {
        return (long) number << 48 | (long) frame << 40 | (long) line << 32 | at;
    }

    private static void write(Burst burst, int number) {
        burst.size = FRAMES;
        burst.ingress = 10 * number;
        burst.epoch = 100 * number;
        burst.tunneled = true;
        for (int frame = 0; frame < FRAMES; frame++) {
            for (int line = 0; line < LINES; line++) {
                final long from = burst.row(frame) + (long) line * BurstLayout.NEXT_LINE;
                for (int at = 0; at < Row.BYTES; at += 8) {
                    Memory.put64(from + at, word(number, frame, line, at));
                }
            }
        }
    }

    /** Writes down which bursts came; x is one that is not as it was written. */
    private static final class Taker implements EventPoller.Handler<Burst> {
        private final StringBuilder seen = new StringBuilder();

        @Override
        public boolean onEvent(Burst burst, long sequence, boolean endOfBatch) {
            seen.append(number(burst));
            burst.clear();
            return true;
        }

        private static String number(Burst burst) {
            final int number = burst.ingress / 10;
            boolean whole = burst.size == FRAMES && burst.epoch == 100L * number && burst.tunneled;
            for (int frame = 0; frame < FRAMES; frame++) {
                for (int line = 0; line < LINES; line++) {
                    final long from = burst.row(frame) + (long) line * BurstLayout.NEXT_LINE;
                    for (int at = 0; at < Row.BYTES; at += 8) {
                        whole &= Memory.i64(from + at) == word(number, frame, line, at);
                    }
                }
            }
            return whole ? Integer.toString(number) : "x";
        }

        @Override
        public String toString() {
            return seen.toString();
        }
    }

    /** From receive over run to transmit: two readers, the second behind the first. */
    @JCStressTest
    @Outcome(id = "123", expect = ACCEPTABLE, desc = "all, once, whole, in order")
    @Outcome(expect = FORBIDDEN, desc = "lost, doubled, torn or out of order")
    @State
    public static class Ring {
        private static final Reused<BurstRing> RINGS =
                new Reused<>(() -> new BurstRing(Arena.global(), true));

        private final BurstRing ring = RINGS.take();
        private final Taker taker = new Taker();

        /** Run changes the slot, as stages do. */
        private final EventPoller.Handler<Burst> run =
                (burst, sequence, endOfBatch) -> {
                    write(burst, burst.ingress / 10);
                    return true;
                };

        @Actor
        public void receive() {
            for (int number = 1; number <= 3; number++) {
                final Burst burst = ring.free();
                burst.ingress = 10 * number;
                ring.publish();
            }
            for (int turn = 0; turn < TURNS; turn++) {
                ring.run(run);
            }
        }

        @Actor
        public void transmit() {
            for (int turn = 0; turn < TURNS; turn++) {
                ring.transmit(taker);
            }
        }

        @Arbiter
        public void end(L_Result result) {
            ring.run(run);
            ring.transmit(taker);
            result.r1 = taker.toString();
            RINGS.give(ring);
        }
    }

    /** Two lcores hand bursts to each other, more than their rings hold. */
    @JCStressTest
    @Outcome(id = "ok, ok", expect = ACCEPTABLE, desc = "all that had room, whole, in order")
    @Outcome(expect = FORBIDDEN, desc = "lost, doubled, torn or out of order")
    @State
    public static class BothWays {
        private static final Reused<HandOff> RINGS =
                new Reused<>(() -> new HandOff(Arena.global(), 2));
        private static final Reused<Burst> BURSTS = new Reused<>(() -> new Burst(Arena.global()));
        private static final int BURSTS_EACH = BurstRing.SLOTS + 4;

        private final HandOff handOff = RINGS.take();
        private final Burst[] own = {BURSTS.take(), BURSTS.take()};
        private final Taker[] takers = {new Taker(), new Taker()};
        private final StringBuilder[] given = {new StringBuilder(), new StringBuilder()};

        @Actor
        public void first() {
            turns(0, 1);
        }

        @Actor
        public void second() {
            turns(1, 0);
        }

        private void turns(int self, int other) {
            for (int number = 1; number <= BURSTS_EACH; number++) {
                write(own[self], number);
                final Burst room = handOff.room(self, other);
                if (room != null) {
                    room.take(own[self], (1L << FRAMES) - 1);
                    handOff.publish(self, other);
                    given[self].append(number);
                }
                handOff.take(self, takers[self]);
            }
        }

        @Arbiter
        public void end(LL_Result result) {
            handOff.take(0, takers[0]);
            handOff.take(1, takers[1]);
            result.r1 = judge(given[0], takers[1]);
            result.r2 = judge(given[1], takers[0]);
            RINGS.give(handOff);
            BURSTS.give(own[0]);
            BURSTS.give(own[1]);
        }

        private static String judge(StringBuilder given, Taker taken) {
            return given.length() >= BurstRing.SLOTS && given.toString().equals(taken.toString())
                    ? "ok"
                    : given + " became " + taken;
        }
    }
}
