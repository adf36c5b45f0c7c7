// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.TxLanes;
import io.ipvane.counters.PortCounter;
import io.ipvane.egress.Egress;
import io.ipvane.egress.EgressDrop;
import io.ipvane.ipvlan.Mode;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.neighbor.NeighborDrop;
import io.ipvane.packet.Ethernet;
import io.ipvane.testing.Frames;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Egress over the lanes of a transmitter: every verdict is carried out with each frame in one place
 * afterwards; closing the rig checks it.
 */
class TransmitterTest {
    private final Rig rig = new Rig(Mode.L2, 1);
    private final FaultyPool pool = new FaultyPool(rig.pool);
    private final Transmitter transmitter = rig.transmitter(pool);
    private final Egress egress = rig.egress(transmitter, pool);

    @AfterEach
    void nothingLeaks() {
        rig.close();
    }

    private void run(Burst burst) {
        egress.process(burst);
        transmitter.flush();
        assertEquals(0, burst.size);
        assertNull(burst.snapshot);
    }

    private static byte[] frame(int length) {
        return Frames.resize(Frames.udp4().build(), length);
    }

    private static byte[][] many(int count) {
        final byte[][] frames = new byte[count][];
        Arrays.fill(frames, frame(60));
        return frames;
    }

    private static byte[] group() {
        return Frames.arpRequest("10.0.0.99").build();
    }

    @Test
    void shouldCostNobodyElseWhenOneQueueIsFull() {
        rig.devices[Rig.C1].capacity(0);
        final Burst burst = rig.burst(Rig.WIRE, Verdict.DELIVER, many(64));
        for (int i = 0; i < 64; i++) {
            burst.port(i, i % 2 == 0 ? Rig.C1 : Rig.C2);
        }
        run(burst);
        assertEquals(32, rig.drops(Rig.C1, BurstDrop.RING_FULL));
        assertEquals(0, rig.sent(Rig.C1));
        assertEquals(32, rig.sent(Rig.C2));
        assertEquals(32 * 60, rig.counters.sum(Rig.C2, PortCounter.TRANSMIT_BYTES_COLUMN));
    }

    @Test
    void shouldCopyGroupFramesToMembersThatAreUpAndTheOriginalToTheWire() {
        rig.down(Rig.C3);
        run(rig.burst(Rig.C1, Verdict.FLOOD_WIRE_AND_PUNT, group()));
        assertEquals(
                List.of(1, 1, 0, 1, 0),
                Arrays.stream(rig.devices).map(d -> d.transmitted().size()).toList());
        assertEquals(1, rig.counters.sum(Rig.C2, PortCounter.TRANSMIT_GROUP_COLUMN));
        assertEquals(0, rig.counters.sum(Rig.WIRE, PortCounter.TRANSMIT_GROUP_COLUMN));
    }

    @Test
    void shouldFreeAGroupFrameThatNobodyTakes() {
        for (int port : new int[] {Rig.C1, Rig.C2, Rig.C3, Rig.MASTER}) {
            rig.down(port);
        }
        run(rig.burst(Rig.WIRE, Verdict.FLOOD_AND_PUNT, group()));
        assertEquals(1, rig.drops(Rig.MASTER, BurstDrop.DEV_DOWN));
    }

    @Test
    void shouldChargeAFullGroupReceiverOnlyAndStillUseTheWire() {
        rig.devices[Rig.C2].capacity(0);
        run(rig.burst(Rig.C1, Verdict.FLOOD_AND_WIRE, group()));
        assertEquals(1, rig.drops(Rig.C2, BurstDrop.MCAST_RING_FULL));
        assertEquals(1, rig.sent(Rig.C3));
        assertEquals(1, rig.sent(Rig.WIRE));
    }

    @Test
    void shouldSendTheOriginalWhereThePoolHasNoCopies() {
        pool.empty = true;
        run(rig.burst(Rig.C1, Verdict.FLOOD_AND_WIRE, group()));
        assertEquals(1, rig.drops(Rig.C2, BurstDrop.MCAST_RING_FULL));
        assertEquals(1, rig.drops(Rig.C3, BurstDrop.MCAST_RING_FULL));
        assertEquals(1, rig.sent(Rig.WIRE));
    }

    @Test
    void shouldDropWhatIsLongerThanTheReceiversMtuAndCountItThere() {
        final Burst burst = rig.burst(Rig.C1, Verdict.DELIVER, frame(1414), frame(1415));
        burst.port(0, Rig.C3);
        burst.port(1, Rig.C3);
        run(burst);
        assertEquals(1, rig.sent(Rig.C3));
        assertEquals(1, rig.drops(Rig.C3, EgressDrop.MTU));
    }

    @Test
    void shouldMeasureTheSegmentsOfAFrameThatTheDeviceWillSplit() {
        final Burst burst = rig.burst(Rig.C1, Verdict.DELIVER, frame(2000), frame(2000));
        burst.port(0, Rig.C3);
        burst.port(1, Rig.C3);
        rig.pool.longest(burst.mbuf(0), 1414);
        rig.pool.longest(burst.mbuf(1), 1415);
        run(burst);
        assertEquals(1, rig.sent(Rig.C3));
        assertEquals(1, rig.drops(Rig.C3, EgressDrop.MTU));
    }

    @Test
    void shouldGrantFourBytesForEveryTagThatParseHasSkipped() {
        final Burst burst = rig.burst(Rig.C1, Verdict.WIRE, frame(1518), frame(1519));
        burst.l2(0, 1, Ethernet.TYPE_IPV4);
        burst.l2(1, 1, Ethernet.TYPE_IPV4);
        run(burst);
        assertEquals(1, rig.sent(Rig.WIRE));
        assertEquals(1, rig.drops(Rig.WIRE, EgressDrop.MTU));
    }

    @Test
    void shouldNotShrinkTheMtuOfAFrameWithoutAReadableHeader() {
        final Burst burst = rig.burst(Rig.MASTER, Verdict.WIRE, frame(1514));
        burst.facts(0, 0);
        run(burst);
        assertEquals(1, rig.sent(Rig.WIRE));
    }

    @Test
    void shouldNotLetAFrameWaitForANeighbourThatIsTooLongForTheWire() {
        run(rig.burst(Rig.C1, Verdict.RESOLVE, frame(1514), frame(1515)));
        assertEquals(1, rig.drops(Rig.WIRE, EgressDrop.MTU));
        assertEquals(511, rig.pool.available());
    }

    @Test
    void shouldCountAFrameForAPortWithoutABufferAtItsSender() {
        final Transmitter partial = rig.transmitter(pool, Rig.C2);
        final Burst burst = rig.burst(Rig.C1, Verdict.DELIVER, frame(60), frame(60));
        burst.port(0, Rig.C2);
        burst.port(1, 99);
        rig.egress(partial, pool).process(burst);
        assertEquals(2, rig.drops(Rig.C1, EgressDrop.NO_PORT));
    }

    @Test
    void shouldDropAsADefectWhatHasAVerdictThatItDoesNotKnow() {
        for (int verdict : new int[] {Verdict.ROUTE, Verdict.RESPOND, Verdict.TRACK, 40, -1}) {
            run(rig.burst(Rig.C1, verdict, frame(60)));
        }
        assertEquals(5, rig.drops(Rig.C1, BurstDrop.STAGE_ERROR));
    }

    @Test
    void shouldFreeEveryFrameOnceWhenItFailsHalfWay() {
        pool.faultyReplicate = true;
        final Burst burst =
                rig.burst(Rig.C1, Verdict.FLOOD_AND_WIRE, group(), group(), frame(60), frame(60));
        burst.verdict(0, Verdict.WIRE);
        burst.verdict(2, Verdict.WIRE);
        run(burst);
        assertEquals(1, rig.sent(Rig.WIRE));
        assertEquals(3, rig.drops(Rig.C1, BurstDrop.STAGE_ERROR));
        assertNotNull(egress.takeLastError());
        assertNull(egress.takeLastError());
    }

    @Test
    void shouldCountRefusalsOfTheMailboxAtTheSender() {
        int filled = 0;
        while (rig.mailbox.unresolved(Rig.WIRE, Rig.C1, 4, 1, 0, 0, 1)) {
            filled++;
        }
        run(rig.burst(Rig.C1, Verdict.RESOLVE, frame(60)));
        assertEquals(1, rig.drops(Rig.C1, NeighborDrop.NEIGH_QUEUE_FULL));
        rig.mailbox.receiveAll((type, buffer, at, length) -> {});
        assertEquals(5461, filled);
    }

    private void add(int port, int frames) {
        for (int i = 0; i < frames; i++) {
            transmitter.add(port, rig.pool.frame(frame(60)), 60);
        }
    }

    private long sent() {
        return rig.sent(Rig.C1) + rig.sent(Rig.C2);
    }

    @Test
    void shouldSendWhatWaitsForADeviceThatGoes() {
        add(Rig.C1, 3);
        add(Rig.C2, 2);
        transmitter.detach(Rig.C1);
        assertEquals(3, rig.sent(Rig.C1));
        assertEquals(0, rig.sent(Rig.C2));
        assertFalse(transmitter.has(Rig.C1));
        transmitter.detach(Rig.C1);
        transmitter.flush();
        assertEquals(2, rig.sent(Rig.C2));
    }

    @Test
    void shouldHaveTheDevicesThatAreAttachedAndNoOthers() {
        assertTrue(transmitter.has(0));
        assertTrue(transmitter.has(rig.devices.length - 1));
        assertFalse(transmitter.has(rig.devices.length));
        assertFalse(transmitter.has(-1));
    }

    /** All lanes together hold what one could; then everything is sent. */
    @Test
    void shouldSendEverythingWhereOneFrameMoreMightNotFit() {
        add(Rig.C1, 128);
        add(Rig.C2, 127);
        transmitter.addCopy(Rig.C2, rig.pool.frame(frame(60)), 60);
        assertEquals(0, sent());
        transmitter.addCopy(Rig.C2, rig.pool.frame(frame(60)), 60);
        assertEquals(256, sent());
        // Room for the rest of a burst is kept from then on.
        add(Rig.C1, 191);
        assertEquals(256, sent());
        add(Rig.C1, 1);
        assertEquals(256 + 192, sent());
        transmitter.flush();
        assertEquals(256 + 193, sent());
    }

    @Test
    void shouldMakeRoomForAWholeBurst() {
        final Burst burst = rig.burst(Rig.WIRE, Verdict.DELIVER, many(64));
        add(Rig.C1, 96);
        add(Rig.C2, 96);
        transmitter.makeRoom(burst);
        assertEquals(0, sent());
        transmitter.flush();
        add(Rig.C1, 96);
        add(Rig.C2, 97);
        transmitter.makeRoom(burst);
        assertEquals(192 + 193, sent());
        for (int i = 0; i < burst.size; i++) {
            rig.pool.free(burst.mbuf(i));
        }
    }

    /** Frames go into a lane unseen only where they fit a port that is up. */
    @Test
    void shouldTakeUnseenWhatTheSnapshotOfTheBurstAllows() {
        final Burst empty = rig.burst(Rig.WIRE, Verdict.DELIVER);
        final TxLanes lanes = transmitter.makeRoom(empty);
        assertTrue(lanes.takes(Rig.C3, 1414));
        assertFalse(lanes.takes(Rig.C3, 1415));
        assertTrue(lanes.takes(Rig.C1, 1514));
        rig.down(Rig.C1);
        transmitter.makeRoom(rig.burst(Rig.WIRE, Verdict.DELIVER));
        assertFalse(lanes.takes(Rig.C1, 60));
        transmitter.detach(Rig.C3);
        assertFalse(lanes.takes(Rig.C3, 60));
        transmitter.attach(transmitter.prepare(Rig.C3, rig.devices[Rig.C3]));
        transmitter.makeRoom(rig.burst(Rig.WIRE, Verdict.DELIVER));
        assertTrue(lanes.takes(Rig.C3, 60), "as soon as a burst comes, however old its snapshot");
    }
}
