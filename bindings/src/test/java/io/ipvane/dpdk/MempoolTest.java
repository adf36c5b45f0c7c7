// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("dpdk")
class MempoolTest {
    private static final int COUNT = 511;
    private final Random random = new Random(7);
    private Mempool pool;

    @BeforeEach
    void open() {
        TestEal.require();
        pool = Mempool.create("mempool-test", COUNT, Mempool.DEFAULT_DATA_ROOM);
    }

    @AfterEach
    void shouldHaveEveryMbufBack() {
        if (pool != null) {
            assertEquals(COUNT, pool.available());
            pool.close();
        }
    }

    @Test
    void shouldGiveAFrameOfOneSegmentWithHeadroom() {
        final long frame = pool.allocate(1514);
        assertEquals(1514, Chain.length(frame));
        assertEquals(1514, Chain.contiguous(frame));
        assertTrue(Memory.u16(frame + MbufLayout.DATA_OFF) >= 128);
        assertEquals(COUNT - 1, pool.available());
        Mempool.free(frame);
    }

    @Test
    void shouldRefuseAFrameLongerThanASegment() {
        assertEquals(0, pool.allocate(Mempool.DEFAULT_DATA_ROOM + 1));
        final long frame = pool.allocate(Mempool.DEFAULT_DATA_ROOM);
        assertNotEquals(0, frame);
        Mempool.free(frame);
    }

    @Test
    void shouldGiveAllFramesOrNone() {
        try (Arena arena = Arena.ofConfined()) {
            final long mbufs = arena.allocate(8L * (COUNT + 1)).address();
            assertFalse(pool.allocate(mbufs, COUNT + 1));
            assertEquals(COUNT, pool.available());
            assertTrue(pool.allocate(mbufs, COUNT));
            assertEquals(0, pool.available());
            assertEquals(0, pool.allocate(60));
            assertEquals(0, pool.replicate(Memory.i64(mbufs)));
            Mempool.free(mbufs, COUNT);
        }
    }

    @Test
    void shouldCopyAShortFrameWhenReplicating() {
        for (int length : new int[] {0, 1, 60, 255, 256}) {
            final long frame = Chain.of(pool, random, length);
            final long replica = pool.replicate(frame);
            assertArrayEquals(Chain.bytes(frame), Chain.bytes(replica));
            assertEquals(1, Chain.segments(replica));
            assertEquals(1, Chain.references(frame));
            Mempool.free(frame);
            Mempool.free(replica);
        }
    }

    @Test
    void shouldShareAllButTheHeadersOfALongFrame() {
        final long frame = Chain.of(pool, random, 1500);
        final byte[] before = Chain.bytes(frame);
        final long replica = pool.replicate(frame);
        assertArrayEquals(before, Chain.bytes(replica));
        assertEquals(2, Chain.segments(replica));
        assertEquals(128, Chain.contiguous(replica));
        assertEquals(2, Chain.references(frame));
        assertEquals(Chain.data(frame) + 128, Chain.data(Chain.next(replica)));

        Memory.zero(Chain.data(replica), 128);
        assertArrayEquals(before, Chain.bytes(frame));
        Mempool.free(replica);
        assertEquals(1, Chain.references(frame));
        Mempool.free(frame);
    }

    @Test
    void shouldReplicateAnyChainAndAReplicaOfIt() {
        final long seed = System.nanoTime();
        final Random shapes = new Random(seed);
        for (int round = 0; round < 500; round++) {
            final int[] lengths = new int[1 + shapes.nextInt(5)];
            Arrays.setAll(lengths, i -> shapes.nextInt(i == 0 ? 400 : 1200));
            final String shape = "seed " + seed + " round " + round + Arrays.toString(lengths);
            final long frame = Chain.of(pool, random, lengths);
            final byte[] bytes = Chain.bytes(frame);
            final long replica = pool.replicate(frame);
            final long second = pool.replicate(replica);
            assertArrayEquals(bytes, Chain.bytes(replica), shape);
            // Headers of either may be rewritten without another seeing it.
            Memory.zero(Chain.data(replica), Chain.contiguous(replica));
            assertArrayEquals(bytes, Chain.bytes(frame), shape);
            assertArrayEquals(bytes, Chain.bytes(second), shape);
            // The original goes first: the shared bytes live on.
            Mempool.free(frame);
            assertArrayEquals(bytes, Chain.bytes(second), shape);
            Mempool.free(replica);
            Mempool.free(second);
        }
    }

    @Test
    void shouldLeaveNothingWhenThePoolRunsDryHalfWayThroughAReplica() {
        final long frame = Chain.of(pool, random, 200, 200, 200);
        try (Arena arena = Arena.ofConfined()) {
            final long rest = arena.allocate(8L * COUNT).address();
            final int taken = pool.available() - 2;
            assertTrue(pool.allocate(rest, taken));
            assertEquals(0, pool.replicate(frame));
            assertEquals(2, pool.available());
            assertEquals(1, Chain.references(frame));
            Mempool.free(rest, taken);
        }
        Mempool.free(frame);
    }

    @Test
    void shouldGatherHeadersThatAreSpreadOverSegments() {
        final long frame = Chain.of(pool, random, 14, 6, 0, 20, 1000);
        final byte[] bytes = Chain.bytes(frame);
        assertTrue(Mempool.pullUp(frame, 54));
        assertEquals(54, Chain.contiguous(frame));
        assertEquals(2, Chain.segments(frame));
        assertArrayEquals(bytes, Chain.bytes(frame));
        assertTrue(Mempool.pullUp(frame, 10), "already there");
        assertTrue(Mempool.pullUp(frame, 1040));
        assertEquals(1, Chain.segments(frame));
        assertArrayEquals(bytes, Chain.bytes(frame));
        Mempool.free(frame);
    }

    @Test
    void shouldNotGatherMoreThanTheFrameHasOrTheSegmentHolds() {
        final long frame = Chain.of(pool, random, 2000, 100);
        final byte[] bytes = Chain.bytes(frame);
        assertFalse(Mempool.pullUp(frame, 2101));
        assertFalse(Mempool.pullUp(frame, 2049));
        assertArrayEquals(bytes, Chain.bytes(frame));
        assertTrue(Mempool.pullUp(frame, 2048));
        assertArrayEquals(bytes, Chain.bytes(frame));
        Mempool.free(frame);
    }

    @Test
    void shouldNotWriteIntoASharedSegmentToGather() {
        final long frame = Chain.of(pool, random, 300, 300);
        final long replica = pool.replicate(frame);
        assertFalse(Mempool.pullUp(frame, 400));
        Mempool.free(replica);
        assertTrue(Mempool.pullUp(frame, 400));
        Mempool.free(frame);
    }

    @Test
    void shouldTrimAcrossSegments() {
        for (int length : new int[] {700, 600, 599, 301, 300, 299, 100, 1, 0}) {
            final long frame = Chain.of(pool, random, 100, 200, 0, 300);
            final byte[] bytes = Chain.bytes(frame);
            Mempool.trim(frame, length);
            final int expected = Math.min(length, bytes.length);
            assertArrayEquals(Arrays.copyOf(bytes, expected), Chain.bytes(frame));
            Mempool.free(frame);
            assertEquals(COUNT, pool.available());
        }
    }

    @Test
    void shouldTrimAReplicaWithoutTheOriginal() {
        final long frame = Chain.of(pool, random, 500, 500);
        final byte[] bytes = Chain.bytes(frame);
        final long replica = pool.replicate(frame);
        Mempool.trim(replica, 130);
        assertArrayEquals(Arrays.copyOf(bytes, 130), Chain.bytes(replica));
        assertArrayEquals(bytes, Chain.bytes(frame));
        Mempool.free(frame);
        Mempool.free(replica);
    }

    @Test
    void shouldNameWhatAPoolNeedsWhenThereIsNoMemory() {
        final DpdkException refusal =
                assertThrows(DpdkException.class, () -> Mempool.create("too-large", 1 << 20, 2048));
        assertTrue(
                refusal.getMessage()
                        .startsWith(
                                "mempool 'too-large': count=1048576 dataRoom=2048 takes about"
                                        + " 2368 MB and cannot be made: "),
                refusal.getMessage());
    }

    @Test
    void shouldRefuseSegmentsBeyondSixteenBits() {
        final DpdkException refusal =
                assertThrows(DpdkException.class, () -> Mempool.create("wide", 15, 65_536));
        assertEquals(
                "mempool 'wide': dataRoom=65536 is not 256 to 65407; longer frames take several"
                        + " segments",
                refusal.getMessage());
    }
}
