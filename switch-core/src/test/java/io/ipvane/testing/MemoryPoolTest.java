// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.memory.Memory;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The fixture itself: a test that trusts it must be able to. */
class MemoryPoolTest {
    private final MemoryPool pool = new MemoryPool(8, 512);

    @AfterEach
    void shouldBalance() {
        pool.close();
    }

    @Test
    void shouldGiveBackTheBytesOfAnySegments() {
        final byte[] frame = noise(700);
        final long mbuf = pool.frame(Frames.split(frame, 0, 300, 300));
        assertArrayEquals(frame, pool.bytes(mbuf));
        assertEquals(700, pool.length(mbuf));
        assertEquals(0, pool.contiguous(mbuf));
        assertEquals(4, pool.available());
        pool.free(mbuf);
        assertEquals(8, pool.available());
    }

    @Test
    void shouldRefuseWhatDoesNotFit() {
        assertEquals(0, pool.allocate(513));
        final long[] all = new long[8];
        for (int i = 0; i < 8; i++) {
            all[i] = pool.allocate(512);
            assertNotEquals(0, all[i]);
        }
        assertEquals(0, pool.allocate(1));
        assertEquals(0, pool.replicate(all[0]));
        for (long mbuf : all) {
            pool.free(mbuf);
        }
    }

    @Test
    void shouldCatchDoubleFreeUseAfterFreeAndStrangers() {
        final long mbuf = pool.allocate(10);
        pool.free(mbuf);
        assertThrows(AssertionError.class, () -> pool.free(mbuf));
        assertThrows(AssertionError.class, () -> pool.data(mbuf));
        assertThrows(AssertionError.class, () -> pool.length(mbuf));
        assertThrows(AssertionError.class, () -> pool.free(mbuf + 8));
        assertThrows(AssertionError.class, () -> pool.free(0));
    }

    @Test
    void shouldCatchALeakWhenItCloses() {
        final MemoryPool leaking = new MemoryPool(2, 256);
        assertNotEquals(0, leaking.allocate(1));
        assertThrows(AssertionError.class, leaking::close);
    }

    @Test
    void shouldPoisonAroundAFrameAndAfterItsDeath() {
        pool.poison(0xAB);
        final long mbuf = pool.frame(new byte[10]);
        final long data = pool.data(mbuf);
        assertEquals(0xAB, Memory.u8(data - 1));
        assertEquals(0, Memory.u8(data + 9));
        assertEquals(0xAB, Memory.u8(data + 10));
        pool.trim(mbuf, 4);
        assertEquals(0xAB, Memory.u8(data + 4));
        pool.free(mbuf);
        assertEquals(0xAB, Memory.u8(data));
    }

    @Test
    void shouldReplicateSoThatWritesStayApart() {
        for (int length : new int[] {0, 1, 256, 257, 1000}) {
            final byte[] frame = noise(length);
            final long mbuf = pool.frame(Frames.split(frame, length / 2));
            final long copy = pool.replicate(mbuf);
            assertArrayEquals(frame, pool.bytes(copy));
            assertEquals(length <= 256 ? length : 128, pool.contiguous(copy));
            if (length > 0) {
                Memory.put8(pool.data(copy), frame[0] + 1);
            }
            assertArrayEquals(frame, pool.bytes(mbuf));
            pool.free(mbuf);
            pool.free(copy);
        }
    }

    @Test
    void shouldPullUpAndTrimAnyChain() {
        final SplittableRandom random = new SplittableRandom(24);
        for (int n = 0; n < 2_000; n++) {
            final byte[] frame = noise(random.nextInt(500));
            final int[] ends = new int[random.nextInt(5)];
            for (int i = 0; i < ends.length; i++) {
                ends[i] = random.nextInt(frame.length + 1);
            }
            Arrays.sort(ends);
            final long mbuf = pool.frame(Frames.split(frame, ends));
            final int wanted = random.nextInt(512);
            assertEquals(wanted <= frame.length, pool.pullUp(mbuf, wanted));
            assertTrue(wanted > frame.length || pool.contiguous(mbuf) >= wanted);
            assertArrayEquals(frame, pool.bytes(mbuf));
            final int kept = random.nextInt(frame.length + 1);
            pool.trim(mbuf, kept);
            assertArrayEquals(Arrays.copyOf(frame, kept), pool.bytes(mbuf));
            pool.free(mbuf);
            assertEquals(8, pool.available());
        }
    }

    @Test
    void shouldMoveTheDataWhenItPullsUp() {
        final long mbuf = pool.frame(new byte[3], new byte[3]);
        final long before = pool.data(mbuf);
        pool.allowPullUp(false);
        assertFalse(pool.pullUp(mbuf, 4));
        assertTrue(pool.pullUp(mbuf, 3), "nothing to move");
        pool.allowPullUp(true);
        assertTrue(pool.pullUp(mbuf, 4));
        assertNotEquals(before, pool.data(mbuf));
        pool.free(mbuf);
    }

    private static byte[] noise(int length) {
        final byte[] bytes = new byte[length];
        new SplittableRandom(length).nextBytes(bytes);
        return bytes;
    }
}
