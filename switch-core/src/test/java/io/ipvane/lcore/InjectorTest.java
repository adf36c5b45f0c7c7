// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.ipvane.burst.BurstDrop;
import io.ipvane.egress.Egress;
import io.ipvane.egress.EgressDrop;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.pipeline.ParseDrop;
import io.ipvane.table.AddressTable;
import io.ipvane.testing.Frames;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Frames of the conductor go on from the place that it names; closing the rig counts them. */
class InjectorTest {
    private final Rig rig = new Rig();
    private final FaultyPool pool = new FaultyPool(rig.pool);
    private final Transmitter transmitter = rig.transmitter(pool, Rig.C3);
    private final Egress egress = rig.egress(transmitter, pool);
    private final Injector injector = rig.injector(transmitter, egress, pool);

    @AfterEach
    void nothingLeaks() {
        rig.close();
    }

    private long frame(byte[] bytes) {
        return rig.pool.frame(bytes);
    }

    private static byte[] toC1(int length) {
        return Frames.resize(Frames.udp4().build(), length);
    }

    private int turn() {
        final int taken = injector.doWork();
        transmitter.flush();
        return taken;
    }

    @Test
    void shouldPutFinishedFramesIntoLanesAndFreeWhatHasNone() {
        rig.mailbox.toLcore().finished(Rig.WIRE, frame(toC1(1515)));
        rig.mailbox.toLcore().finished(Rig.C3, frame(toC1(61)));
        assertEquals(2, turn());
        assertArrayEquals(toC1(1515), rig.devices[Rig.WIRE].transmitted().get(0));
        assertEquals(1, rig.drops(Rig.C3, EgressDrop.NO_PORT));
        assertEquals(0, turn());
    }

    @Test
    void shouldDecideAboutFramesThatArriveAsAboutAnyOther() {
        rig.addresses.put4(Rig.WIRE, 0x0A00000B, Rig.C1);
        rig.mailbox.toLcore().arrived(Rig.WIRE, frame(toC1(60)));
        rig.mailbox
                .toLcore()
                .arrived(Rig.WIRE, frame(Frames.udp4().ips("127.0.0.1", Frames.C1_4).build()));
        turn();
        assertEquals(1, rig.devices[Rig.C1].transmitted().size());
        assertEquals(1, rig.drops(Rig.WIRE, ParseDrop.IP_MALFORMED));
    }

    @Test
    void shouldCarryOutADecisionByTheRulesOfEveryFrame() {
        rig.addresses.put4(Rig.WIRE, 0x0A00000B, Rig.C1);
        rig.mailbox.toLcore().decided(Rig.WIRE, Verdict.DELIVER, Rig.C2, frame(toC1(60)));
        rig.mailbox.toLcore().decided(Rig.WIRE, Verdict.DELIVER, Rig.C2, frame(toC1(1515)));
        rig.mailbox.toLcore().decided(Rig.C1, Verdict.WIRE, AddressTable.NONE, frame(toC1(60)));
        rig.mailbox.toLcore().decided(Rig.WIRE, Verdict.DELIVER, Rig.C3, frame(toC1(60)));
        turn();
        assertEquals(0, rig.devices[Rig.C1].transmitted().size());
        assertArrayEquals(toC1(60), rig.devices[Rig.C2].transmitted().get(0));
        assertArrayEquals(toC1(60), rig.devices[Rig.WIRE].transmitted().get(0));
        assertEquals(1, rig.drops(Rig.C2, EgressDrop.MTU));
        assertEquals(1, rig.drops(Rig.WIRE, EgressDrop.NO_PORT));
    }

    @Test
    void shouldDropAFrameWhoseVerdictCannotBeTrustedAfterADefect() {
        pool.faultyPullUp = true;
        final long split = rig.pool.frame(Frames.split(toC1(60), 10));
        rig.mailbox.toLcore().decided(Rig.WIRE, Verdict.DELIVER, Rig.C2, split);
        turn();
        assertEquals(1, rig.drops(Rig.WIRE, BurstDrop.STAGE_ERROR));
        assertNotNull(injector.takeLastError());
        assertNull(injector.takeLastError());
    }

    @Test
    void shouldFreeAFrameWhosePortHasGone() {
        rig.mailbox.toLcore().arrived(77, frame(toC1(60)));
        rig.mailbox.toLcore().decided(77, Verdict.WIRE, AddressTable.NONE, frame(toC1(60)));
        assertEquals(2, turn());
    }
}
