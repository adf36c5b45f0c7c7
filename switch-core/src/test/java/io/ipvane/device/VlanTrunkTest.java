// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.memory.Memory;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryDevice;
import io.ipvane.testing.MemoryPool;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One device, uplinks without a tag (index 0), in VLAN 10 (index 3) and in VLAN 4094 (index 7). */
class VlanTrunkTest {
    private static final int PLAIN = 0;
    private static final int V10 = 3;
    private static final int V4094 = 7;

    private final Arena arena = Arena.ofConfined();
    private final MemoryPool pool = new MemoryPool(512, 2048);
    private final MemoryDevice device = new MemoryDevice("wire", Frames.OWN, pool);
    private final VlanTrunk trunk = new VlanTrunk(device, pool);
    private final Device plain = trunk.join("wan0", VlanTrunk.UNTAGGED);
    private final Device v10 = trunk.join("v10", 10);
    private final Device v4094 = trunk.join("v4094", 4094);
    private final Burst burst = new Burst(arena);

    VlanTrunkTest() {
        trunk.place(VlanTrunk.UNTAGGED, PLAIN);
        trunk.place(10, V10);
        trunk.place(4094, V4094);
    }

    @AfterEach
    void nothingLeaks() {
        v10.close();
        v4094.close();
        plain.close();
        pool.close();
        arena.close();
    }

    /** Nobody knows whose they were, and they are not to be added up to more. */
    @Test
    void shouldTellWhatTheDeviceHasLostAtTheOneThatIsPolled() {
        final ReceiveLosses losses = new ReceiveLosses(3, 2, 1);
        device.losesBeforeReceiving(losses);
        assertEquals(losses, plain.receiveLosses());
        assertEquals(ReceiveLosses.NONE, v10.receiveLosses());
        plain.close();
        assertEquals(losses, v10.receiveLosses(), "which is the next one then");
    }

    /** Takes everything that came in: by ingress, the frames in their order. */
    private Map<Integer, List<byte[]>> received() {
        final Map<Integer, List<byte[]>> all = new TreeMap<>();
        int nothing = 0;
        while (nothing < 2) {
            nothing = plain.receive(0, burst) > 0 ? 0 : nothing + 1;
            long bytes = 0;
            for (int i = 0; i < burst.size; i++) {
                final long mbuf = burst.mbuf(i);
                final byte[] frame = pool.bytes(mbuf);
                assertEquals(frame.length, burst.length(i));
                assertEquals(pool.data(mbuf), burst.data(i));
                assertEquals(pool.contiguous(mbuf), burst.contiguous(i));
                bytes += frame.length;
                all.computeIfAbsent(burst.ingress, k -> new ArrayList<>()).add(frame);
                pool.free(mbuf);
            }
            if (burst.size > 0) {
                assertEquals(bytes, burst.bytes);
            }
        }
        return all;
    }

    private byte[] sent(Device by, byte[] frame, int... ends) {
        final long mbuf = pool.frame(Frames.split(frame, ends));
        final long array = arena.allocate(8, 8).address();
        Memory.put64(array, mbuf);
        assertEquals(1, by.transmit(0, array, 1));
        return device.transmitted().get(0);
    }

    @Test
    void shouldTakeTheTagOutAndSayWhoseTheFrameIs() {
        device.inject(Frames.udp4().tag(10).build());
        device.inject(Frames.udp4().build());
        device.inject(Frames.udp4().tag(4094).ttl(3).build());
        device.inject(Frames.udp4().tag(10).ttl(2).build());
        final Map<Integer, List<byte[]>> all = received();
        assertArrayEquals(Frames.udp4().build(), all.get(V10).get(0));
        assertArrayEquals(Frames.udp4().ttl(2).build(), all.get(V10).get(1));
        assertArrayEquals(Frames.udp4().build(), all.get(PLAIN).get(0));
        assertArrayEquals(Frames.udp4().ttl(3).build(), all.get(V4094).get(0));
    }

    @Test
    void shouldHandTheQueuesToAnotherWhenTheFirstLeaves() {
        assertEquals(List.of(1, 0, 0), rxQueues());
        assertEquals(Optional.empty(), trunk.leave(10), "it was not polled");
        assertEquals(Optional.of(v4094), trunk.leave(VlanTrunk.UNTAGGED));
        assertEquals(List.of(0, 0, 1), rxQueues());

        device.inject(Frames.udp4().build());
        device.inject(Frames.udp4().tag(4094).build());
        assertEquals(Set.of(V4094), received().keySet(), "frames of who left are nobody's");
        assertEquals(1, v4094.dropped(BurstDrop.VLAN_UNKNOWN));
        assertEquals(0, plain.dropped(BurstDrop.VLAN_UNKNOWN));

        // It stays after all, behind those that stayed.
        trunk.place(VlanTrunk.UNTAGGED, PLAIN);
        assertEquals(List.of(0, 0, 1), rxQueues());
        assertEquals(Optional.of(plain), trunk.leave(4094));
        assertEquals(Optional.empty(), trunk.leave(VlanTrunk.UNTAGGED), "nobody is left");
        assertEquals(List.of(0, 0, 0), rxQueues());
    }

    private List<Integer> rxQueues() {
        return List.of(plain.rxQueues(), v10.rxQueues(), v4094.rxQueues());
    }

    @Test
    void shouldLeaveToTheUntaggedUplinkWhatNamesNoOther() {
        final List<byte[]> frames =
                List.of(
                        Frames.udp4().tag(0).build(),
                        Frames.udp4().tag(11).build(),
                        Frames.udp4().tag(4095).build(),
                        Frames.udp4().tag(0x88A8, 10).build(),
                        Frames.resize(Frames.udp4().tag(10).build(), 17),
                        Frames.resize(Frames.udp4().build(), 5),
                        Frames.udp4().tag(0).tag(10).build());
        frames.forEach(device::inject);
        final List<byte[]> got = received().get(PLAIN);
        assertEquals(frames.size(), got.size());
        for (int i = 0; i < frames.size(); i++) {
            assertArrayEquals(frames.get(i), got.get(i), "frame " + i);
        }
    }

    @Test
    void shouldTakeOutTheOuterTagOnlyWhateverItsPriority() {
        device.inject(Frames.udp4().tag(0xF000 | 10).tag(20).build());
        assertArrayEquals(Frames.udp4().tag(20).build(), received().get(V10).get(0));
    }

    @Test
    void shouldDropAndCountWhatNobodyTakes() {
        plain.close();
        device.inject(Frames.udp4().build());
        device.inject(Frames.udp4().tag(11).build());
        device.inject(Frames.udp4().tag(10).build());
        assertEquals(1, received().get(V10).size());
        assertEquals(2, v10.dropped(BurstDrop.VLAN_UNKNOWN));
        assertEquals(0, v4094.dropped(BurstDrop.VLAN_UNKNOWN));
    }

    @Test
    void shouldPutTheTagInWithPriorityZero() {
        final byte[] frame = Frames.udp4().build();
        assertArrayEquals(frame, sent(plain, frame));
        assertArrayEquals(Frames.udp4().tag(10).build(), sent(v10, frame));
        assertArrayEquals(Frames.udp4().tag(4094).build(), sent(v4094, frame));
        assertArrayEquals(Frames.udp4().tag(10).build(), sent(v10, frame, 3, 15), "in segments");
    }

    @Test
    void shouldGiveBackUntaggedWhatTheDeviceRefuses() {
        device.capacity(1);
        final byte[] frame = Frames.udp4().build();
        final long array = arena.allocate(24, 8).address();
        for (int i = 0; i < 3; i++) {
            Memory.put64(array + 8L * i, pool.frame(frame));
        }
        assertEquals(1, v10.transmit(0, array, 3));
        for (int i = 1; i < 3; i++) {
            final long mbuf = Memory.i64(array + 8L * i);
            assertArrayEquals(frame, pool.bytes(mbuf));
            pool.free(mbuf);
        }
    }

    @Test
    void shouldLoseOnlyTheFrameThatHasNoRoomForATag() {
        final byte[] frame = Frames.udp4().build();
        final long array = arena.allocate(24, 8).address();
        for (int i = 0; i < 3; i++) {
            Memory.put64(array + 8L * i, pool.frame(frame));
        }
        while (pool.prepend(Memory.i64(array + 8), 4)) {
            // Until its headroom is used up.
        }
        assertEquals(3, v10.transmit(0, array, 3));
        assertEquals(2, device.transmitted().size());
        assertEquals(1, v10.transmitLost());
        assertEquals(1, v10.dropped(BurstDrop.HEADERS_SPLIT));
    }

    @Test
    void shouldBePolledAtOneMemberAndSentByAll() {
        assertEquals(List.of(1, 0, 0), List.of(plain.rxQueues(), v10.rxQueues(), v4094.rxQueues()));
        assertEquals(List.of(1, 1, 1), List.of(plain.txQueues(), v10.txQueues(), v4094.txQueues()));
        assertEquals("v10", v10.name());
        assertEquals(Frames.OWN, v10.mac());
        assertEquals(1500, v10.mtu());
    }

    @Test
    void shouldBePolledAtTheNextMemberWhenThatOneLeaves() {
        plain.close();
        assertEquals(List.of(1, 0), List.of(v10.rxQueues(), v4094.rxQueues()));
    }

    @Test
    void shouldRefuseFramesOfAMemberThatHasLeftWhileTheyWaited() {
        device.inject(Frames.udp4().build());
        device.inject(Frames.udp4().tag(10).build());
        assertEquals(1, plain.receive(0, burst));
        pool.free(burst.mbuf(0));
        trunk.place(10, VlanTrunk.NOBODY);
        assertEquals(Map.of(), received());
        assertEquals(1, plain.dropped(BurstDrop.VLAN_UNKNOWN));
    }

    @Test
    void shouldCloseTheDeviceWithItsLastMember() {
        plain.close();
        v10.close();
        v10.close();
        assertTrue(device.linkUp());
        v4094.close();
        assertFalse(device.linkUp());
    }

    @Test
    void shouldRefuseASecondUplinkOfAVlan() {
        assertThrows(IllegalArgumentException.class, () -> trunk.join("other", 10));
    }

    @Test
    void shouldFreeWhatStillWaitsWhenItIsClosed() {
        device.inject(Frames.udp4().build());
        device.inject(Frames.udp4().tag(10).build());
        assertEquals(1, plain.receive(0, burst));
        pool.free(burst.mbuf(0));
    }

    /**
     * Any frame, tagged by one end and split by the other, is the same frame of the same uplink.
     */
    @Test
    void shouldGiveBackWhatWasSentInOrder() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        final Device[] members = {plain, v10, v4094};
        final int[] indices = {PLAIN, V10, V4094};
        final Map<Integer, List<byte[]>> expected = new TreeMap<>();
        final Map<Integer, List<byte[]>> got = new TreeMap<>();
        for (int round = 0; round < 40; round++) {
            for (int i = random.nextInt(100); i > 0; i--) {
                final int who = random.nextInt(3);
                final byte[] frame = new byte[60 + random.nextInt(200)];
                random.nextBytes(frame);
                // Not a tag of its own: that would be another frame to the untagged uplink.
                frame[12] = 8;
                expected.computeIfAbsent(indices[who], k -> new ArrayList<>()).add(frame);
                final byte[] wire = sent(members[who], frame);
                device.inject(Frames.split(wire, random.nextInt(wire.length)));
            }
            received().forEach((k, v) -> got.computeIfAbsent(k, i -> new ArrayList<>()).addAll(v));
        }
        assertEquals(expected.keySet(), got.keySet(), "seed " + seed);
        for (int k : expected.keySet()) {
            assertEquals(expected.get(k).size(), got.get(k).size(), "seed " + seed);
            for (int i = 0; i < got.get(k).size(); i++) {
                assertArrayEquals(expected.get(k).get(i), got.get(k).get(i), "seed " + seed);
            }
        }
    }
}
