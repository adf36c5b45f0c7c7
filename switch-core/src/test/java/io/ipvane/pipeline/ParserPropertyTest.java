// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.Facts;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whatever the bytes, their segments and their length: one calm answer, from those bytes alone. */
class ParserPropertyTest {
    private static final int CASES = 50_000;
    private static final int ALL_OPTIONS = 4;

    private static final byte[][] SEEDS = {
        Frames.udp4().build(),
        Frames.udp4().options(12).build(),
        Frames.udp4().tag(0).build(),
        Frames.udp4().tag(0).tag(0x88A8, 0).build(),
        Frames.udp6().build(),
        Frames.solicitation(Frames.C1_6).build(),
        Frames.dadProbe(Frames.C1_6).tag(0).build(),
        Frames.advertisement(Frames.C1_6).build(),
        Frames.arpRequest(Frames.C1_4).build(),
        Frames.ethernet(0x8808, new byte[46]).macs(Frames.PAUSE_GROUP, Frames.X).build()
    };

    /**
     * The bytes around a frame differ between the two runs: an answer that differs looked there.
     */
    @Test
    void shouldAnswerTheSameWhateverLiesAroundTheFrame() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        try (MemoryPool pool = new MemoryPool(16, 256)) {
            for (int n = 0; n < CASES; n++) {
                final byte[] frame = mutate(random);
                final byte[][] segments = segments(random, frame);
                final int options = random.nextInt(ALL_OPTIONS);
                pool.allowPullUp(random.nextInt(8) != 0);
                pool.poison(0x00);
                final ParsedFrame first = ParsedFrame.of(pool, options, segments);
                pool.poison(0xFF);
                final ParsedFrame second = ParsedFrame.of(pool, options, segments);
                pool.poison(0x45);
                final ParsedFrame third = ParsedFrame.of(pool, options, segments);
                final String message =
                        "seed " + seed + " options " + options + " frame " + Frames.hex(frame);
                assertEquals(first, second, message);
                assertEquals(first, third, message);
                checkSane(first, frame, message);
            }
        }
    }

    @Test
    void shouldAnswerTheSameHoweverTheFrameIsCutIntoSegments() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        try (MemoryPool pool = new MemoryPool(16, 256)) {
            for (int n = 0; n < CASES; n++) {
                final byte[] frame = mutate(random);
                final int options = random.nextInt(ALL_OPTIONS);
                assertEquals(
                        ParsedFrame.of(pool, options, frame),
                        ParsedFrame.of(pool, options, segments(random, frame)),
                        () -> "seed " + seed + " frame " + Frames.hex(frame));
            }
        }
    }

    /** A frame is parsed alike in any place of a burst, and no byte of it changes. */
    @Test
    void shouldParseEveryFrameOfABurstByItself() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        try (MemoryPool pool = new MemoryPool(512, 256);
                Arena arena = Arena.ofConfined()) {
            final Burst burst = new Burst(arena);
            for (int n = 0; n < 500; n++) {
                final int options = random.nextInt(ALL_OPTIONS);
                burst.size = random.nextInt(Burst.MAX + 1);
                final byte[][] frames = new byte[burst.size][];
                for (int i = 0; i < burst.size; i++) {
                    frames[i] = mutate(random);
                    ParsedFrame.load(burst, i, pool, pool.frame(segments(random, frames[i])));
                }
                Parser.parse(burst, Frames.OWN, options, pool);
                for (int i = 0; i < burst.size; i++) {
                    final String message = "seed " + seed + " frame " + Frames.hex(frames[i]);
                    assertArrayEquals(frames[i], pool.bytes(burst.mbuf(i)), message);
                    assertEquals(pool.data(burst.mbuf(i)), burst.data(i), message);
                    assertEquals(pool.contiguous(burst.mbuf(i)), burst.contiguous(i), message);
                    final ParsedFrame parsed = ParsedFrame.at(burst, i);
                    assertEquals(ParsedFrame.of(pool, options, frames[i]), parsed, message);
                    assertTrue(burst.contiguous(i) >= headersBehind(parsed, frames[i]), message);
                }
                pool.free(burst.mbufs, burst.size);
            }
        }
    }

    @Test
    void shouldAllocateNothing() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (MemoryPool pool = new MemoryPool(256, 256);
                Arena arena = Arena.ofConfined()) {
            final Burst burst = new Burst(arena);
            burst.size = Burst.MAX;
            for (int i = 0; i < Burst.MAX; i++) {
                ParsedFrame.load(burst, i, pool, pool.frame(SEEDS[i % SEEDS.length]));
            }
            long allocated = Long.MAX_VALUE;
            // The first rounds warm up; compilation may charge a few bytes to this thread.
            for (int round = 0; round < 20 && allocated != 0; round++) {
                final long before = threads.getCurrentThreadAllocatedBytes();
                for (int n = 0; n < 10_000; n++) {
                    Parser.parse(burst, Frames.OWN, n % ALL_OPTIONS, pool);
                }
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertEquals(0, allocated);
            pool.free(burst.mbufs, burst.size);
        }
    }

    /** Bytes that later passes may touch without asking. */
    private static int headersBehind(ParsedFrame parsed, byte[] frame) {
        if (!parsed.has(Facts.IP)) {
            return parsed.family() == Burst.NO_KEY ? 0 : parsed.l3() + 28;
        }
        if (parsed.etherType() == 0x0800) {
            return parsed.l3() + (frame[parsed.l3()] & 0xF) * 4;
        }
        return parsed.l3() + (parsed.has(Facts.SOLICIT) ? 64 : 40);
    }

    private static void checkSane(ParsedFrame parsed, byte[] frame, String message) {
        final boolean keyless = parsed.family() == Burst.NO_KEY;
        if (keyless) {
            assertEquals(
                    0,
                    parsed.key0() | parsed.key1() | parsed.source0() | parsed.source1(),
                    message);
        }
        if (parsed.has(Facts.DISCARD)) {
            assertTrue(keyless && !parsed.has(Facts.IP | Facts.SOLICIT), message);
        }
        if (frame.length < 14) {
            assertTrue(
                    parsed.reason() == ParseDrop.TRUNCATED
                            || parsed.reason() == BurstDrop.HEADERS_SPLIT,
                    message);
        }
        assertTrue(parsed.l3() <= frame.length, message);
        assertEquals(
                0, parsed.facts() & (Facts.KNOWN | Facts.SOURCE_KNOWN | Facts.SPOOFED), message);
    }

    /** A valid frame with some bytes changed, cut or lengthened; now and then pure noise. */
    private static byte[] mutate(SplittableRandom random) {
        if (random.nextInt(10) == 0) {
            final byte[] noise = new byte[random.nextInt(120)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] frame = SEEDS[random.nextInt(SEEDS.length)].clone();
        if (random.nextInt(3) == 0) {
            frame = Arrays.copyOf(frame, random.nextInt(frame.length + 40));
        }
        for (int changes = random.nextInt(4); changes > 0 && frame.length > 0; changes--) {
            frame[random.nextInt(Math.min(frame.length, 80))] = (byte) random.nextInt(256);
        }
        return frame;
    }

    private static byte[][] segments(SplittableRandom random, byte[] frame) {
        final int[] ends = new int[random.nextInt(4)];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = random.nextInt(frame.length + 1);
        }
        Arrays.sort(ends);
        return Frames.split(frame, ends);
    }
}
