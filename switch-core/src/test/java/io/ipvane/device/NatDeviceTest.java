// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Burst;
import io.ipvane.ipvlan.IpvlanDrop;
import io.ipvane.macnat.GuestMac;
import io.ipvane.macnat.UplinkMac;
import io.ipvane.memory.Memory;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryDevice;
import io.ipvane.testing.MemoryPool;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two guests, a and b, with MAC addresses of their own; a's is configured. */
class NatDeviceTest {
    private static final long A = 0x5254_0000_000AL;
    private static final long B = 0x5254_0000_000BL;
    private static final long OWN = Frames.OWN;

    private final Arena arena = Arena.ofConfined();
    private final MemoryPool pool = new MemoryPool(256, 2048);
    private final MemoryDevice guestA = new MemoryDevice("a", A, pool);
    private final MemoryDevice guestB = new MemoryDevice("b", B, pool);
    private final UplinkMac uplinkMac = new UplinkMac(OWN);
    private final GuestMac macOfB = GuestMac.learned();
    private final NatDevice a = new NatDevice(guestA, GuestMac.fixed(A), uplinkMac, pool);
    private final NatDevice b = new NatDevice(guestB, macOfB, uplinkMac, pool);
    private final Burst burst = new Burst(arena);

    @AfterEach
    void nothingLeaks() {
        a.close();
        b.close();
        pool.close();
        arena.close();
    }

    /** What one guest sends and the other gets. */
    private byte[] across(MemoryDevice from, Device in, Device out, MemoryDevice to, byte[] frame) {
        from.inject(frame);
        assertEquals(1, in.receive(0, burst));
        Memory.put64(burst.mbufs, burst.mbuf(0));
        assertEquals(1, out.transmit(0, burst.mbufs, 1));
        return to.transmitted().get(0);
    }

    @Test
    void shouldTellWhatItsDeviceHasLost() {
        final ReceiveLosses losses = new ReceiveLosses(3, 2, 1);
        guestA.losesBeforeReceiving(losses);
        assertEquals(losses, a.receiveLosses());
        assertEquals(ReceiveLosses.NONE, b.receiveLosses());
    }

    @Test
    void shouldLetTwoGuestsFindEachOtherByArp() {
        final byte[] question =
                across(
                        guestA,
                        a,
                        b,
                        guestB,
                        Frames.arpRequest(Frames.C2_4)
                                .macs(Frames.BROADCAST, A)
                                .ips(Frames.C1_4, Frames.C2_4)
                                .build());
        assertArrayEquals(
                Frames.arpRequest(Frames.C2_4)
                        .macs(Frames.BROADCAST, OWN)
                        .ips(Frames.C1_4, Frames.C2_4)
                        .build(),
                question,
                "b sees a with the uplink's address");
        final Frames answer = Frames.arpReply(Frames.C1_4).ips(Frames.C2_4, Frames.C1_4);
        assertArrayEquals(
                answer.macs(A, OWN).build(),
                across(guestB, b, a, guestA, answer.macs(OWN, B).build()));
        final Frames data = Frames.udp4().ips(Frames.C1_4, Frames.C2_4);
        assertArrayEquals(
                data.macs(B, OWN).build(), across(guestA, a, b, guestB, data.macs(OWN, A).build()));
    }

    @Test
    void shouldCountWhatItRefusesBesideWhatTheDeviceDropped() {
        for (int i = 0; i < 5; i++) {
            guestA.inject(Frames.udp4().macs(OWN, i == 2 ? A : Frames.OTHER).build());
        }
        assertEquals(1, a.receive(0, burst));
        assertEquals(1, burst.size);
        assertEquals(burst.length(0), burst.bytes);
        pool.free(burst.mbuf(0));
        assertEquals(4, a.dropped(IpvlanDrop.ANTISPOOF));
        assertEquals(0, a.dropped(IpvlanDrop.STRICT_MAC));
        assertEquals(0, a.transmitLost());
        assertEquals(0, b.dropped(IpvlanDrop.ANTISPOOF));
    }

    @Test
    void shouldTellNothingOfABurstThatIsRefusedAltogether() {
        guestA.inject(Frames.udp4().macs(OWN, Frames.OTHER).build());
        assertEquals(0, a.receive(0, burst));
        assertEquals(0, burst.size);
        assertEquals(0, burst.bytes);
        assertEquals(0, a.receive(0, burst));
    }

    @Test
    void shouldLearnOnOneQueueWhatItSendsByOnAnother() {
        guestB.queues(2);
        try (NatDevice two = new NatDevice(guestB, macOfB, uplinkMac, pool)) {
            assertEquals(List.of(2, 2), List.of(two.rxQueues(), two.txQueues()));
            guestB.inject(Frames.udp4().macs(OWN, B).build());
            assertEquals(1, two.receive(1, burst));
            pool.free(burst.mbuf(0));
            Memory.put64(burst.mbufs, pool.frame(Frames.udp4().macs(OWN, Frames.X).build()));
            assertEquals(1, two.transmit(0, burst.mbufs, 1));
            assertArrayEquals(Frames.udp4().macs(B, Frames.X).build(), guestB.transmitted().get(0));
        }
    }

    /** Spec CFG-8. */
    @Test
    void shouldTranslateToTheMacThatTheUplinkHasNow() {
        final long now = OWN + 0x100;
        uplinkMac.set(now);
        assertEquals(now, a.mac());
        guestA.inject(Frames.udp4().macs(now, A).build());
        assertEquals(1, a.receive(0, burst));
        assertArrayEquals(Frames.udp4().macs(now, now).build(), pool.bytes(burst.mbuf(0)));
        pool.free(burst.mbuf(0));
        for (Frames each : List.of(Frames.udp4(), Frames.arpReply(Frames.C1_4))) {
            Memory.put64(burst.mbufs, pool.frame(each.macs(now, Frames.X).build()));
            assertEquals(1, a.transmit(0, burst.mbufs, 1));
        }
        for (byte[] given : guestA.transmitted()) {
            assertEquals(A, ByteBuffer.wrap(given).getLong(0) >>> 16);
        }
    }

    @Test
    void shouldSendAFrameThatTheDeviceRefusedAtFirst() {
        final byte[] frame = Frames.arpReply(Frames.C1_4).macs(OWN, Frames.X).build();
        for (int i = 0; i < 3; i++) {
            Memory.put64(burst.mbufs + 8L * i, pool.frame(frame));
        }
        guestA.capacity(1);
        assertEquals(1, a.transmit(0, burst.mbufs, 3));
        guestA.capacity(3);
        assertEquals(2, a.transmit(0, burst.mbufs + 8, 2));
        for (byte[] sent : guestA.transmitted()) {
            assertArrayEquals(Frames.arpReply(Frames.C1_4).macs(A, Frames.X).build(), sent);
        }
    }

    @Test
    void shouldOtherwiseBeTheDeviceWithTheUplinksAddress() {
        guestA.mtu(9000);
        assertEquals("a", a.name());
        assertEquals(OWN, a.mac());
        assertEquals(9000, a.mtu());
        assertEquals(9000, a.maxMtu());
        assertThrows(IllegalArgumentException.class, () -> a.setMtu(1400));
        assertTrue(a.linkUp());
        a.close();
        assertFalse(a.linkUp());
    }
}
