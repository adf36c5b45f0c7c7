// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipvane.burst.Burst;
import io.ipvane.dpdk.DeviceOptions;
import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.LcoreThread;
import io.ipvane.dpdk.Mempool;
import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("dpdk")
class DpdkDeviceTest {
    private static final int COUNT = 1023;

    private final Random random = new Random(3);
    private final Arena arena = Arena.ofConfined();
    private final Burst burst = new Burst(arena);
    private Mempool mempool;
    private MbufPool frames;

    @BeforeEach
    void open() {
        final String shim = System.getProperty(NativeLibrary.PROPERTY, "");
        assumeTrue(Files.isReadable(Path.of(shim)), shim + " is not built; run: make build");
        if (!Eal.running()) {
            Eal.start(EalOptions.of(EalOptions.Hugepages.OFF));
        }
        mempool = Mempool.create("device-test", COUNT, Mempool.DEFAULT_DATA_ROOM);
        frames = new MbufPool(mempool);
    }

    @AfterEach
    void shouldHaveEveryMbufBack() {
        if (mempool != null) {
            assertEquals(COUNT, frames.available());
            mempool.close();
        }
        arena.close();
    }

    private DpdkDevice device(String spec) {
        return new DpdkDevice("wan0", EthDevice.open(spec, DeviceOptions.DEFAULT, mempool));
    }

    private byte[] fill(long mbuf) {
        final byte[] bytes = new byte[frames.contiguous(mbuf)];
        random.nextBytes(bytes);
        Memory.put(frames.data(mbuf), bytes);
        return bytes;
    }

    @Test
    void shouldFillTheRowsOfABurstFromARing() {
        try (DpdkDevice ring = device("vdev:net_ring0")) {
            assertEquals("wan0", ring.name());
            assertEquals(1, ring.rxQueues());
            assertEquals(1, ring.txQueues());
            assertEquals(1500, ring.mtu());
            assertTrue(ring.linkUp());
            final byte[][] sent = new byte[Burst.MAX][];
            for (int i = 0; i < Burst.MAX; i++) {
                final long frame = frames.allocate(60 + i);
                Memory.put64(burst.mbufs + i * 8L, frame);
                sent[i] = fill(frame);
            }
            assertEquals(Burst.MAX, ring.transmit(0, burst.mbufs, Burst.MAX));
            assertEquals(Burst.MAX, ring.receive(0, burst));
            assertEquals(Burst.MAX, burst.size);
            long bytes = 0;
            for (int i = 0; i < Burst.MAX; i++) {
                bytes += 60 + i;
                assertEquals(Memory.i64(burst.mbufs + i * 8L), burst.mbuf(i));
                assertEquals(frames.data(burst.mbuf(i)), burst.data(i));
                assertEquals(60 + i, burst.length(i));
                assertEquals(60 + i, burst.contiguous(i));
                assertArrayEquals(sent[i], Memory.bytes(burst.data(i), burst.length(i)));
            }
            assertEquals(bytes, burst.bytes);
            frames.free(burst.mbufs, burst.size);
            assertEquals(0, ring.receive(0, burst));
            assertEquals(0, burst.size);
            assertEquals(Burst.MAX, ring.stats().rxPackets());
        }
    }

    @Test
    void shouldTellTheFirstSegmentFromTheWholeFrame() {
        try (DpdkDevice ring = device("vdev:net_ring0")) {
            final long frame = frames.allocate(1500);
            fill(frame);
            Memory.put64(burst.mbufs, frames.replicate(frame));
            assertEquals(1, ring.transmit(0, burst.mbufs, 1));
            assertEquals(1, ring.receive(0, burst));
            assertEquals(128, burst.contiguous(0));
            assertEquals(1500, burst.length(0));
            assertTrue(frames.pullUp(burst.mbuf(0), 1500));
            assertArrayEquals(
                    Memory.bytes(frames.data(frame), 1500),
                    Memory.bytes(frames.data(burst.mbuf(0)), 1500));
            frames.trim(burst.mbuf(0), 60);
            assertEquals(60, frames.length(burst.mbuf(0)));
            frames.free(burst.mbuf(0));
            frames.free(frame);
        }
    }

    @Test
    void shouldAllocateNothingOnTheHeapPerBurst() throws Exception {
        final var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (LcoreThread lcore = LcoreThread.register(LcoreThread.UNPINNED);
                DpdkDevice device = device("vdev:net_null0,size=64,copy=0")) {
            assertNotEquals(0, lcore.lcore());
            forward(device, 20_000);
            // The JVM may still compile something again and allocate for that, once.
            assertEquals(0, Math.min(allocatedBy(device, threads), allocatedBy(device, threads)));
        }
    }

    private long allocatedBy(DpdkDevice device, com.sun.management.ThreadMXBean threads) {
        final long before = threads.getCurrentThreadAllocatedBytes();
        forward(device, 20_000);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private void forward(DpdkDevice device, int bursts) {
        for (int i = 0; i < bursts; i++) {
            final int size = device.receive(0, burst);
            final int sent = device.transmit(0, burst.mbufs, size - 1);
            frames.free(burst.mbufs + sent * 8L, size - sent);
        }
    }
}
