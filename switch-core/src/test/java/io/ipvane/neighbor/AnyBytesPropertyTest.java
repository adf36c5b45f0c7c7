// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Any bytes, in one segment or two, through responder and learner: no exception, no leak, and the
 * same outcome whatever lies beyond the contiguous bytes.
 */
class AnyBytesPropertyTest {
    private static final long SEED = 0x1EA7_BEEFL;
    private static final int ROUNDS = 40_000;

    @Test
    void shouldDependOnNothingBeyondContiguousAndNeverThrow() {
        final SplittableRandom random = new SplittableRandom(SEED);
        int answers = 0;
        int lessons = 0;
        try (MemoryPool pool = new MemoryPool(8, 512)) {
            for (int round = 0; round < ROUNDS; round++) {
                final byte[] frame = someFrame(random);
                final int cut = random.nextInt(2) == 0 ? 0 : random.nextInt(frame.length + 1);
                final boolean known = random.nextInt(4) != 0;
                pool.poison(0x00);
                final String first = outcome(pool, frame, cut, known);
                pool.poison(0xFF);
                final String second = outcome(pool, frame, cut, known);
                assertEquals(
                        first,
                        second,
                        () -> "seed " + SEED + ", cut " + cut + ": " + Frames.hex(frame));
                answers += first.contains("answer") ? 1 : 0;
                lessons += first.contains("lesson") ? 1 : 0;
            }
        }
        assertTrue(answers > ROUNDS / 100, "the generator must reach answers, " + answers);
        assertTrue(lessons > ROUNDS / 100, "the generator must reach lessons, " + lessons);
    }

    /** A good frame, most often spoilt: bytes changed, cut short or made longer. */
    private static byte[] someFrame(SplittableRandom random) {
        final List<Frames> good =
                List.of(
                        Frames.arpRequest(Frames.C1_4),
                        Frames.arpReply(Frames.C1_4),
                        Frames.solicitation(Frames.C1_6),
                        Frames.dadProbe(Frames.C1_6),
                        Frames.advertisement(Frames.X6),
                        Frames.icmp6(135, new byte[random.nextInt(60)]));
        Frames builder = good.get(random.nextInt(good.size()));
        if (random.nextInt(4) == 0) {
            builder = builder.tag(random.nextInt(2));
        }
        byte[] frame = builder.build();
        for (int spoilt = random.nextInt(4); spoilt > 0; spoilt--) {
            frame[random.nextInt(frame.length)] = (byte) random.nextInt(256);
        }
        if (random.nextInt(3) == 0) {
            frame = Frames.resize(frame, 1 + random.nextInt(frame.length + 20));
        }
        return frame;
    }

    /**
     * Without the parser, which pulls up and refuses: the columns say what a trusting stage would.
     */
    private static String outcome(MemoryPool pool, byte[] frame, int cut, boolean known) {
        final long mbuf = cut == 0 ? pool.frame(frame) : pool.frame(Frames.split(frame, cut));
        final StringBuilder outcome = new StringBuilder();
        try (Arena arena = Arena.ofConfined()) {
            final Burst burst = new Burst(arena);
            burst.size = 1;
            burst.frame(0, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
            guess(burst, frame, known);
            final long answer = new Responder(pool).answer(burst, 0, Frames.OWN, false, 7);
            if (answer > 0) {
                outcome.append("answer ").append(Frames.hex(pool.bytes(answer)));
                pool.free(answer);
            }
            final Learner learner = new Learner();
            if (learner.read(burst, 0)) {
                outcome.append(" lesson ").append(learner.address0()).append(learner.address1());
                outcome.append(' ').append(learner.mac()).append(learner.solicited());
            }
        }
        pool.free(mbuf);
        return outcome.toString();
    }

    /** EtherType and offset as the frame has them, and keys that agree with an honest target. */
    private static void guess(Burst burst, byte[] frame, boolean known) {
        final boolean tagged = frame.length > 13 && frame[12] == (byte) 0x81;
        final int at = tagged ? 16 : 12;
        burst.facts(0, known ? Facts.KNOWN : 0);
        burst.l2(
                0,
                tagged ? 1 : 0,
                frame.length < at + 2 ? 0 : (frame[at] & 0xFF) << 8 | (frame[at + 1] & 0xFF));
        burst.port(0, 3);
        final IpAddress target =
                IpAddress.parse(burst.etherType(0) == 0x0806 ? Frames.C1_4 : Frames.C1_6);
        burst.family(0, target.family());
        burst.key0(0, target.key0());
        burst.key1(0, target.key1());
    }
}
