// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.config.ThreadPlan;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import io.ipvane.testing.SwitchHarness;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A lane has room for what a turn adds to it without looking, also where packets that become many
 * fragments come between.
 */
class LaneRoomTest {
    private static final int FRAMES = 64;

    /** Packets of 8,008 bytes among them, each of which becomes 14 fragments of 576. */
    private static final int PACKETS = 8;

    private static final int FRAGMENTS = 14;

    private static final String YAML =
            """
            uplinks:
              - name: wire
                device: "vdev:net_null0"
                mode: l3
                icmpErrors: false
                announce: false
                host: { interface: master, addresses: ["10.0.0.1/24"] }
            ports:
              - { name: c1, uplink: wire, type: tap, mtu: 600, addresses: ["10.0.0.11/24"] }
              - { name: c2, uplink: wire, type: tap, addresses: ["10.0.0.12/24"] }
              - { name: c3, uplink: wire, type: tap, addresses: ["10.0.0.13/24"] }
            """;

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldHoldWhatOneTurnGives(ThreadPlan plan) {
        final MemoryPool pool = new MemoryPool(4096, 2048);
        try (SwitchHarness net = new SwitchHarness(YAML, plan, pool)) {
            for (int i = 0; i < FRAMES; i++) {
                // The lane of c2 is the next one in memory.
                net.device("wire").inject(frame(Frames.X4, i % 2 == 0 ? 11 : 12, 8));
                net.device("master").inject(frame(Frames.HOST4, i % 2 == 0 ? 11 : 12, 8));
                net.device("c2").inject(frame("10.0.0.12", 11, 8));
                net.device("c3")
                        .inject(
                                i < PACKETS
                                        ? Frames.split(
                                                frame("10.0.0.13", 11, 8_000),
                                                2000,
                                                4000,
                                                6000,
                                                8000)
                                        : new byte[][] {frame("10.0.0.13", 11, 8)});
            }
            net.run();
            final List<byte[]> c1 = net.device("c1").transmitted();
            assertEquals(3 * FRAMES + PACKETS * (FRAGMENTS - 1), c1.size());
            assertEquals(List.of(11), c1.stream().map(f -> (int) f[33]).distinct().toList());
            final List<byte[]> c2 = net.device("c2").transmitted();
            assertEquals(FRAMES, c2.size());
            assertEquals(List.of(12), c2.stream().map(f -> (int) f[33]).distinct().toList());
        }
        pool.close();
    }

    private static byte[] frame(String from, int to, int payload) {
        return Frames.udp4()
                .macs(Frames.OWN, from.equals(Frames.X4) ? Frames.X : Frames.OWN)
                .ips(from, "10.0.0." + to)
                .payload(new byte[payload])
                .build();
    }
}
