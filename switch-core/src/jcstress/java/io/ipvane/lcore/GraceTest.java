// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import com.lmax.disruptor.EventPoller;
import io.ipvane.burst.Burst;
import io.ipvane.burst.Stage;
import io.ipvane.memory.Memory;
import io.ipvane.stress.Reused;
import java.lang.foreign.Arena;
import java.util.stream.IntStream;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Nobody reads an entry that is freed: an lcore that finds entries itself, one that gets them in a
 * burst through the ring, and one that another lcore hands them to.
 */
final class GraceTest {
    private static final int SPINS = 256;

    private GraceTest() {}

    /** An lcore reads in each of three turns; the conductor takes the entry away meanwhile. */
    @JCStressTest
    @Outcome(
            id = {"7, 7, 7", "7, 7, 0", "7, 0, 0", "0, 0, 0"},
            expect = ACCEPTABLE,
            desc = "unlinked at some time")
    @Outcome(expect = FORBIDDEN, desc = "freed, or back again")
    @State
    public static class Head {
        private final Retirement table = new Retirement(1);
        private final EpochReport report =
                new EpochReport(table.quiescence, table.publisher, 0, EpochReport.HEAD);

        @Actor
        public void conductor() {
            table.retire();
        }

        @Actor
        public void lcore(III_Result result) {
            result.r1 = turn();
            result.r2 = turn();
            result.r3 = turn();
        }

        private int turn() {
            report.begin();
            final long found = table.find();
            Thread.onSpinWait();
            final int read = Retirement.read(found);
            report.end(found == Retirement.UNLINKED);
            return read;
        }
    }

    /** Reads what was found by the lcore before. */
    private static final class Reader {
        private static final int NOTHING = 1;

        private int read = NOTHING;

        void read(Burst burst) {
            read = Retirement.read(burst.mbuf(0));
        }

        int take() {
            final int taken = read;
            read = NOTHING;
            return taken;
        }
    }

    private static void spin(int times) {
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }

    private static void put(Burst burst, Retirement table) {
        burst.epoch = table.publisher.epoch();
        Memory.put64(burst.row(0), 0);
        burst.frame(0, table.find(), 0, 0, 0);
        burst.size = 1;
    }

    /**
     * The first lcore, which is the conductor as well, finds the entry and hands it on; the second
     * reads it.
     */
    @JCStressTest
    @Outcome(
            id = {"7, 1", "1, 7"},
            expect = ACCEPTABLE,
            desc = "read in a turn or at the end")
    @Outcome(expect = FORBIDDEN, desc = "freed, or not there")
    @State
    public static class BehindRing {
        private static final Reused<BurstRing> RINGS =
                new Reused<>(() -> new BurstRing(Arena.global(), false));

        private final Retirement table = new Retirement(2);
        private final BurstRing ring = RINGS.take();
        private final EpochReport first =
                new EpochReport(table.quiescence, table.publisher, 0, EpochReport.HEAD);
        private final EpochReport second = new EpochReport(table.quiescence, table.publisher, 1, 0);
        private final Reader reader = new Reader();
        private final EventPoller.Handler<Burst> handler = this::onBurst;

        private boolean onBurst(Burst burst, long sequence, boolean endOfBatch) {
            Thread.onSpinWait();
            reader.read(burst);
            second.finished(burst.epoch);
            burst.clear();
            return true;
        }

        @Actor
        public void firstLcoreAndConductor() {
            first.begin();
            put(ring.free(), table);
            ring.publish();
            first.end(false);
            final long ticket = table.unlink();
            for (int i = 0; i < SPINS && !table.freeIfPassed(ticket); i++) {
                first.begin();
                first.end(true);
            }
        }

        @Actor
        public void secondLcore(II_Result result) {
            for (int i = 0; i < SPINS && reader.read == Reader.NOTHING; i++) {
                turn();
            }
            result.r1 = reader.take();
            turn();
        }

        private void turn() {
            second.begin();
            final boolean worked = ring.transmit(handler);
            second.end(!worked);
        }

        @Arbiter
        public void end(II_Result result) {
            turn();
            result.r2 = reader.take();
            RINGS.give(ring);
        }
    }

    /**
     * Of two lcores that forward side by side one finds the entry and hands it on; the other, which
     * is the conductor as well, reads it.
     */
    @JCStressTest
    @Outcome(
            id = {"7, 1", "1, 7"},
            expect = ACCEPTABLE,
            desc = "read in a turn or at the end")
    @Outcome(
            id = {"0, 1", "1, 0"},
            expect = ACCEPTABLE,
            desc = "unlinked before it was looked for")
    @Outcome(expect = FORBIDDEN, desc = "freed, or not there")
    @State
    public static class HandedIn {
        private static final int LCORES = 3;
        private static final int TAKER = 2;

        /** A role each, and what takes in at the taker. */
        private static final int READERS = LCORES + 1;

        /** The giver is asked last: if rings were looked at first, there would be time for it. */
        private static final int[] GIVERS =
                IntStream.concat(IntStream.generate(() -> 1).limit(300), IntStream.of(TAKER, 0))
                        .toArray();

        private static final Reused<HandOff> RINGS =
                new Reused<>(() -> new HandOff(Arena.global(), LCORES));
        private static int states;

        /** The giver is slow, each time another while. */
        private final int pause = states++ & (SPINS - 1);

        private final Retirement table = new Retirement(READERS);
        private final HandOff handOff = RINGS.take();
        private final EpochReport giver =
                new EpochReport(table.quiescence, table.publisher, 0, EpochReport.HEAD);
        private final EpochReport taker =
                new EpochReport(table.quiescence, table.publisher, TAKER, EpochReport.HEAD);
        private final Reader reader = new Reader();
        private final Stage stage = this::onBurst;
        private final HandIn atTaker =
                new HandIn(
                        handOff, TAKER, new Stage[] {stage}, table.quiescence, GIVERS, TAKER + 1);

        public HandedIn() {
            // The third lcore only has rings that are looked at.
            table.quiescence.leave(1);
        }

        private void onBurst(Burst burst) {
            Thread.onSpinWait();
            reader.read(burst);
            burst.clear();
        }

        @Actor
        public void giver() {
            giver.begin();
            put(handOff.room(0, TAKER), table);
            spin(pause);
            handOff.publish(0, TAKER);
            giver.end(false);
            for (int i = 0; i < SPINS; i++) {
                giver.begin();
                giver.end(true);
            }
        }

        @Actor
        public void takerAndConductor(II_Result result) {
            turn();
            final long ticket = table.unlink();
            for (int i = 0; i < SPINS && !table.freeIfPassed(ticket); i++) {
                turn();
            }
            result.r1 = reader.take();
        }

        private void turn() {
            taker.begin();
            atTaker.doWork();
            taker.end(true);
            atTaker.end();
        }

        @Arbiter
        public void end(II_Result result) {
            turn();
            result.r2 = reader.take();
            RINGS.give(handOff);
        }
    }
}
