// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.dpdk.VhostPort.Health;
import io.ipvane.ffi.Dpdk;
import io.ipvane.memory.BurstLayout;
import io.ipvane.memory.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A vhost-user socket with DPDK's own virtio driver behind it, which is the peer: in one process,
 * by the real socket, protocol and rings.
 */
@Tag("dpdk")
class VhostPortTest {
    private static final int COUNT = 8191;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Random random = new Random(7);
    private final Arena arena = Arena.ofConfined();
    private final long rows = arena.allocate(BurstLayout.BYTES, 64).address();
    private final long mbufs = rows + BurstLayout.MBUFS;
    @TempDir private Path folder;
    private Mempool pool;
    private String socket;

    @BeforeEach
    void open() {
        TestEal.require();
        pool = Mempool.create("vhost-test", COUNT, Mempool.DEFAULT_DATA_ROOM);
        socket = folder.resolve("v.sock").toString();
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

    private VhostPort serve(int queues) {
        return serve(true, queues);
    }

    private VhostPort serve(boolean mergeable, int queues) {
        return VhostPort.open(socket, false, mergeable, queues, 1, pool);
    }

    private EthDevice connect(int queues) {
        return EthDevice.open(
                "vdev:net_virtio_user0,path=" + socket + ",queue_size=256,queues=" + queues,
                DeviceOptions.DEFAULT.withQueues(queues),
                pool);
    }

    private static void await(BooleanSupplier condition) {
        final long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "in vain");
            Thread.onSpinWait();
        }
    }

    /**
     * Fills the array with frames of IPv4 and UDP, each of a flow of its own and of segments of
     * these lengths; says their bytes.
     */
    private List<byte[]> frames(int count, int... lengths) {
        final List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final long frame = Chain.of(pool, random, lengths);
            final long at = Chain.data(frame);
            Memory.put16be(at + 12, 0x0800);
            Memory.put8(at + 14, 0x45);
            Memory.put16be(at + 20, 0);
            Memory.put8(at + 23, 17);
            Memory.put64(mbufs + i * 8L, frame);
            all.add(Chain.bytes(frame));
        }
        return all;
    }

    /** What waits at the port, by queue. */
    private List<byte[]> received(VhostPort port, int queue, int count) {
        final List<byte[]> all = new ArrayList<>();
        await(
                () -> {
                    final int size = (int) port.receive(queue, rows, 64) & 0xFF;
                    take(all, size);
                    return all.size() >= count;
                });
        return all;
    }

    private void take(List<byte[]> all, int size) {
        for (int i = 0; i < size; i++) {
            all.add(Chain.bytes(Memory.i64(mbufs + i * 8L)));
        }
        Mempool.free(mbufs, size);
    }

    private static void assertSame(List<byte[]> expected, List<byte[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i));
        }
    }

    @ParameterizedTest(name = "mergeable {0}")
    @ValueSource(booleans = {true, false})
    void shouldCarryFramesBothWays(boolean mergeable) {
        try (VhostPort port = serve(mergeable, 1)) {
            assertFalse(port.isUp());
            try (EthDevice peer = connect(1)) {
                await(port::isUp);
                final List<byte[]> out = frames(64, 200);
                assertEquals(64, peer.transmit(0, mbufs, 64));
                assertSame(out, received(port, 0, 64));

                final List<byte[]> in = frames(64, 1500);
                assertEquals(64, port.transmit(0, mbufs, 64));
                final List<byte[]> got = new ArrayList<>();
                await(
                        () -> {
                            take(got, (int) peer.receive(0, rows, 64) & 0xFF);
                            return got.size() == 64;
                        });
                assertSame(in, got);
                assertEquals(Health.SOUND, port.check());
            }
            await(() -> !port.isUp());
            frames(3, 60);
            assertEquals(3, port.transmit(0, mbufs, 3), "nobody is there: taken and dropped");
            assertEquals(3, port.droppedDown());
            assertEquals(0, port.receive(0, rows, 64));
        }
        assertFalse(Files.exists(Path.of(socket)), "the socket goes with the port");
    }

    @Test
    void shouldKeepWhatAFullRingDoesNotTake() {
        try (VhostPort port = serve(1);
                EthDevice peer = connect(1)) {
            await(port::isUp);
            int sent = 0;
            int taken;
            do {
                frames(64, 60);
                taken = port.transmit(0, mbufs, 64);
                sent += taken;
            } while (taken == 64);
            Mempool.free(mbufs + 8L * taken, 64 - taken);
            assertTrue(sent >= 128 && sent <= 256, "a ring of 256 took " + sent);
            assertEquals(0, port.droppedFull());
            drain(peer, new int[1]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void shouldKeepAFlowToOneRingAndUseAll(int queues) {
        try (VhostPort port = serve(queues);
                EthDevice peer = connect(queues)) {
            await(port::isUp);
            // The rings come one by one.
            await(() -> usesAll(port, peer, queues));
            assertEquals(1, ringsOfOneFlow(port, peer, queues), "a flow left its ring");
        }
    }

    private boolean usesAll(VhostPort port, EthDevice peer, int queues) {
        frames(64, 100);
        assertEquals(64, port.transmit(0, mbufs, 64));
        final int[] counts = new int[queues];
        drain(peer, counts);
        return Arrays.stream(counts).allMatch(n -> n > 0);
    }

    private long ringsOfOneFlow(VhostPort port, EthDevice peer, int queues) {
        frames(1, 100);
        final long one = Memory.i64(mbufs);
        final int[] counts = new int[queues];
        for (int repeat = 0; repeat < 2; repeat++) {
            for (int i = 0; i < 64; i++) {
                Memory.put64(mbufs + 8L * i, pool.replicate(one));
            }
            assertEquals(64, port.transmit(0, mbufs, 64));
            drain(peer, counts);
        }
        Memory.put64(mbufs, one);
        Mempool.free(mbufs, 1);
        return Arrays.stream(counts).filter(n -> n > 0).count();
    }

    /** A tx buffer of the switch holds more frames than a burst. */
    @Test
    void shouldTakeMoreFramesThanABurstAtOnce() {
        final long many = arena.allocate(256 * 8L, 8).address();
        try (VhostPort port = serve(2);
                EthDevice peer = connect(2)) {
            await(port::isUp);
            for (int i = 0; i < 256; i += 64) {
                frames(64, 60);
                Memory.copy(mbufs, many + i * 8L, 64 * 8);
            }
            assertEquals(256, port.transmit(0, many, 256));
            final int[] counts = new int[2];
            await(
                    () -> {
                        drain(peer, counts);
                        return counts[0] + counts[1] + port.droppedFull() == 256;
                    });
            assertTrue(counts[0] + counts[1] > 64, "two rings of 256 took too little");
        }
    }

    private void drain(EthDevice peer, int[] counts) {
        for (int queue = 0; queue < counts.length; queue++) {
            int size;
            while ((size = (int) peer.receive(queue, rows, 64) & 0xFF) > 0) {
                counts[queue] += size;
                Mempool.free(mbufs, size);
            }
        }
    }

    @Test
    void shouldReceiveFewAtOnceWhileFramesAreLong() {
        try (VhostPort port = serve(1);
                EthDevice peer = connect(1)) {
            await(port::isUp);
            frames(1, 2000, 2000, 1000);
            assertEquals(1, peer.transmit(0, mbufs, 1));
            received(port, 0, 1);

            frames(4, 2000, 2000, 1000);
            assertEquals(4, peer.transmit(0, mbufs, 4));
            assertEquals(2, takeOnce(port));
            assertEquals(2, takeOnce(port));

            frames(64, 60);
            assertEquals(64, peer.transmit(0, mbufs, 64));
            assertEquals(2, takeOnce(port));
            assertEquals(62, takeOnce(port), "they are short by now");
        }
    }

    /** How many frames one call gives. */
    private int takeOnce(VhostPort port) {
        final int size = (int) port.receive(0, rows, 64) & 0xFF;
        Mempool.free(mbufs, size);
        return size;
    }

    @Test
    void shouldTakeTheSamePeerAgain() {
        try (VhostPort port = serve(1)) {
            for (int i = 0; i < 5; i++) {
                try (EthDevice peer = connect(1)) {
                    await(port::isUp);
                    final List<byte[]> sent = frames(8, 100);
                    assertEquals(8, peer.transmit(0, mbufs, 8));
                    assertSame(sent, received(port, 0, 8));
                }
                await(() -> !port.isUp());
            }
        }
    }

    @Test
    void shouldStartAnewAfterAReset() {
        try (VhostPort port = serve(1)) {
            try (EthDevice peer = connect(1)) {
                await(port::isUp);
                port.reset();
                assertFalse(port.isUp());
                assertEquals(0, port.receive(0, rows, 64));
                assertTrue(peer.queues() == 1);
            }
            try (EthDevice peer = connect(1)) {
                await(port::isUp);
                final List<byte[]> sent = frames(8, 100);
                assertEquals(8, peer.transmit(0, mbufs, 8));
                assertSame(sent, received(port, 0, 8));
            }
        }
    }

    @Test
    void shouldComeAndGoThousandsOfTimesWithoutALeak() throws IOException {
        serve(1).close();
        final long before = descriptors();
        for (int i = 0; i < 2_000; i++) {
            VhostPort.open(socket, i % 2 == 0, i % 3 == 0, 1 + i % 4, 1, pool).close();
        }
        assertEquals(before, descriptors());
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    @Test
    void shouldSayWhyAPathIsRefused() throws IOException {
        Files.createFile(Path.of(socket));
        final String sentence = assertThrows(DpdkException.class, () -> serve(1)).getMessage();
        assertTrue(sentence.startsWith("socket '" + socket + "': "), sentence);
        assertTrue(sentence.contains("failed to bind: Address already in use"), sentence);
    }
}
