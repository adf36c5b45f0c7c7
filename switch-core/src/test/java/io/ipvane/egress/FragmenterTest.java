// SPDX-License-Identifier: Apache-2.0
package io.ipvane.egress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.memory.Memory;
import io.ipvane.packet.Ipv4;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Fragments put together again are the packet. */
class FragmenterTest {
    private final Arena arena = Arena.ofConfined();
    private final MemoryPool pool = new MemoryPool(128, 2048);
    private final Fragmenter fragmenter = new Fragmenter(arena, pool);

    @AfterEach
    void nothingLeaks() {
        pool.close();
        arena.close();
    }

    private byte[][] split(byte[] frame, int l3, int mtu, int... ends) {
        final long mbuf = pool.frame(Frames.split(frame, ends));
        final byte[][] out = new byte[fragmenter.split(mbuf, l3, mtu)][];
        for (int i = 0; i < out.length; i++) {
            out[i] = pool.bytes(fragmenter.fragment(i));
        }
        fragmenter.free(0, out.length);
        assertArrayEquals(frame, pool.bytes(mbuf), "the packet itself is only read");
        pool.free(mbuf);
        return out;
    }

    private static byte[] payload(int length, SplittableRandom random) {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void shouldSplitSoThatTheReceiverHasThePacketAgain() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            final int tags = random.nextInt(3);
            final int options = 4 * random.nextInt(11);
            final int l3 = 14 + 4 * tags;
            final int word = random.nextInt(4) == 0 ? 0x2000 | random.nextInt(100) : 0;
            Frames builder =
                    Frames.udp4()
                            .options(options)
                            .fragment(word)
                            .payload(payload(400 + random.nextInt(1000), random));
            for (int t = 0; t < tags; t++) {
                builder = builder.tag(0);
            }
            final byte[] packet = builder.build();
            final byte[] frame = Frames.resize(packet, packet.length + random.nextInt(8));
            final int mtu = 128 + random.nextInt(200);
            final byte[][] fragments =
                    split(frame, l3, mtu, l3 + 20 + options + random.nextInt(100));
            final int header = 20 + options;
            final ByteBuffer whole = ByteBuffer.allocate(packet.length - l3 - header);
            assertTrue(fragments.length > 1, "seed " + seed);
            for (int i = 0; i < fragments.length; i++) {
                final byte[] fragment = fragments[i];
                assertTrue(fragment.length - l3 <= mtu, "seed " + seed);
                assertEquals(
                        (word & 0x1FFF) * 8 + whole.position(),
                        offset(fragment, l3),
                        "seed " + seed);
                assertEquals(
                        word != 0 || i < fragments.length - 1, more(fragment, l3), "seed " + seed);
                assertTrue(checksumValid(fragment, l3), "seed " + seed);
                assertArrayEquals(
                        Arrays.copyOf(frame, l3), Arrays.copyOf(fragment, l3), "seed " + seed);
                whole.put(fragment, l3 + header, fragment.length - l3 - header);
            }
            assertArrayEquals(
                    Arrays.copyOfRange(packet, l3 + header, packet.length),
                    whole.array(),
                    "seed " + seed);
        }
    }

    private static int offset(byte[] frame, int l3) {
        return (ByteBuffer.wrap(frame).getShort(l3 + 6) & 0x1FFF) * 8;
    }

    private static boolean more(byte[] frame, int l3) {
        return (frame[l3 + 6] & 0x20) != 0;
    }

    private static boolean checksumValid(byte[] frame, int l3) {
        try (Arena scratch = Arena.ofConfined()) {
            final long ip = scratch.allocate(frame.length).address();
            Memory.put(ip, Arrays.copyOfRange(frame, l3, frame.length));
            return Ipv4.checksumValid(ip) && Ipv4.totalLength(ip) == frame.length - l3;
        }
    }

    @Test
    void shouldCarryOnlyThoseOptionsOnThatSayIt() {
        byte[] frame = Frames.udp4().options(12).payload(new byte[600]).build();
        // Record route (7) is for the first fragment only, loose source route (131) for all.
        frame = Frames.patch(frame, 34, 7, 3, 4, 131, 3, 4, 1, 7, 3, 4, 0, 7);
        final byte[][] fragments = split(frame, 14, 300);
        assertEquals(3, fragments.length);
        assertArrayEquals(
                new byte[] {7, 3, 4, (byte) 131, 3, 4, 1, 7, 3, 4, 0, 7},
                Arrays.copyOfRange(fragments[0], 34, 46));
        for (int i = 1; i < 3; i++) {
            assertArrayEquals(
                    new byte[] {1, 1, 1, (byte) 131, 3, 4, 1, 1, 1, 1, 0, 7},
                    Arrays.copyOfRange(fragments[i], 34, 46));
        }
    }

    @Test
    void shouldEndWhereAnOptionLiesAboutItsLength() {
        for (int length : new int[] {0, 1, 200, 255}) {
            final byte[] frame = Frames.udp4().options(4).payload(new byte[600]).build();
            assertEquals(3, split(Frames.patch(frame, 34, 7, length, 9, 9), 14, 300).length);
        }
        final byte[] atTheEnd = Frames.udp4().options(4).payload(new byte[600]).build();
        assertEquals(3, split(Frames.patch(atTheEnd, 37, 7), 14, 300).length);
    }

    @Test
    void shouldNotSplitWhatForbidsItOrNeedsNoneOrTooMany() {
        final byte[] packet = Frames.udp4().payload(new byte[1000]).build();
        assertEquals(0, split(Frames.patch(packet, 20, 0x40), 14, 600).length);
        assertEquals(0, split(packet, 14, 1028).length);
        assertEquals(0, split(packet, 14, 27).length);
        assertEquals(64, split(Frames.udp4().payload(new byte[64 * 8 - 8]).build(), 14, 28).length);
        assertEquals(0, split(Frames.udp4().payload(new byte[64 * 8]).build(), 14, 28).length);
    }

    @Test
    void shouldNotSplitAFrameThatIsShorterThanItsPacketSays() {
        final byte[] packet = Frames.udp4().payload(new byte[1000]).build();
        final byte[] longer = Frames.patch(packet, 16, 1029 >> 8, 1029 & 0xFF);
        assertEquals(0, split(longer, 14, 600).length);
        assertEquals(0, split(Frames.patch(packet, 16, 0xFF, 0xFF), 14, 9000).length);
    }

    @Test
    void shouldLeaveToItsDeviceWhatThatWillSplit() {
        final long mbuf = pool.frame(Frames.udp4().payload(new byte[1000]).build());
        pool.longest(mbuf, 700);
        assertEquals(0, fragmenter.split(mbuf, 14, 600));
        pool.free(mbuf);
    }

    @Test
    void shouldGiveEverythingBackWhereThePoolRunsOut() {
        final long[] taken = new long[125];
        Arrays.setAll(taken, i -> pool.allocate(60));
        final long mbuf = pool.frame(Frames.udp4().payload(new byte[1000]).build());
        assertEquals(Fragmenter.POOL_EMPTY, fragmenter.split(mbuf, 14, 400));
        pool.free(mbuf);
        for (long cell : taken) {
            pool.free(cell);
        }
    }
}
