// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.config.ThreadPlan;
import io.ipvane.control.DropCatalog;
import io.ipvane.counters.PortCounter;
import io.ipvane.testing.Frames;
import io.ipvane.testing.RandomFrames;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes, in any segments, from any side, in any mode and plan: no exception, no leak, and every
 * frame has one fate that a counter shows.
 */
class AnyBytesPropertyTest {
    private static final int FRAMES = 4_000;
    private static final List<String> SIDES = List.of("wire", "master", "c1", "c2");
    private static final List<String> ALL = List.of("wire", "master", "c1", "c2", "c3");

    static Stream<Arguments> networks() {
        return Stream.of("l2", "l3")
                .flatMap(
                        mode ->
                                Stream.of("kernel", "improved")
                                        .flatMap(
                                                compat ->
                                                        Stream.of(ThreadPlan.values())
                                                                .map(
                                                                        plan ->
                                                                                Arguments.of(
                                                                                        mode,
                                                                                        compat,
                                                                                        plan))));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("networks")
    void shouldGiveEveryFrameOneFate(String mode, String compat, ThreadPlan plan) {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        final RandomFrames frames = new RandomFrames(random);
        try (SwitchHarness net = SmallNetwork.of(mode, plan, "compat: " + compat)) {
            net.transmitted();
            final long before = fates(net);
            for (int i = 0; i < FRAMES; i++) {
                final byte[] frame = frames.any();
                final int cut = frame.length == 0 ? 0 : random.nextInt(frame.length + 1);
                net.device(SIDES.get(random.nextInt(SIDES.size())))
                        .inject(random.nextBoolean() ? Frames.split(frame, cut) : one(frame));
                if (random.nextInt(40) == 0) {
                    net.run();
                    net.transmitted();
                }
            }
            net.run();
            assertEquals(List.of(), net.topology().takeErrors(), "stage errors, seed " + seed);
            assertEquals(0, drops(net, BurstDrop.STAGE_ERROR), "stage errors, seed " + seed);
            // A flooded frame has several fates; one that waits for a neighbour has none yet.
            final long fates = fates(net) - before + net.held();
            if (fates < FRAMES) {
                throw new AssertionError(fates + " fates for " + FRAMES + " frames, seed " + seed);
            }
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    private static byte[][] one(byte[] frame) {
        return new byte[][] {frame};
    }

    /** Sent copies, and drops, of all ports. */
    private static long fates(SwitchHarness net) {
        long sum = 0;
        for (String name : ALL) {
            sum += net.counter(name, PortCounter.TRANSMIT_PACKETS.ordinal());
            for (DropReason reason : DropCatalog.ALL) {
                sum += net.counter(name, reason.column());
            }
        }
        return sum;
    }

    private static long drops(SwitchHarness net, DropReason reason) {
        return ALL.stream().mapToLong(name -> net.counter(name, reason.column())).sum();
    }
}
