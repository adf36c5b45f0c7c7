// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ipvane.config.IdleMode;
import io.ipvane.config.ThreadPlan;
import io.ipvane.device.Device;
import io.ipvane.device.VlanTrunk;
import io.ipvane.egress.EgressDrop;
import io.ipvane.testing.Frames;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Devices come and go while lcores run. */
class WiringTest {
    private final Rig rig = new Rig();

    @AfterEach
    void nothingLeaks() {
        rig.close();
    }

    private TopologyRunner runner(ThreadPlan plan) {
        return new TopologyRunner(
                ThreadTopology.of(
                        plan,
                        IdleMode.BACKOFF,
                        plan == ThreadPlan.PIPELINE ? List.of(0, 1, 2) : List.of(0)),
                new Device[0],
                rig.pool,
                rig.counters,
                rig.publisher,
                rig.mailboxes,
                rig.arena);
    }

    private static void run(TopologyRunner runner) {
        for (int idle = 0; idle < 3; ) {
            idle = runner.step() == 0 ? idle + 1 : 0;
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldServeADeviceFromWhenItComesToWhenItGoes(ThreadPlan plan) {
        rig.addresses.put4(Rig.WIRE, 0x0A00000B, Rig.C1);
        final byte[] frame = Frames.udp4().build();
        try (TopologyRunner runner = runner(plan)) {
            runner.attach(Rig.WIRE, rig.devices[Rig.WIRE]);
            rig.devices[Rig.WIRE].inject(frame);
            run(runner);
            assertEquals(1, rig.drops(Rig.WIRE, EgressDrop.NO_PORT));

            runner.attach(Rig.C1, rig.devices[Rig.C1]);
            rig.devices[Rig.WIRE].inject(frame);
            run(runner);
            assertEquals(1, rig.sent(Rig.C1));

            runner.detach(Rig.C1);
            assertNull(runner.device(Rig.C1));
            rig.devices[Rig.WIRE].inject(frame);
            rig.devices[Rig.C1].inject(frame);
            run(runner);
            assertEquals(1, rig.sent(Rig.C1));
            assertEquals(0, rig.devices[Rig.C1].receivedFrames());
            assertEquals(2, rig.drops(Rig.WIRE, EgressDrop.NO_PORT));

            // Again, as a thousand times: what stood there before is forgotten.
            runner.attach(Rig.C1, rig.devices[Rig.C1]);
            rig.devices[Rig.WIRE].inject(frame);
            run(runner);
            assertEquals(2, rig.sent(Rig.C1));
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldTakeNoFrameOnceItHasStoppedReceiving(ThreadPlan plan) {
        try (TopologyRunner runner = runner(plan)) {
            for (int port = 0; port < rig.devices.length; port++) {
                runner.attach(port, rig.devices[port]);
            }
            runner.stopReceiving(Rig.C1);
            rig.devices[Rig.C1].inject(Frames.udp4().build());
            run(runner);
            assertEquals(0, rig.devices[Rig.C1].receivedFrames());
            assertEquals(
                    List.of("wire:0", "master:0", "c2:0", "c3:0"),
                    runner.status().getFirst().rxQueues());
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldPollAQueueOnceHoweverOftenItIsStarted(ThreadPlan plan) {
        try (TopologyRunner runner = runner(plan)) {
            runner.attach(Rig.WIRE, rig.devices[Rig.WIRE]);
            runner.attach(Rig.C1, rig.devices[Rig.C1]);
            runner.startReceiving(Rig.WIRE);
            assertEquals(List.of("wire:0", "c1:0"), runner.status().getFirst().rxQueues());
            runner.stopReceiving(Rig.WIRE);
            assertEquals(List.of("c1:0"), runner.status().getFirst().rxQueues());
            runner.startReceiving(Rig.WIRE);
            assertEquals(List.of("c1:0", "wire:0"), runner.status().getFirst().rxQueues());
        }
    }

    /** The first uplink of a trunk goes; lcores never stop taking frames for the other one. */
    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldTakeFramesForTheOtherUplinkOfADeviceAllTheTime(ThreadPlan plan) {
        rig.addresses.put4(Rig.WIRE, 0x0A00000B, Rig.C1);
        final VlanTrunk trunk = new VlanTrunk(rig.devices[Rig.MASTER], rig.pool);
        final Device first = trunk.join("first", 7);
        final Device second = trunk.join("second", VlanTrunk.UNTAGGED);
        trunk.place(VlanTrunk.UNTAGGED, Rig.WIRE);
        try (TopologyRunner runner = runner(plan)) {
            runner.attach(Rig.C3, first);
            runner.attach(Rig.WIRE, second);
            runner.attach(Rig.C1, rig.devices[Rig.C1]);
            assertEquals(List.of("first:0", "c1:0"), runner.status().getFirst().rxQueues());

            assertEquals(Optional.of(second), trunk.leave(7));
            runner.handOver(Rig.C3, Rig.WIRE);
            assertEquals(List.of("second:0", "c1:0"), runner.status().getFirst().rxQueues());
            runner.stopReceiving(Rig.C3);
            rig.devices[Rig.MASTER].inject(Frames.udp4().build());
            run(runner);
            assertEquals(1, rig.sent(Rig.C1), "before the first one is closed");

            runner.detach(Rig.C3);
            first.close();
            rig.devices[Rig.MASTER].inject(Frames.udp4().build());
            run(runner);
            assertEquals(2, rig.sent(Rig.C1));
        }
    }

    @Test
    void shouldSpreadQueuesOverLcoresAndFillTheGapsThatOthersLeave() {
        for (int port = 0; port < rig.devices.length; port++) {
            rig.devices[port].queues(2);
        }
        final TopologyRunner runner =
                new TopologyRunner(
                        ThreadTopology.of(
                                ThreadPlan.RUN_TO_COMPLETION, IdleMode.BACKOFF, List.of(0, 1)),
                        new Device[0],
                        rig.pool,
                        rig.counters,
                        rig.publisher,
                        rig.mailboxes,
                        rig.arena);
        try (runner) {
            runner.attach(Rig.WIRE, rig.devices[Rig.WIRE]);
            runner.attach(Rig.C1, rig.devices[Rig.C1]);
            assertEquals(
                    List.of(List.of("wire:0", "c1:0"), List.of("wire:1", "c1:1")),
                    runner.status().stream().map(LcoreStatus::rxQueues).toList());
        }
    }

    @Test
    void shouldRefuseMoreDevicesThanThereAreCounters() {
        try (TopologyRunner runner = runner(ThreadPlan.SHARED)) {
            assertEquals(
                    "'c1' would be device 6; there can be 5 uplinks, host ports and ports",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> runner.attach(5, rig.devices[Rig.C1]))
                            .getMessage());
        }
    }
}
