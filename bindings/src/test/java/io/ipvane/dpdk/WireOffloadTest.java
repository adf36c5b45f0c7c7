// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static io.ipvane.dpdk.LongFrame.DATA_VALID;
import static io.ipvane.dpdk.LongFrame.ECN;
import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.memory.BurstLayout;
import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a kernel says of long frames at a packet socket, beyond what a guest may say; carried out on
 * the way to a ring, which gives back what a wire would see.
 */
@Tag("dpdk")
class WireOffloadTest {
    private static final int COUNT = 8191;
    private static final int EINVAL = 22;
    private static final long SEED = 20_261_201L;

    private final Arena arena = Arena.ofConfined();
    private final long rows = arena.allocate(BurstLayout.BYTES, 64).address();
    private final long mbufs = rows + BurstLayout.MBUFS;
    private final long virtio = arena.allocate(10, 8).address();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private MethodHandle fromWire;
    private Mempool pool;
    private EthDevice ring;

    @BeforeEach
    void open() {
        TestEal.require();
        fromWire = NativeLibrary.call("ipvane_offload_from_wire", JAVA_INT, POINTER, POINTER);
        pool = Mempool.create("wire-offload", COUNT, Mempool.DEFAULT_DATA_ROOM);
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

    /** Around an inner frame, or around its IP packet. */
    enum Tunnel {
        VXLAN(17, 4789, "0800000000002a00", true),
        /** With 12 bytes of options. */
        GENEVE(17, 6081, "0300655800000900010203040506070809000000", true),
        /** With a key. */
        GRE(47, 0, "2000655800000007", true),
        IP_IN_IP(4, 0, "", false);

        private final int protocol;
        private final int port;
        private final String header;
        private final boolean ethernet;

        Tunnel(int protocol, int port, String header, boolean ethernet) {
            this.protocol = protocol;
            this.port = port;
            this.header = header;
            this.ethernet = ethernet;
        }

        boolean overUdp() {
            return protocol == 17;
        }

        byte[] header() {
            return HexFormat.of().parseHex(header);
        }
    }

    private static int sum(long... parts) {
        long sum = Arrays.stream(parts).sum();
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int) sum;
    }

    /** What stands in front of the inner frame or packet, as Linux writes it for a whole one. */
    private byte[] outer(Tunnel tunnel, boolean ipv4, boolean summed, int protocol, int inner) {
        final int ip = ipv4 ? 20 : 40;
        final int l4 = 14 + ip;
        final byte[] header = tunnel.header();
        final byte[] bytes = new byte[l4 + (tunnel.overUdp() ? 8 : 0) + header.length];
        random.nextBytes(bytes);
        final ByteBuffer outer = ByteBuffer.wrap(bytes);
        outer.putShort(12, (short) (ipv4 ? 0x0800 : 0x86DD));
        final int length = bytes.length - l4 + inner;
        if (ipv4) {
            outer.putShort(14, (short) 0x4500).putShort(16, (short) (20 + length));
            outer.putShort(20, (short) 0x4000).put(23, (byte) protocol);
        } else {
            outer.put(14, (byte) 0x60).putShort(18, (short) length).put(20, (byte) protocol);
        }
        if (tunnel.overUdp()) {
            outer.putShort(l4 + 2, (short) tunnel.port).putShort(l4 + 4, (short) length);
            final int pseudo = sum(addresses(bytes, ipv4), 17, length);
            outer.putShort(l4 + 6, (short) (summed ? pseudo : 0));
        }
        System.arraycopy(header, 0, bytes, bytes.length - header.length, header.length);
        return bytes;
    }

    private static int addresses(byte[] frame, boolean ipv4) {
        return ipv4 ? LongFrame.sum(frame, 26, 34) : LongFrame.sum(frame, 22, 54);
    }

    private long mbuf(byte[] bytes) {
        final int[] parts = new int[(bytes.length + 2047) / 2048];
        Arrays.fill(parts, 2048);
        parts[parts.length - 1] = bytes.length - 2048 * (parts.length - 1);
        final long head = Chain.of(pool, new Random(1), parts);
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
        return Shim.asInt(() -> (int) fromWire.invokeExact(mbuf, virtio));
    }

    /** The virtio header of a frame that is further behind by so many bytes, and how it ends. */
    private static byte[] header(LongFrame frame, int behind, int flags, int more) {
        final byte[] header = frame.virtio();
        final ByteBuffer fields = ByteBuffer.wrap(header).order(java.nio.ByteOrder.nativeOrder());
        fields.put(0, (byte) flags);
        fields.put(1, (byte) (header[1] | more));
        fields.putShort(6, (short) (fields.getShort(6) + behind));
        return header;
    }

    private static int ecn(LongFrame frame) {
        return frame.payloadAt() - frame.l4At() >= 20 ? ECN : 0;
    }

    private List<byte[]> overTheRing(long mbuf) {
        Memory.put64(mbufs, mbuf);
        assertEquals(1, ring.transmit(0, mbufs, 1));
        final List<byte[]> frames = new ArrayList<>();
        int taken;
        while ((taken = (int) ring.receive(0, rows, 64) & 0xFF) > 0) {
            for (int i = 0; i < taken; i++) {
                frames.add(Chain.bytes(Memory.i64(mbufs + 8L * i)));
            }
            Mempool.free(mbufs, taken);
        }
        return frames;
    }

    private Stream<LongFrame> frames(int count) {
        return Stream.generate(() -> LongFrame.any(random, true))
                .filter(frame -> frame.bytes().length < 65_000 && frame.ipAt() <= 18)
                .filter(frame -> frame.payloadAt() <= 90)
                .limit(count);
    }

    @Test
    void shouldSplitWhatIsSaidToBeVerifiedAlready() {
        frames(300)
                .forEach(
                        frame -> {
                            final byte[] bytes = frame.bytes().clone();
                            // That of the first segment, which nobody needs any more.
                            final int field = frame.l4At() + (ecn(frame) != 0 ? 16 : 6);
                            ByteBuffer.wrap(bytes).putShort(field, (short) 0x1234);
                            final long mbuf = mbuf(bytes);
                            final byte[] said = header(frame, 0, DATA_VALID, ecn(frame));
                            assertEquals(0, note(mbuf, said), frame::toString);
                            frame.assertBecame(overTheRing(mbuf));
                        });
    }

    @Test
    void shouldLeaveTheCounterOfAccurateEcnInEachSegment() {
        frames(300)
                .filter(frame -> ecn(frame) != 0)
                .forEach(
                        frame -> {
                            final int flags = frame.l4At() + 13;
                            frame.bytes()[flags] |= (byte) 0x80;
                            final long mbuf = mbuf(frame.bytes());
                            assertEquals(0, note(mbuf, header(frame, 0, DATA_VALID, 0)));
                            for (byte[] segment : overTheRing(mbuf)) {
                                assertEquals(0x80, segment[flags] & 0x80, frame::toString);
                            }
                        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveEachSegmentATunnelHeaderOfItsOwn(Tunnel tunnel) {
        frames(300)
                .forEach(
                        frame -> {
                            final int cut = tunnel.ethernet ? 0 : frame.ipAt();
                            final boolean ipv4 = random.nextBoolean();
                            final boolean summed = random.nextBoolean();
                            final long mbuf = inTunnel(tunnel, frame, ipv4, summed);
                            final int front = (ipv4 ? 34 : 54) + length(tunnel);
                            assertEquals(
                                    Math.min(
                                            front + frame.bytes().length - cut,
                                            front + frame.payloadAt() - cut + frame.segment()),
                                    TxOffload.longest(mbuf),
                                    frame::toString);
                            final byte[] before = Arrays.copyOf(Chain.bytes(mbuf), front);
                            final List<byte[]> inner = new ArrayList<>();
                            for (byte[] segment : overTheRing(mbuf)) {
                                assertOuter(tunnel, before, segment, ipv4, inner.size());
                                inner.add(inner(frame, segment, front, cut));
                            }
                            frame.assertBecame(inner);
                        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeAnOrdinaryFrameOnceTheTunnelsHeaderIsOff(Tunnel tunnel) {
        if (!tunnel.ethernet) {
            return;
        }
        frames(100)
                .forEach(
                        frame -> {
                            final boolean ipv4 = random.nextBoolean();
                            final long mbuf = inTunnel(tunnel, frame, ipv4, true);
                            final int front = (ipv4 ? 34 : 54) + length(tunnel);
                            cut(mbuf, front);
                            TxOffload.moveFront(mbuf, -front);
                            frame.assertBecame(overTheRing(mbuf));
                        });
    }

    private static int length(Tunnel tunnel) {
        return tunnel.header().length + (tunnel.overUdp() ? 8 : 0);
    }

    private long inTunnel(Tunnel tunnel, LongFrame frame, boolean ipv4, boolean summed) {
        final int cut = tunnel.ethernet ? 0 : frame.ipAt();
        final byte[] inner = Arrays.copyOfRange(frame.bytes(), cut, frame.bytes().length);
        final boolean inner6 = frame.bytes()[frame.ipAt()] >>> 4 == 6;
        final int protocol = !tunnel.ethernet && inner6 ? 41 : tunnel.protocol;
        final byte[] outer = outer(tunnel, ipv4, summed, protocol, inner.length);
        final byte[] whole = Arrays.copyOf(outer, outer.length + inner.length);
        System.arraycopy(inner, 0, whole, outer.length, inner.length);
        final long mbuf = mbuf(whole);
        final byte[] said = header(frame, outer.length - cut, LongFrame.NEEDS_CSUM, ecn(frame));
        assertEquals(0, note(mbuf, said), () -> tunnel + " " + frame);
        return mbuf;
    }

    private static byte[] inner(LongFrame frame, byte[] segment, int front, int cut) {
        final byte[] bytes = Arrays.copyOf(frame.bytes(), cut + segment.length - front);
        System.arraycopy(segment, front, bytes, cut, segment.length - front);
        return bytes;
    }

    private static void assertOuter(
            Tunnel tunnel, byte[] before, byte[] segment, boolean ipv4, int index) {
        final ByteBuffer is = ByteBuffer.wrap(segment);
        final ByteBuffer expected = ByteBuffer.wrap(before.clone());
        final int l4 = ipv4 ? 34 : 54;
        final int length = segment.length - l4;
        if (ipv4) {
            assertEquals(0xFFFF, LongFrame.sum(segment, 14, 34), "outer IPv4 checksum");
            expected.putShort(16, (short) (20 + length));
            expected.putShort(18, (short) (expected.getShort(18) + index));
            expected.putShort(24, is.getShort(24));
        } else {
            expected.putShort(18, (short) length);
        }
        if (tunnel.overUdp()) {
            expected.putShort(l4 + 4, (short) length);
            if (expected.getShort(l4 + 6) != 0) {
                assertTrue(is.getShort(l4 + 6) != 0, "a checksum");
                final int whole = LongFrame.sum(segment, l4, segment.length);
                assertEquals(0xFFFF, sum(addresses(segment, ipv4), 17, length, whole));
                expected.putShort(l4 + 6, is.getShort(l4 + 6));
            }
        }
        assertArrayEquals(expected.array(), Arrays.copyOf(segment, before.length), "outer header");
    }

    /** As the switch takes bytes off the front. */
    private static void cut(long mbuf, int bytes) {
        Memory.put16(mbuf + MbufLayout.DATA_OFF, Memory.u16(mbuf + MbufLayout.DATA_OFF) + bytes);
        Memory.put16(mbuf + MbufLayout.DATA_LEN, Memory.u16(mbuf + MbufLayout.DATA_LEN) - bytes);
        Memory.put32(mbuf + MbufLayout.PKT_LEN, Memory.i32(mbuf + MbufLayout.PKT_LEN) - bytes);
    }

    /** Where the frame does not have what the header speaks of, it is refused. */
    @Test
    void shouldRefuseWhatDoesNotFitTheFrame() {
        frames(100)
                .forEach(
                        frame -> {
                            for (int behind : new int[] {-4, 1, 4, 20, 50, 70}) {
                                final long mbuf = mbuf(frame.bytes());
                                final byte[] said =
                                        header(frame, behind, LongFrame.NEEDS_CSUM, ecn(frame));
                                assertEquals(-EINVAL, note(mbuf, said), frame::toString);
                                Mempool.free(mbuf);
                            }
                            final byte[] longer =
                                    Arrays.copyOf(frame.bytes(), frame.bytes().length + 1);
                            final long mbuf = mbuf(longer);
                            final byte[] said = header(frame, 0, DATA_VALID, ecn(frame));
                            assertEquals(-EINVAL, note(mbuf, said), "a byte more than IP says");
                            Mempool.free(mbuf);
                        });
    }
}
