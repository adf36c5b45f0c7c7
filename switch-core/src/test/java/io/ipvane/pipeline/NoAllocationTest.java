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
    private static final int ATTEMPTS = 5;

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
            // On a busy machine the compiler comes late; what it has not compiled may allocate.
            long allocated = Long.MAX_VALUE;
            for (int attempt = 0; attempt < ATTEMPTS && allocated > 0; attempt++) {
                allocated = allocated(net, c1);
            }
            assertTrue(net.device("c2").transmittedFrames() > FRAMES / 4, "nothing was forwarded");
            assertEquals(0, allocated, "bytes allocated for a million frames");
        }
    }

    /** Bytes that this thread allocates while a million frames more come in by a port. */
    private static long allocated(SwitchHarness net, MemoryDevice from) {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long id = Thread.currentThread().threadId();
        final long frames = from.receivedFrames();
        threads.getThreadAllocatedBytes(id);
        final long before = threads.getThreadAllocatedBytes(id);
        while (from.receivedFrames() - frames < FRAMES) {
            net.step();
        }
        return threads.getThreadAllocatedBytes(id) - before;
    }
}
