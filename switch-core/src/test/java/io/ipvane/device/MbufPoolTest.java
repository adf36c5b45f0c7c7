// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.MbufLayout;
import io.ipvane.dpdk.Mempool;
import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import io.ipvane.testing.Frames;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the switch does to real mbufs. */
@Tag("dpdk")
class MbufPoolTest {
    private static final int COUNT = 127;

    private final Random random = new Random(5);
    private final Arena arena = Arena.ofConfined();
    private Mempool mempool;
    private MbufPool pool;

    @BeforeEach
    void open() {
        final String shim = System.getProperty(NativeLibrary.PROPERTY, "");
        assumeTrue(Files.isReadable(Path.of(shim)), shim + " is not built; run: make build");
        if (!Eal.running()) {
            Eal.start(EalOptions.of(EalOptions.Hugepages.OFF));
        }
        mempool = Mempool.create("pool-test", COUNT, Mempool.DEFAULT_DATA_ROOM);
        pool = new MbufPool(mempool);
    }

    @AfterEach
    void shouldHaveEveryMbufBack() {
        if (mempool != null) {
            assertEquals(COUNT, pool.available());
            mempool.close();
        }
        arena.close();
    }

    private long frame(byte[] bytes) {
        final long mbuf = pool.allocate(bytes.length);
        Memory.put(pool.data(mbuf), bytes);
        return mbuf;
    }

    /** The bytes of a whole frame, in however many segments. */
    private byte[] bytes(long mbuf) {
        final int length = pool.length(mbuf);
        final long out = arena.allocate(Math.max(1, length)).address();
        pool.read(mbuf, 0, out, length);
        return Memory.bytes(out, length);
    }

    private byte[] random(int length) {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void shouldReadAcrossSegments() {
        final byte[] sent = random(1000);
        final long whole = frame(sent);
        // A replica has its first 128 bytes in a segment of their own and shares the rest.
        final long split = pool.replicate(whole);
        assertEquals(128, pool.contiguous(split));
        for (int from : new int[] {0, 100, 127, 128, 129, 500}) {
            final long out = arena.allocate(400).address();
            pool.read(split, from, out, 400);
            assertArrayEquals(
                    Arrays.copyOfRange(sent, from, from + 400), Memory.bytes(out, 400), "" + from);
        }
        pool.free(split);
        pool.free(whole);
    }

    @Test
    void shouldAddAndRemoveBytesInFront() {
        final byte[] sent = random(300);
        final long mbuf = frame(sent);
        final long data = pool.data(mbuf);
        assertTrue(pool.prepend(mbuf, 4));
        assertEquals(data - 4, pool.data(mbuf));
        assertEquals(304, pool.length(mbuf));
        assertEquals(304, pool.contiguous(mbuf));
        pool.removeFront(mbuf, 4);
        assertArrayEquals(sent, bytes(mbuf));
        assertFalse(pool.prepend(mbuf, Mempool.HEADROOM + 1));
        assertArrayEquals(sent, bytes(mbuf), "nothing changed");
        pool.free(mbuf);
    }

    /** A replica's first bytes are its own: the tag that one copy gets is in no other. */
    @Test
    void shouldTagAReplicaWithoutTheOriginalSeeingIt() {
        final byte[] sent = random(1000);
        final long whole = frame(sent);
        final long copy = pool.replicate(whole);
        assertTrue(VlanTag.add(pool, whole, 10));
        assertArrayEquals(sent, bytes(copy));
        assertTrue(VlanTag.add(pool, copy, 20));
        final byte[] tagged = bytes(whole);
        assertEquals(10, tagged[15]);
        assertEquals(20, bytes(copy)[15]);
        VlanTag.remove(pool, whole);
        VlanTag.remove(pool, copy);
        assertArrayEquals(sent, bytes(whole));
        assertArrayEquals(sent, bytes(copy));
        pool.free(copy);
        pool.free(whole);
    }

    @Test
    void shouldKeepAPendingChecksumInItsPlaceBehindATagAndFinishIt() {
        final byte[] udp = Frames.udp4().payload(random(100)).build();
        final long mbuf = frame(udp);
        // As a stack leaves it: the pseudo-header's sum in the field, IPv4 and UDP in the flags.
        Memory.put16be(pool.data(mbuf) + 40, pseudoSum(udp));
        Memory.put64(mbuf + MbufLayout.OL_FLAGS, 3L << 52 | 1L << 55);
        Memory.put64(mbuf + MbufLayout.TX_OFFLOAD, 14 | 20 << 7);
        assertTrue(VlanTag.add(pool, mbuf, 10));
        assertEquals(18 | 20 << 7, Memory.i64(mbuf + MbufLayout.TX_OFFLOAD));
        assertTrue(pool.checksumPending(mbuf));
        pool.finishChecksum(mbuf);
        assertFalse(pool.checksumPending(mbuf));
        VlanTag.remove(pool, mbuf);
        final byte[] finished = bytes(mbuf);
        assertEquals(0xFFFF, sum(finished, 34, finished.length - 34, pseudoSum(udp)));
        pool.free(mbuf);
    }

    private static int pseudoSum(byte[] udp) {
        return sum(udp, 26, 8, 17 + udp.length - 34);
    }

    private static int sum(byte[] bytes, int from, int length, int start) {
        int sum = start;
        for (int i = 0; i < length; i++) {
            final int value = bytes[from + i] & 0xFF;
            sum += i % 2 == 0 ? value << 8 : value;
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return sum;
    }
}
