// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.Stage;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.CounterShard;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.testing.Frames;
import io.ipvane.testing.RandomFrames;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whoever looks at frames stage by stage sees what forwarding does with them: 100,000 frames of all
 * kinds, one at a time and observed, and in bursts that may take the short way.
 */
class StageObserverTest {
    private static final int FRAMES = 20_000;
    private static final long SEED = 20_261_201;

    /** Bytes of payload by which a frame is longer than all may be. */
    private static final int LIMIT = 1514;

    private static final String NEIGHBORS =
            "neighbors: [ { address: 10.0.0.254, mac: \"02:00:00:00:00:fe\" } ]";

    private static final List<String> SIDES = List.of("wire", "master", "c1", "c2", "c3");
    private static final List<String> SOURCES4 =
            List.of(Frames.X4, Frames.HOST4, Frames.C1_4, Frames.C2_4, Frames.C3_4);
    private static final List<String> SOURCES6 =
            List.of(Frames.X6, Frames.HOST6, Frames.C1_6, Frames.C2_6, Frames.C3_6);

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final RandomFrames frames = new RandomFrames(random);

    /** One or two bursts' worth that are all plain, or all kinds together. */
    private List<byte[]> frames(int side) {
        final boolean plain = random.nextInt(3) > 0;
        final String source = (random.nextInt(3) == 0 ? SOURCES6 : SOURCES4).get(side);
        final List<byte[]> all = new ArrayList<>();
        for (int i = random.nextInt(Burst.MAX); i >= 0; i--) {
            final long mac = side == 0 ? Frames.X : Frames.OWN;
            all.add(plain ? frames.plain(source, mac, LIMIT) : frames.any());
        }
        return all;
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({
        "l2, bridge, improved",
        "l2, private, kernel",
        "l2, vepa, improved",
        "l3, bridge, improved",
        "l3, bridge, kernel"
    })
    void shouldShowWhatForwardingDoes(String mode, String flag, String compat) {
        try (SwitchHarness net =
                        SmallNetwork.of(
                                mode,
                                ThreadPlan.SHARED,
                                "flag: " + flag,
                                "compat: " + compat,
                                NEIGHBORS);
                FrameWay forwarded = new FrameWay(net);
                FrameWay observed = new FrameWay(net)) {
            int cut = 0;
            for (int seen = 0; seen < FRAMES; ) {
                final int side = random.nextInt(SIDES.size());
                final List<byte[]> burst = frames(side);
                final int ingress = net.index(SIDES.get(side));
                final List<Fate> fates = forwarded.forward(ingress, burst);
                final List<String> sent = forwarded.takeSent();
                final List<String> shown = new ArrayList<>();
                for (int i = 0; i < burst.size(); i++) {
                    final Fate fate = observed.observe(ingress, burst.get(i));
                    shown.addAll(observed.takeSent());
                    assertTrue(
                            fates.get(i).agrees(fate, net.index("wire")),
                            () -> "seed " + SEED + ": " + fates + " but " + fate);
                    cut += fates.get(i).verdict() == Fate.SENT ? 1 : 0;
                }
                Collections.sort(sent);
                Collections.sort(shown);
                assertEquals(sent, shown, "seed " + SEED + " from " + SIDES.get(side));
                seen += burst.size();
            }
            assertTrue(cut > FRAMES / 10, "only " + cut + " frames took the short way");
            for (int port = 0; port < SIDES.size(); port++) {
                for (int column = 0; column < CounterShard.COLUMNS; column++) {
                    assertEquals(
                            forwarded.counters.get(port, column),
                            observed.counters.get(port, column),
                            "column " + column + " of port " + port);
                }
            }
            assertNull(forwarded.pipeline.takeLastError());
            assertNull(observed.pipeline.takeLastError());
        }
    }

    @Test
    void shouldNameTheStagesInTheirOrder() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED);
                FrameWay way = new FrameWay(net)) {
            assertEquals(
                    List.of(
                            "parse",
                            "tunnels",
                            "cut_through",
                            "lookup",
                            "remote",
                            "decide",
                            "settle",
                            "learn",
                            "source",
                            "speak",
                            "route",
                            "rewrite",
                            "respond",
                            "snoop"),
                    way.pipeline.stages());
            assertEquals(
                    List.of(
                            "parse", "lookup", "remote", "decide", "settle", "speak", "route",
                            "rewrite", "respond", "snoop"),
                    Pipeline.afterConductor(way.arena, net.pool()).stages());
        }
    }

    @Test
    void shouldRunOneFrameWithoutSendingOrCountingAnything() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED);
                FrameWay way = new FrameWay(net)) {
            final Pipeline alone = new Pipeline(way.arena, net.pool());
            final long frame = net.pool().frame(Frames.udp4().macs(Frames.OWN, Frames.X).build());
            final Burst burst = way.burst(net.index("wire"), frame);
            burst.whole = true;
            final List<String> seen = new ArrayList<>();
            alone.run(burst, (stage, b) -> seen.add(stage));
            assertEquals(alone.stages(), seen);
            assertEquals(Verdict.DELIVER, burst.verdict(0));
            assertEquals(net.index("c1"), burst.port(0));
            net.pool().free(burst.mbuf(0));
            assertEquals(List.of(), way.takeSent());
        }
    }

    @Test
    void shouldShowNothingOfABurstThatNobodyWantsToSee() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED);
                FrameWay way = new FrameWay(net)) {
            final long frame = net.pool().frame(Frames.udp4().macs(Frames.OWN, Frames.X).build());
            final Burst burst = way.burst(net.index("wire"), frame);
            final List<String> seen = new ArrayList<>();
            way.pipeline.run(burst, (stage, b) -> seen.add(stage));
            assertEquals(List.of(), seen);
            assertEquals(0, burst.size, "it took the short way");
            assertEquals(1, way.takeSent().size());
        }
    }

    @Test
    void shouldShowTheStageThatFailedAndNoneBehindIt() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED);
                FrameWay way = new FrameWay(net)) {
            final Stage defect =
                    burst -> {
                        throw new IllegalStateException("a defect");
                    };
            final Pipeline pipeline = Pipeline.decidedBy(defect, net.pool());
            final long frame = net.pool().frame(Frames.udp4().build());
            final Burst burst = way.burst(net.index("wire"), frame);
            burst.whole = true;
            final List<String> seen = new ArrayList<>();
            pipeline.run(
                    burst, (stage, b) -> seen.add(stage + " " + (b.verdict(0) == Verdict.DROP)));
            assertEquals(2, seen.size());
            assertEquals("decided true", seen.get(1));
            assertEquals(BurstDrop.STAGE_ERROR.number(), burst.reason(0));
            assertNotNull(pipeline.takeLastError());
            net.pool().free(frame);
        }
    }

    /** What became of a frame: {@link #SENT} where the short way sent it on to a port. */
    record Fate(int verdict, int to, int reason) {
        static final int SENT = -1;

        static Fate of(Burst burst, int i) {
            final int verdict = burst.verdict(i);
            return new Fate(
                    verdict,
                    verdict == Verdict.DELIVER ? burst.port(i) : -1,
                    verdict == Verdict.DROP ? burst.reason(i) : -1);
        }

        boolean agrees(Fate observed, int wire) {
            return verdict != SENT
                    ? equals(observed)
                    : observed.verdict == (to == wire ? Verdict.WIRE : Verdict.DELIVER)
                            && (to == wire || to == observed.to);
        }
    }
}
