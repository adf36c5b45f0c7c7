// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static io.ipvane.dpdk.LongFrame.DATA_VALID;
import static io.ipvane.dpdk.LongFrame.ECN;
import static io.ipvane.dpdk.LongFrame.NEEDS_CSUM;
import static io.ipvane.dpdk.LongFrame.TCPV4;
import static io.ipvane.dpdk.LongFrame.TCPV6;
import static io.ipvane.dpdk.LongFrame.UDP_L4;
import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.memory.BurstLayout;
import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is left to a device and done by the shim: noted from a virtio header, carried out on the way
 * to a ring, which gives back what a wire would see.
 */
@Tag("dpdk")
class OffloadTest {
    private static final int COUNT = 8191;
    private static final int EINVAL = 22;
    private static final int RING_SLOTS = 1023;
    private static final long SEED = 20_240_607L;

    private final Arena arena = Arena.ofConfined();
    private final long rows = arena.allocate(BurstLayout.BYTES, 64).address();
    private final long mbufs = rows + BurstLayout.MBUFS;
    private final long virtio = arena.allocate(10).address();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private MethodHandle fromVnet;
    private Mempool pool;
    private EthDevice ring;

    @BeforeEach
    void open() {
        TestEal.require();
        fromVnet = NativeLibrary.call("ipvane_offload_from_vnet", JAVA_INT, POINTER, POINTER);
        pool = Mempool.create("offload-test", COUNT, Mempool.DEFAULT_DATA_ROOM);
        ring = EthDevice.open("vdev:net_ring0", DeviceOptions.DEFAULT, pool);
    }

    @AfterEach
    void shouldHaveEveryMbufBack() {
        if (pool != null) {
            ring.close();
            final int available = pool.available();
            pool.close();
            assertEquals(COUNT, available);
        }
        arena.close();
    }

    /** An mbuf chain with these bytes, cut anywhere behind the headers. */
    private long mbuf(byte[] bytes) {
        final List<Integer> parts = new ArrayList<>();
        int left = bytes.length;
        for (int most = 2048; left > 0; most = 1 + random.nextInt(2048)) {
            parts.add(Math.min(left, parts.isEmpty() ? 2048 : most));
            left -= parts.get(parts.size() - 1);
        }
        final long head = Chain.of(pool, new Random(1), parts.stream().mapToInt(i -> i).toArray());
        int at = 0;
        for (long segment = head; segment != 0; segment = Chain.next(segment)) {
            final int length = Chain.contiguous(segment);
            Memory.put(Chain.data(segment), Arrays.copyOfRange(bytes, at, at + length));
            at += length;
        }
        return head;
    }

    private int note(long mbuf, byte[] header) {
        Memory.put(virtio, header);
        return Shim.asInt(() -> (int) fromVnet.invokeExact(mbuf, virtio));
    }

    /** Sends one frame and takes what arrives, which must fit the ring. */
    private List<byte[]> overTheRing(long mbuf) {
        Memory.put64(mbufs, mbuf);
        assertEquals(1, ring.transmit(0, mbufs, 1));
        return arrived();
    }

    private List<byte[]> arrived() {
        final List<byte[]> frames = new ArrayList<>();
        int taken;
        while ((taken = (int) ring.receive(0, rows, 64) & 0xFF) > 0) {
            for (int i = 0; i < taken; i++) {
                final long mbuf = Memory.i64(mbufs + 8L * i);
                assertFalse(TxOffload.isPending(mbuf));
                frames.add(Chain.bytes(mbuf));
            }
            Mempool.free(mbufs, taken);
        }
        return frames;
    }

    @Test
    void shouldSplitAnyPayloadIntoFramesThatAddUpToIt() {
        for (int i = 0; i < 1500; i++) {
            final LongFrame frame = LongFrame.any(random, true);
            final String what = "seed " + SEED + ", frame " + i + ": " + frame;
            final long mbuf = mbuf(frame.bytes());
            assertEquals(0, note(mbuf, frame.virtio()), what);
            assertEquals(
                    Math.min(frame.bytes().length, frame.payloadAt() + frame.segment()),
                    TxOffload.longest(mbuf),
                    what);
            try {
                frame.assertBecame(overTheRing(mbuf));
            } catch (AssertionError e) {
                throw new AssertionError(what, e);
            }
        }
    }

    @Test
    void shouldCompleteTheChecksumOfAnyFrameThatFits() {
        for (int i = 0; i < 1500; i++) {
            final LongFrame frame = LongFrame.any(random, false);
            final String what = "seed " + SEED + ", frame " + i + ": " + frame;
            final long mbuf = mbuf(frame.bytes());
            assertEquals(0, note(mbuf, frame.virtio()), what);
            assertEquals(frame.bytes().length, TxOffload.longest(mbuf), what);
            try {
                frame.assertBecame(overTheRing(mbuf));
            } catch (AssertionError e) {
                throw new AssertionError(what, e);
            }
        }
    }

    @Test
    void shouldDoForACopyWhatItDoesForTheOriginal() {
        for (int i = 0; i < 300; i++) {
            final LongFrame frame = LongFrame.any(random, random.nextBoolean());
            final long mbuf = mbuf(frame.bytes());
            assertEquals(0, note(mbuf, frame.virtio()), frame::toString);
            final long copy = pool.replicate(mbuf);
            assertEquals(TxOffload.longest(mbuf), TxOffload.longest(copy));
            // First the original: what it finishes in place, the copy must not see.
            frame.assertBecame(overTheRing(mbuf));
            frame.assertBecame(overTheRing(copy));
        }
    }

    @Test
    void shouldKeepTheOrderOfPlainAndLongFrames() {
        final List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            final LongFrame frame = LongFrame.any(random, false);
            final long mbuf = mbuf(frame.bytes());
            if (i % 3 == 0) {
                assertEquals(0, note(mbuf, frame.virtio()));
            }
            sent.add(frame.bytes());
            Memory.put64(mbufs + 8L * i, mbuf);
        }
        assertEquals(64, ring.transmit(0, mbufs, 64));
        final List<byte[]> arrived = arrived();
        assertEquals(64, arrived.size());
        for (int i = 0; i < 64; i++) {
            assertEquals(sent.get(i).length, arrived.get(i).length);
            if (i % 3 != 0) {
                assertArrayEquals(sent.get(i), arrived.get(i));
            }
        }
    }

    @Test
    void shouldCountALongFrameOfWhichNotAllFits() {
        final LongFrame frame = splitTcp();
        final int parts = 1 + (frame.bytes().length - frame.payloadAt() - 1) / frame.segment();
        int sent = 0;
        for (; sent + parts <= RING_SLOTS; sent += parts) {
            assertEquals(1, send(frame));
        }
        assertEquals(1, send(frame));
        assertEquals(1, ring.transmitLost());
        final long mbuf = mbuf(frame.bytes());
        assertEquals(0, note(mbuf, frame.virtio()));
        Memory.put64(mbufs, mbuf);
        assertEquals(0, ring.transmit(0, mbufs, 1), "the ring is full");
        assertEquals(1, ring.transmitLost());
        Mempool.free(mbuf);
        assertEquals(RING_SLOTS, arrived().size());
    }

    private int send(LongFrame frame) {
        final long mbuf = mbuf(frame.bytes());
        assertEquals(0, note(mbuf, frame.virtio()));
        Memory.put64(mbufs, mbuf);
        return ring.transmit(0, mbufs, 1);
    }

    /** IPv4 and TCP without options, 10,000 bytes in segments of 300: 34 of them. */
    private static LongFrame splitTcp() {
        final SplittableRandom any = new SplittableRandom(1);
        while (true) {
            final LongFrame frame = LongFrame.any(any, true);
            final byte[] bytes = frame.bytes();
            if (frame.ipAt() == 14
                    && frame.l4At() == 34
                    && frame.payloadAt() == 54
                    && bytes.length > 10_054) {
                final byte[] cut = Arrays.copyOf(bytes, 10_054);
                ByteBuffer.wrap(cut).putShort(16, (short) 10_040);
                return new LongFrame(cut, 14, 34, 54, 300);
            }
        }
    }

    @Test
    void shouldCompleteAChecksumOfAnythingElseAtOnce() {
        // For example of GRE or ICMPv6, or far behind the first segment.
        for (int i = 0; i < 500; i++) {
            final byte[] bytes = new byte[60 + random.nextInt(9000)];
            random.nextBytes(bytes);
            ByteBuffer.wrap(bytes).putShort(12, (short) 0x88B5);
            final int start = 14 + random.nextInt(bytes.length - 15);
            final int offset = random.nextInt(bytes.length - start - 1) & ~1;
            final long mbuf = mbuf(bytes);
            assertEquals(0, note(mbuf, LongFrame.virtio(NEEDS_CSUM, 0, 0, start, offset)));
            assertFalse(TxOffload.isPending(mbuf));
            final int field = ByteBuffer.wrap(bytes).getShort(start + offset) & 0xFFFF;
            final byte[] done = Chain.bytes(mbuf);
            // Over all bytes the sum is zero (all ones), but for what the field had put in before.
            assertEquals(
                    0,
                    (LongFrame.sum(done, start, done.length) + field) % 0xFFFF,
                    i + ": " + bytes.length + " bytes from " + start + ", field at " + offset);
            Mempool.free(mbuf);
        }
    }

    /** Behind the packet there is a trailer, or the packet ends before its own checksum. */
    @ParameterizedTest(name = "IP says {0} bytes, the frame has {1}")
    @CsvSource({"200, 300", "20, 300", "36, 300", "37, 300", "400, 300", "0, 54"})
    void shouldCompleteAtOnceWhatAFrameOfAnotherLengthAsksFor(int said, int length) {
        for (boolean ipv4 : new boolean[] {true, false}) {
            final LongFrame frame = ofLength(ipv4, said, length);
            final int start = frame.l4At();
            if (start + 18 > length) {
                continue;
            }
            final long mbuf = mbuf(frame.bytes());
            assertEquals(0, note(mbuf, LongFrame.virtio(NEEDS_CSUM, 0, 0, start, 16)));
            assertFalse(TxOffload.isPending(mbuf));
            Mempool.trim(mbuf, Math.min(length, frame.ipAt() + said));
            assertEquals(1, overTheRing(mbuf).size());
        }
    }

    private LongFrame ofLength(boolean ipv4, int said, int length) {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        final ByteBuffer frame = ByteBuffer.wrap(bytes);
        frame.putShort(12, (short) (ipv4 ? 0x0800 : 0x86DD));
        frame.put(14, (byte) (ipv4 ? 0x45 : 0x60));
        frame.putShort(ipv4 ? 16 : 18, (short) Math.max(0, ipv4 ? said : said - 40));
        frame.putShort(20, ipv4 ? 0x4000 : frame.getShort(20));
        frame.put(ipv4 ? 23 : 20, (byte) 6);
        return new LongFrame(bytes, 14, ipv4 ? 34 : 54, length, 0);
    }

    /** Whoever cuts a frame later than its work was noted leaves no work without its headers. */
    @Test
    void shouldForgetWhatIsLeftToDoWhereItsHeadersAreCutOff() {
        for (int i = 0; i < 2000; i++) {
            final LongFrame frame = LongFrame.any(random, random.nextBoolean());
            final long mbuf = mbuf(frame.bytes());
            assertEquals(0, note(mbuf, frame.virtio()));
            final int length = 14 + random.nextInt(Math.min(200, frame.bytes().length - 14));
            Mempool.trim(mbuf, length);
            if (length <= frame.l4At()) {
                assertFalse(TxOffload.isPending(mbuf), frame::toString);
            }
            assertTrue(overTheRing(mbuf).size() <= 400, frame::toString);
        }
    }

    /**
     * Not by a trim, but by somebody who forgets that there is work: it is not done, and dropped.
     */
    @Test
    void shouldNotCarryOutWhatTheFrameHasNoHeadersFor() {
        final LongFrame frame = splitTcp();
        for (int length = 1; length < frame.payloadAt() + 2; length++) {
            for (boolean splits : new boolean[] {true, false}) {
                final long mbuf = mbuf(frame.bytes());
                final byte[] header =
                        splits
                                ? frame.virtio()
                                : LongFrame.virtio(NEEDS_CSUM, 0, 0, frame.l4At(), 16);
                assertEquals(0, note(mbuf, header));
                final long rest = Chain.next(mbuf);
                Mempool.free(rest);
                Memory.put64(mbuf + MbufLayout.NEXT, 0);
                Memory.put16(mbuf + MbufLayout.NB_SEGS, 1);
                Memory.put16(mbuf + MbufLayout.DATA_LEN, length);
                Memory.put32(mbuf + MbufLayout.PKT_LEN, length);
                final int frames = overTheRing(mbuf).size();
                assertEquals(splits && length <= frame.payloadAt() ? 0 : 1, frames);
            }
        }
    }

    @Test
    void shouldTakeAFrameWithAVerifiedChecksumAsItIs() {
        final LongFrame frame = LongFrame.any(random, false);
        final long mbuf = mbuf(frame.bytes());
        assertEquals(0, note(mbuf, LongFrame.virtio(DATA_VALID, 0, 0, 0, 0)));
        assertFalse(TxOffload.isPending(mbuf));
        assertArrayEquals(frame.bytes(), overTheRing(mbuf).get(0));
    }

    /** The right one is: flags 1, type 1 (TCPv4), segments of 300, checksum at 34 + 16. */
    @ParameterizedTest(name = "flags {0} type {1} segment {2} start {3} offset {4}")
    @CsvSource({
        "0, 1, 300, 34, 16", // long, but without a checksum to write
        "1, 4, 300, 34, 16", // IPv6 over IPv4
        "1, 5, 300, 34, 16", // UDP over TCP
        "1, 3, 300, 34, 16", // UFO, which we never offered
        "1, 2, 300, 34, 16", // no such type
        "1, 1, 0, 34, 16", // segments of nothing
        "1, 1, 1, 34, 16", // a flood
        "1, 1, 9, 34, 16", // more than 1,024 of them
        "1, 1, 300, 34, 6", // the checksum is not there
        "1, 1, 300, 14, 16", // TCP is not there
        "1, 1, 300, 65535, 65535", // beyond the frame
        "1, 0, 0, 10053, 0", // half beyond the frame
        "1, 0, 0, 65535, 16"
    })
    void shouldRefuseAHeaderThatContradictsItsFrame(
            int flags, int type, int segment, int start, int offset) {
        final long mbuf = mbuf(splitTcp().bytes());
        assertEquals(-EINVAL, note(mbuf, LongFrame.virtio(flags, type, segment, start, offset)));
        Mempool.free(mbuf);
    }

    @ParameterizedTest(name = "byte {0} is {1}")
    @CsvSource({
        "12, 0x86", // neither IPv4 nor IPv6
        "14, 0x65", // IPv6 by version
        "14, 0x44", // IPv4 shorter than its header
        "14, 0x46", // TCP begins later
        "16, 0x00", // IP is shorter than the frame
        "20, 0x20", // a fragment
        "23, 17", // UDP
        "46, 0x40", // TCP shorter than its header
    })
    void shouldRefuseToSplitAFrameWhoseHeadersAreWrong(int at, String value) {
        final LongFrame frame = splitTcp();
        frame.bytes()[at] = Integer.decode(value).byteValue();
        final long mbuf = mbuf(frame.bytes());
        assertEquals(-EINVAL, note(mbuf, frame.virtio()), frame::toString);
        Mempool.free(mbuf);
    }

    @Test
    void shouldRefuseALongFrameWithoutPayload() {
        final byte[] bytes = Arrays.copyOf(splitTcp().bytes(), 54);
        ByteBuffer.wrap(bytes).putShort(16, (short) 40);
        final long mbuf = mbuf(bytes);
        assertEquals(-EINVAL, note(mbuf, LongFrame.virtio(NEEDS_CSUM, TCPV4, 300, 34, 16)));
        Mempool.free(mbuf);
    }

    @Test
    void shouldSurviveAnyHeaderOnAnyFrame() {
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            final byte[] bytes = LongFrame.any(random, true).bytes();
            final byte[] some =
                    Arrays.copyOf(bytes, 14 + random.nextInt(Math.min(400, bytes.length)));
            for (int k = random.nextInt(4); k > 0; k--) {
                some[random.nextInt(Math.min(some.length, 100))] = (byte) random.nextInt();
            }
            final int[] types = {0, TCPV4, TCPV6, UDP_L4, TCPV4 | ECN, random.nextInt(256)};
            final byte[] header =
                    LongFrame.virtio(
                            random.nextInt(4),
                            types[random.nextInt(types.length)],
                            random.nextInt(3) * random.nextInt(3000),
                            random.nextInt(120),
                            random.nextBoolean() ? 16 : random.nextInt(40));
            final long mbuf = mbuf(some);
            if (note(mbuf, header) == 0) {
                accepted++;
                final int frames = overTheRing(mbuf).size();
                assertTrue(frames >= 1 && frames <= 400, "frames " + frames);
            } else {
                Mempool.free(mbuf);
            }
        }
        assertTrue(accepted > 500, "accepted " + accepted);
    }
}
