// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Burst;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.CounterShard;
import io.ipvane.testing.Frames;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@link CutThrough} and the stages behind it do the same: the plan that has it against the plan
 * that has not, over bursts of random frames that are mostly plain.
 */
class WaysAgreeTest {
    private static final int BURSTS = 400;
    private static final long SEED = 20_261_121;

    /** Bytes of the longest frame that every port takes whole. */
    private static final int LIMIT = 1514;

    private static final List<String> PORTS = List.of("wire", "master", "c1", "c2", "c3");
    private static final List<String> TARGETS4 =
            List.of(Frames.C1_4, Frames.C2_4, Frames.C3_4, Frames.HOST4, Frames.X4, "10.9.9.9");
    private static final List<String> TARGETS6 =
            List.of(Frames.C1_6, Frames.C2_6, Frames.C3_6, Frames.HOST6, Frames.X6, "fd09::9");

    /** What the switch says by itself it says by the clock. */
    private static final String[] SILENT = {
        "icmpErrors: false",
        "announce: false",
        "neighbors:",
        "  - { address: " + Frames.X4 + ", mac: \"02:00:00:00:00:fe\" }",
        "  - { address: \"" + Frames.X6 + "\", mac: \"02:00:00:00:00:fe\" }"
    };

    private final SplittableRandom random = new SplittableRandom(SEED);

    @ParameterizedTest
    @CsvSource({
        "l2, SHARED",
        "l3, SHARED",
        "l2, RUN_TO_COMPLETION",
        "l3, RUN_TO_COMPLETION",
    })
    void shouldDoTheSameInOneLoopAndInStages(String mode, ThreadPlan plan) {
        try (SwitchHarness quick = SmallNetwork.of(mode, plan, SILENT);
                SwitchHarness staged = SmallNetwork.of(mode, ThreadPlan.PIPELINE, SILENT)) {
            long forwarded = 0;
            for (int burst = 0; burst < BURSTS; burst++) {
                final String from = PORTS.get(random.nextInt(PORTS.size()));
                final byte[][] frames = frames(from);
                final Map<String, List<String>> one = through(quick, from, frames);
                final Map<String, List<String>> other = through(staged, from, frames);
                assertEquals(other, one, "seed " + SEED + ", burst " + burst + " from " + from);
                forwarded += one.values().stream().mapToInt(List::size).sum();
            }
            for (String port : PORTS) {
                for (int column = 0; column < CounterShard.COLUMNS; column++) {
                    assertEquals(
                            staged.counter(port, column),
                            quick.counter(port, column),
                            "column " + column + " of " + port);
                }
            }
            assertTrue(forwarded > BURSTS * 4, "only " + forwarded + " frames came through");
        }
    }

    /**
     * What each device sent, flow by flow in order: frames of different flows may change places.
     */
    private static Map<String, List<String>> through(
            SwitchHarness net, String from, byte[][] frames) {
        for (byte[] frame : frames) {
            if (frame.length <= LIMIT) {
                net.device(from).inject(frame);
            } else {
                // Frames that their device splits, some of them into what is still too long.
                net.device(from).injectToSplit(LIMIT - 3 + frame.length % 8, frame);
            }
        }
        net.run();
        final Map<String, List<String>> flows = new TreeMap<>();
        net.transmitted()
                .forEach(
                        (device, sent) -> {
                            for (byte[] frame : sent) {
                                flows.computeIfAbsent(
                                                device + " " + flow(frame), k -> new ArrayList<>())
                                        .add(HexFormat.of().formatHex(frame));
                            }
                        });
        return flows;
    }

    /** Everything up to the last byte, which numbers the frames. */
    private static String flow(byte[] frame) {
        return HexFormat.of().formatHex(Arrays.copyOf(frame, frame.length - 1));
    }

    /** One to three bursts that are plain but for one frame in a while, from few flows. */
    private byte[][] frames(String from) {
        final int size = 1 + random.nextInt(3 * Burst.MAX);
        final boolean ipv6 = random.nextInt(3) == 0;
        final boolean pure = random.nextInt(3) > 0;
        final byte[][] frames = new byte[size][];
        for (int i = 0; i < size; i++) {
            final boolean odd = !pure && random.nextInt(16) == 0;
            frames[i] = odd ? odd(from, i) : plain(from, ipv6, i);
        }
        return frames;
    }

    private byte[] plain(String from, boolean ipv6, int number) {
        final List<String> targets = ipv6 ? TARGETS6 : TARGETS4;
        final boolean wire = from.equals("wire");
        final String own = ipv6 ? own6(from) : own4(from);
        final String source =
                random.nextInt(20) == 0 ? targets.get(random.nextInt(targets.size())) : own;
        return (ipv6 ? Frames.udp6() : Frames.udp4())
                .macs(
                        random.nextInt(20) == 0 ? Frames.OTHER : Frames.OWN,
                        wire ? Frames.X : Frames.OWN)
                .ips(source, targets.get(random.nextInt(targets.size())))
                .payload(payload(number))
                .build();
    }

    /** Numbered in the last byte; one in a while makes a frame that is longer than all may be. */
    private byte[] payload(int number) {
        final byte[] payload = new byte[random.nextInt(20) == 0 ? LIMIT + random.nextInt(400) : 5];
        payload[payload.length - 1] = (byte) number;
        return payload;
    }

    private byte[] odd(String from, int number) {
        final long source = from.equals("wire") ? Frames.X : Frames.OWN;
        final byte[] payload = {9, (byte) number};
        return switch (random.nextInt(4)) {
            case 0 ->
                    Frames.udp4()
                            .macs(Frames.GROUP4, source)
                            .ips(own4(from), "224.1.2.3")
                            .payload(payload)
                            .build();
            case 1 ->
                    Frames.udp4()
                            .macs(Frames.OWN, source)
                            .ips(own4(from), Frames.C2_4)
                            .tag(0)
                            .payload(payload)
                            .build();
            case 2 ->
                    Frames.udp4()
                            .macs(Frames.OWN, source)
                            .ips("127.0.0.1", Frames.C2_4)
                            .payload(payload)
                            .build();
            default ->
                    Frames.udp6()
                            .macs(Frames.OWN, source)
                            .ips(own6(from), Frames.C1_6)
                            .payload(payload)
                            .build();
        };
    }

    private static String own4(String from) {
        return switch (from) {
            case "c1" -> Frames.C1_4;
            case "c2" -> Frames.C2_4;
            case "c3" -> Frames.C3_4;
            case "master" -> Frames.HOST4;
            default -> Frames.X4;
        };
    }

    private static String own6(String from) {
        return switch (from) {
            case "c1" -> Frames.C1_6;
            case "c2" -> Frames.C2_6;
            case "c3" -> Frames.C3_6;
            case "master" -> Frames.HOST6;
            default -> Frames.X6;
        };
    }
}
