// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.Stage;
import io.ipvane.config.IdleMode;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.PortCounter;
import io.ipvane.dpdk.DpdkException;
import io.ipvane.egress.Egress;
import io.ipvane.pipeline.Pipeline;
import io.ipvane.snapshot.Quiescence;
import io.ipvane.testing.Frames;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TopologyRunnerTest {
    private final Rig rig = new Rig();
    private final FaultyPool pool = new FaultyPool(rig.pool);

    @AfterEach
    void nothingLeaks() {
        rig.close();
    }

    private TopologyRunner runner(ThreadPlan plan, FramePool frames, List<Integer> lcores) {
        return new TopologyRunner(
                ThreadTopology.of(plan, IdleMode.BACKOFF, lcores),
                rig.devices,
                frames,
                rig.counters,
                rig.publisher,
                rig.mailboxes,
                rig.arena);
    }

    private TopologyRunner runner(ThreadPlan plan) {
        return runner(plan, pool, plan == ThreadPlan.PIPELINE ? List.of(0, 1, 2) : List.of(0));
    }

    @Test
    void shouldSayInOneSentenceThatADeviceHasTooFewQueues() {
        assertEquals(
                "threads.plan=run-to-completion needs 2 tx queues on 'wire', which has 1; name fewer"
                        + " lcores or use plan shared",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> runner(ThreadPlan.RUN_TO_COMPLETION, rig.pool, List.of(0, 1)))
                        .getMessage());
    }

    /** No DPDK runs in this test, so no thread can be registered. */
    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldNotStartWithAnLcoreThatCannotBeHad(ThreadPlan plan) {
        try (TopologyRunner runner = runner(plan)) {
            final String sentence = assertThrows(DpdkException.class, runner::start).getMessage();
            assertTrue(
                    sentence.startsWith("threads.lcores: thread 'lcore-0': ")
                            && sentence.contains("DPDK does not run"),
                    sentence);
        }
    }

    /** A split header makes parse ask the pool, which throws. */
    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldLoseOneBurstToAnExceptionInAStageAndGoOn(ThreadPlan plan) {
        rig.addresses.put4(Rig.WIRE, 0x0A00000B, Rig.C1);
        final byte[] good = Frames.udp4().build();
        try (TopologyRunner runner = runner(plan)) {
            pool.faultyPullUp = true;
            rig.devices[Rig.WIRE].inject(good);
            rig.devices[Rig.WIRE].inject(Frames.split(good, 10));
            run(runner);
            assertEquals(2, rig.drops(Rig.WIRE, BurstDrop.STAGE_ERROR));
            assertEquals(List.of("pullUp"), messages(runner));
            assertEquals(List.of(), messages(runner));

            pool.faultyPullUp = false;
            for (int i = 0; i < 3 * BurstRing.SLOTS; i++) {
                rig.devices[Rig.WIRE].inject(Frames.split(good, 10));
                run(runner);
            }
            assertEquals(3 * BurstRing.SLOTS, rig.sent(Rig.C1));
            assertEquals(2, rig.drops(Rig.WIRE, BurstDrop.STAGE_ERROR));
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldSaySoWhenCarryingAVerdictOutFails(ThreadPlan plan) {
        try (TopologyRunner runner = runner(plan)) {
            pool.faultyReplicate = true;
            rig.devices[Rig.C1].inject(
                    Frames.arp(1)
                            .macs(Frames.BROADCAST, Frames.OWN)
                            .ips("0.0.0.0", "10.0.0.9")
                            .build());
            run(runner);
            assertEquals(1, rig.drops(Rig.C1, BurstDrop.STAGE_ERROR));
            assertEquals(List.of("replicate"), messages(runner));
        }
    }

    /** Frames lie in the ring between receive and transmit when the switch stops. */
    @Test
    void shouldSendWhatIsInTheRingWhenItStops() {
        rig.addresses.put4(Rig.WIRE, 0x0A00000B, Rig.C1);
        final BurstRing ring = new BurstRing(rig.arena, true);
        final Receiver receiver =
                new Receiver(rig.publisher, rig.shard, Trails.inMemory(rig.arena).add(0));
        receiver.queues().add(new PolledQueue(new RxQueue(rig.devices[Rig.WIRE], 0, Rig.WIRE)));
        final Quiescence readers = new Quiescence(rig.publisher, 3);
        final ReceiveRole receive =
                new ReceiveRole(
                        receiver,
                        ring,
                        new EpochReport(readers, rig.publisher, 0, EpochReport.HEAD));
        final RunRole run =
                new RunRole(
                        ring,
                        new Pipeline(rig.arena, rig.pool),
                        new EpochReport(readers, rig.publisher, 1, 0));
        final Transmitter transmitter = rig.transmitter(rig.pool);
        final Egress egress = rig.egress(transmitter, rig.pool);
        final TransmitRole transmit =
                new TransmitRole(
                        ring,
                        rig.injector(transmitter, egress, rig.pool),
                        new Stage[] {egress},
                        transmitter,
                        new EpochReport(readers, rig.publisher, 2, 1));
        for (int i = 0; i < BurstRing.SLOTS + 1; i++) {
            rig.devices[Rig.WIRE].inject(Frames.udp4().build());
            receive.doWork();
        }
        receive.close();
        run.close();
        transmit.close();
        assertEquals(BurstRing.SLOTS, rig.sent(Rig.C1));
        assertEquals(Long.MAX_VALUE, readers.reached());
        assertEquals(
                BurstRing.SLOTS, rig.counters.sum(Rig.WIRE, PortCounter.RECEIVE_PACKETS_COLUMN));
    }

    private static void run(TopologyRunner runner) {
        for (int i = 0; i < 4; i++) {
            runner.step();
        }
    }

    private static List<String> messages(TopologyRunner runner) {
        return runner.takeErrors().stream().map(Throwable::getMessage).toList();
    }
}
