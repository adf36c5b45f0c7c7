// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.config.ThreadPlan;
import io.ipvane.ipvlan.IpvlanDrop;
import io.ipvane.neighbor.NeighborDrop;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import io.ipvane.testing.SwitchHarness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Why a question got no answer is told by reasons of its own. */
class UnansweredQuestionsTest {
    private static final String YAML =
            """
            uplinks:
              - name: wire
                device: "vdev:net_null0"
                mode: l3
                host: { interface: master, addresses: ["10.0.0.1/24", "fd00::1/64"] }
            ports:
              - { name: c1, uplink: wire, type: tap, addresses: ["10.0.0.11/24", "fd00::11/64"] }
            """;

    private static Map<DropReason, Long> drops(SwitchHarness net, String port) {
        final Map<DropReason, Long> drops = new HashMap<>();
        for (DropReason reason : DropCatalog.ALL) {
            final long count = net.counter(port, reason.column());
            if (count > 0) {
                drops.put(reason, count);
            }
        }
        return drops;
    }

    private static byte[] request(String target) {
        return Frames.arpRequest(target)
                .ips(Frames.C1_4, target)
                .macs(Frames.BROADCAST, Frames.OWN)
                .build();
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldCountSilenceAsSuch(ThreadPlan plan) {
        try (SwitchHarness net = new SwitchHarness(YAML, plan)) {
            final byte[] forItself = request(Frames.C1_4);
            final byte[] forNobody =
                    Frames.dadProbe("fd00::99").macs(0x3333_FF00_0099L, Frames.OWN).build();
            for (byte[] question : List.of(forItself, forNobody, request("224.0.0.1"))) {
                net.device("c1").inject(question);
            }
            net.run();
            assertEquals(Map.of(NeighborDrop.NO_ANSWER, 3L), drops(net, "c1"));
            net.device("wire").inject(Frames.arpRequest(Frames.C1_4).build());
            net.run();
            assertEquals(1, net.transmitted().get("wire").size());
            assertEquals(Map.of(), drops(net, "wire"));
        }
    }

    @Test
    void shouldCountAnEmptyPoolAsSuch() {
        final MemoryPool pool = new MemoryPool(64, 2048);
        try (SwitchHarness net = new SwitchHarness(YAML, ThreadPlan.SHARED, pool)) {
            net.device("wire").inject(Frames.arpRequest(Frames.C1_4).build());
            final long[] hogs = new long[pool.available()];
            for (int i = 0; i < hogs.length; i++) {
                hogs[i] = pool.allocate(1);
            }
            net.run();
            for (long hog : hogs) {
                pool.free(hog);
            }
            assertEquals(Map.of(BurstDrop.POOL_EMPTY, 1L), drops(net, "wire"));
        }
        pool.close();
    }

    @Test
    void shouldStillCallOtherProtocolsSo() {
        try (SwitchHarness net = new SwitchHarness(YAML, ThreadPlan.SHARED)) {
            net.device("c1").inject(Frames.patch(Frames.udp4().build(), 12, 0x88, 0xB5));
            net.run();
            assertEquals(Map.of(IpvlanDrop.L3_NONIP, 1L), drops(net, "c1"));
        }
    }
}
