// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.ffi.Dpdk;
import io.ipvane.memory.BurstLayout;
import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("dpdk")
class EthDeviceTest {
    private static final int COUNT = 8191;
    private final Random random = new Random(11);
    private final Arena arena = Arena.ofConfined();
    private final long rows = arena.allocate(BurstLayout.BYTES, 64).address();
    private final long mbufs = rows + BurstLayout.MBUFS;
    private Mempool pool;

    @BeforeEach
    void open() {
        TestEal.require();
        pool = Mempool.create("ethdev-test", COUNT, Mempool.DEFAULT_DATA_ROOM);
    }

    @AfterEach
    void shouldHaveEveryMbufAndNoPortLeft() {
        if (pool != null) {
            assertEquals(0, Dpdk.rte_eth_dev_count_avail());
            assertEquals(COUNT, pool.available());
            pool.close();
        }
        arena.close();
    }

    private EthDevice openDevice(String device) {
        return EthDevice.open(device, DeviceOptions.DEFAULT, pool);
    }

    private String refusal(String device, DeviceOptions options) {
        return assertThrows(DpdkException.class, () -> EthDevice.open(device, options, pool))
                .getMessage();
    }

    private int receive(EthDevice device, int max) {
        return (int) device.receive(0, rows, max) & 0xFF;
    }

    @Test
    void shouldReceiveWhatItSentOverARing() {
        try (EthDevice ring = openDevice("vdev:net_ring0")) {
            assertEquals("net_ring", ring.driver());
            assertTrue(ring.linkUp());
            assertEquals(1500, ring.mtu());
            final byte[][] sent = new byte[64][];
            for (int i = 0; i < 64; i++) {
                final long frame = Chain.of(pool, random, 60 + i, i * 10);
                sent[i] = Chain.bytes(frame);
                Memory.put64(mbufs + i * 8L, frame);
            }
            assertEquals(64, ring.transmit(0, mbufs, 64));
            Memory.zero(mbufs, 8 * 64);
            long bytes = 0;
            final long taken = ring.receive(0, rows, 64);
            assertEquals(64, taken & 0xFF);
            for (int i = 0; i < 64; i++) {
                final long frame = Memory.i64(mbufs + i * 8L);
                final long row = rows + (long) i * BurstLayout.ROW_BYTES;
                assertArrayEquals(sent[i], Chain.bytes(frame));
                assertEquals(frame, Memory.i64(row + BurstLayout.MBUF));
                assertEquals(Chain.data(frame), Memory.i64(row + BurstLayout.DATA));
                assertEquals(sent[i].length, Memory.i32(row + BurstLayout.LENGTH));
                assertTrue(Memory.i32(row + BurstLayout.CONTIGUOUS) <= sent[i].length);
                bytes += sent[i].length;
            }
            assertEquals(bytes, taken >>> 8);
            assertEquals(0, ring.receive(0, rows, 1));
            Mempool.free(mbufs, 64);
            assertEquals(64, ring.stats().txPackets());
            assertEquals(64, ring.stats().rxPackets());
        }
    }

    @Test
    void shouldLeaveRefusedFramesToTheCallerWhenTheRingIsFull() {
        try (EthDevice ring = openDevice("vdev:net_ring1")) {
            int sent = 0;
            while (pool.allocate(mbufs, 64)) {
                final int taken = ring.transmit(0, mbufs, 64);
                sent += taken;
                if (taken < 64) {
                    Mempool.free(mbufs + taken * 8L, 64 - taken);
                    break;
                }
            }
            assertEquals(1023, sent, "a ring of 1,024 holds one less");
            assertEquals(COUNT - sent, pool.available());
            int received = 0;
            for (int n = receive(ring, 64); n > 0; n = receive(ring, 64)) {
                Mempool.free(mbufs, n);
                received += n;
            }
            assertEquals(sent, received);
        }
    }

    @Test
    void shouldGiveAndSwallowFramesOfTheNullDevice() {
        try (EthDevice device = openDevice("vdev:net_null0,size=64,copy=0")) {
            assertEquals(32, receive(device, 32));
            assertEquals(64, Chain.length(Memory.i64(mbufs)));
            assertEquals(32, device.transmit(0, mbufs, 32));
        }
    }

    @Test
    void shouldOpenAgainWhatWasClosed() {
        for (int round = 0; round < 3; round++) {
            final EthDevice device = openDevice("vdev:net_ring2");
            assertTrue(device.linkUp());
            device.close();
            device.close();
            assertFalse(device.linkUp());
        }
    }

    @Test
    void shouldRefuseADeviceThatIsOpen() {
        try (EthDevice first = openDevice("vdev:net_ring3")) {
            assertEquals(
                    "device 'vdev:net_ring3': DPDK does not take it: File exists; see the names"
                            + " and arguments of DPDK's drivers, such as net_ring0",
                    refusal("vdev:net_ring3", DeviceOptions.DEFAULT));
            assertTrue(first.linkUp());
        }
    }

    @Test
    void shouldNameDeviceAskedAndOfferedWhenQueuesAreTooFew() {
        assertEquals(
                "device 'vdev:net_null1': queues=2000 asked, 1 to 1024 offered; ask for as many",
                refusal("vdev:net_null1", DeviceOptions.DEFAULT.withQueues(2000)));
        assertEquals(
                "device 'vdev:net_null1': queues=0 asked, 1 to 1024 offered; ask for as many",
                refusal("vdev:net_null1", DeviceOptions.DEFAULT.withQueues(0)));
    }

    @Test
    void shouldTakeAPoolThatHoldsALongFrameWhereTheDriverCannotScatter() {
        final Mempool roomy = Mempool.create("ethdev-roomy", 4095, 9022);
        try (EthDevice device =
                EthDevice.open(
                        "vdev:net_null3",
                        DeviceOptions.DEFAULT.withMtu(1500),
                        room -> room <= pool.dataRoom() ? pool : roomy)) {
            assertEquals(1500, device.maxMtu());
            device.reopen(9000);
            assertEquals(9000, device.mtu());
            assertEquals(9000, device.maxMtu());
            device.setMtu(1400);
            assertEquals(1400, device.mtu());
            assertEquals(
                    "device 'vdev:net_null3': mtu=9001 asked, at most 9000 possible as it was"
                            + " opened; lower it or open the device anew",
                    assertThrows(DpdkException.class, () -> device.setMtu(9001)).getMessage());
        }
        roomy.close();
    }

    @Test
    void shouldStayAsItWasWhereItCannotBeOpenedForAnMtu() {
        try (EthDevice device = openDevice("vdev:net_null4")) {
            assertThrows(DpdkException.class, () -> device.reopen(9000));
            assertEquals(1500, device.mtu());
            assertFalse(device.isGone());
            assertTrue(device.linkUp());
        }
    }

    @Test
    void shouldRefuseAnMtuThatNoSegmentHoldsWhereTheDriverCannotScatter() {
        assertEquals(
                "device 'vdev:net_null2': mtu=9000 needs segments of 9022 bytes, mempool"
                        + " 'ethdev-test' has 2048; make the pool's dataRoom larger or lower the"
                        + " MTU",
                refusal("vdev:net_null2", DeviceOptions.DEFAULT.withMtu(9000)));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "eth0 | device 'eth0': unknown kind; begin it with one of pci: vdev:",
                "pci:3:0.0 | device 'pci:3:0.0': '3:0.0' is not an address such as 0000:03:00.0;"
                        + " correct it",
                "pci:0000:99:00.0 | device 'pci:0000:99:00.0': DPDK does not take it: Cannot find device"
                        + " (0000:99:00.0) (No such device); bind it to vfio-pci (dpdk-devbind.py)"
                        + " and name it in the configuration before the switch starts",
                "vdev:net_nonsense0 | device 'vdev:net_nonsense0': DPDK does not take it: failed to"
                        + " parse device \"net_nonsense0\" (Bad address); see the names and"
                        + " arguments of DPDK's drivers, such as net_ring0",
            })
    void shouldSayInOneSentenceWhatIsWrongWithADevice(String device, String sentence) {
        assertEquals(sentence, refusal(device, DeviceOptions.DEFAULT));
    }
}
