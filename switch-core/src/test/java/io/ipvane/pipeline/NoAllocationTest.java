// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.ipvane.config.ThreadPlan;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryDevice;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A million frames of every kind that is forwarded cost the data plane no byte of heap. */
class NoAllocationTest {
    private static final long FRAMES = 1_000_000;
    private static final int WARM_UP = 20_000;

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldForwardAMillionFramesWithoutAllocating(ThreadPlan plan) {
        try (SwitchHarness net =
                SmallNetwork.of(
                        "l3",
                        plan,
                        "neighbors: [ { address: 10.0.0.254, mac: \"02:00:00:00:00:fe\" } ]")) {
            for (String name : new String[] {"wire", "c1", "c2", "c3", "master"}) {
                net.device(name).discardTransmitted(true);
            }
            final MemoryDevice c1 = net.device("c1");
            c1.repeat(
                    Frames.udp4()
                            .macs(Frames.OWN, Frames.OWN)
                            .ips("10.0.0.11", "10.0.0.12")
                            .build(),
                    Frames.udp4()
                            .macs(Frames.OWN, Frames.OWN)
                            .ips("10.0.0.11", "10.0.0.254")
                            .build(),
                    Frames.udp6().macs(Frames.OWN, Frames.OWN).ips("fd00::11", "fd00::12").build(),
                    Frames.udp4()
                            .macs(Frames.OWN, Frames.OWN)
                            .ips("10.0.0.66", "10.0.0.12")
                            .build());
            for (int i = 0; i < WARM_UP; i++) {
                net.step();
            }
            final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            final long id = Thread.currentThread().threadId();
            final long frames = c1.receivedFrames();
            threads.getThreadAllocatedBytes(id);
            final long before = threads.getThreadAllocatedBytes(id);
            while (c1.receivedFrames() - frames < FRAMES) {
                net.step();
            }
            final long after = threads.getThreadAllocatedBytes(id);
            assertTrue(net.device("c2").transmittedFrames() > FRAMES / 4, "nothing was forwarded");
            assertEquals(0, after - before, "bytes allocated for a million frames");
        }
    }
}
