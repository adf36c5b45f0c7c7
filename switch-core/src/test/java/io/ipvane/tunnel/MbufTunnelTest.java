// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipvane.burst.Burst;
import io.ipvane.counters.CounterShard;
import io.ipvane.device.MbufPool;
import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.Mempool;
import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import io.ipvane.packet.IpAddress;
import io.ipvane.pipeline.Parser;
import io.ipvane.testing.Frames;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tunnels over real mbufs whose senders have left checksums and segments to the device. */
@Tag("dpdk")
class MbufTunnelTest {
    private static final int COUNT = 127;
    private static final int TCP_AT = 34;
    private static final int CHECKSUM_AT = TCP_AT + 16;
    private static final int HEADERS = TCP_AT + 20;

    private final Arena arena = Arena.ofConfined();
    private Mempool mempool;
    private MbufPool pool;
    private Burst burst;
    private Encap encap;
    private RemoteTable remotes;
    private MethodHandle fromVnet;

    @BeforeEach
    void open() {
        final String shim = System.getProperty(NativeLibrary.PROPERTY, "");
        assumeTrue(Files.isReadable(Path.of(shim)), shim + " is not built; run: make build");
        if (!Eal.running()) {
            Eal.start(EalOptions.of(EalOptions.Hugepages.OFF));
        }
        mempool = Mempool.create("tunnel-test", COUNT, Mempool.DEFAULT_DATA_ROOM);
        pool = new MbufPool(mempool);
        burst = new Burst(arena);
        encap = new Encap(arena, pool, new CounterShard(arena, 16));
        remotes = new RemoteTable(4, 4, Wrap.NO_READERS);
        fromVnet =
                NativeLibrary.call(
                        "ipvane_offload_from_vnet",
                        JAVA_INT,
                        NativeLibrary.POINTER,
                        NativeLibrary.POINTER);
    }

    @AfterEach
    void shouldHaveEveryMbufBack() {
        if (mempool != null) {
            assertEquals(COUNT, pool.available());
            mempool.close();
            remotes.close();
        }
        arena.close();
    }

    /** TCP over IPv4, its checksum only begun. */
    private static byte[] begun(int payload) {
        final byte[] bytes = new byte[payload];
        for (int i = 0; i < payload; i++) {
            bytes[i] = (byte) (i * 31);
        }
        // The first 12 bytes of UDP's payload are the rest of a TCP header.
        final byte[] frame = Frames.udp4().payload(join(new byte[12], bytes)).build();
        final ByteBuffer out = ByteBuffer.wrap(frame);
        out.put(23, (byte) 6).putInt(TCP_AT + 4, 1000).putInt(TCP_AT + 8, 0);
        out.putShort(TCP_AT + 12, (short) 0x5010).putShort(24, (short) 0);
        final byte[] ip = Arrays.copyOfRange(frame, 14, TCP_AT);
        out.putShort(24, (short) ~Outer.sum(ip, 20, 0));
        final byte[] ends = Arrays.copyOfRange(frame, 26, TCP_AT);
        out.putShort(CHECKSUM_AT, (short) Outer.sum(ends, 8, 6 + frame.length - TCP_AT));
        return frame;
    }

    private static byte[] join(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    }

    /** The frame as a TAP gives it: what is to be done is noted. */
    private long frame(byte[] bytes, int segment) throws Throwable {
        final long mbuf = pool.allocate(bytes.length);
        Memory.put(pool.data(mbuf), bytes);
        final long header = arena.allocate(10, 2).address();
        final ByteBuffer virtio = ByteBuffer.allocate(10).order(ByteOrder.nativeOrder());
        virtio.put((byte) 1).put((byte) (segment == 0 ? 0 : 1)).putShort((short) HEADERS);
        virtio.putShort((short) segment).putShort((short) TCP_AT).putShort((short) 16);
        Memory.put(header, virtio.array());
        assertEquals(0, (int) fromVnet.invokeExact(mbuf, header));
        return mbuf;
    }

    private void look(long mbuf) {
        burst.size = 1;
        burst.frame(0, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
        Parser.parse(burst, Frames.OWN, Parser.STRICT, pool);
        encap.look(burst.row(0));
    }

    private Wrap.Packet put(long mbuf) {
        assertEquals(Encap.DONE, encap.put(mbuf, Wrap.PLACE));
        return packet(mbuf);
    }

    private Wrap.Packet packet(long mbuf) {
        final byte[] bytes = bytes(mbuf);
        return new Wrap.Packet(bytes, bytes[12] != 8);
    }

    private byte[] bytes(long mbuf) {
        final long out = arena.allocate(pool.length(mbuf)).address();
        pool.read(mbuf, 0, out, pool.length(mbuf));
        return Memory.bytes(out, pool.length(mbuf));
    }

    private void select(boolean ipv6) {
        final int end = remotes.addEnd(Wrap.header(ipv6, TunnelOptions.DEFAULT));
        encap.select(remotes.add(42, end, 0), remotes);
    }

    private static boolean isTcpSumRight(byte[] frame) {
        final byte[] tcp = Arrays.copyOfRange(frame, TCP_AT, frame.length);
        final byte[] ends = Arrays.copyOfRange(frame, 26, TCP_AT);
        return Outer.sum(tcp, tcp.length, Outer.sum(ends, 8, 6 + tcp.length)) == 0xFFFF;
    }

    @Test
    void shouldSplitBeforeItPutsIn() throws Throwable {
        for (boolean ipv6 : new boolean[] {false, true}) {
            select(ipv6);
            final byte[] whole = begun(1800);
            final long mbuf = frame(whole, 500);
            look(mbuf);
            assertEquals(HEADERS + 500, pool.longest(mbuf));
            final int segments = encap.split(mbuf);
            assertEquals(4, segments);
            final List<Integer> ports = new ArrayList<>();
            int at = HEADERS;
            for (int k = 0; k < segments; k++) {
                final Wrap.Packet packet = put(encap.segment(k));
                final byte[] inner = packet.inner();
                assertTrue(packet.isSumRight() && isTcpSumRight(inner), "segment " + k);
                assertArrayEquals(
                        Arrays.copyOfRange(whole, at, Math.min(at + 500, whole.length)),
                        Arrays.copyOfRange(inner, HEADERS, inner.length));
                at += 500;
                ports.add(packet.sourcePort());
                pool.free(encap.segment(k));
            }
            assertEquals(1, ports.stream().distinct().count());
        }
    }

    @Test
    void shouldSumWhatTheDeviceWillFinish() throws Throwable {
        select(true);
        for (int payload = 0; payload < 40; payload++) {
            final long mbuf = frame(begun(payload), 0);
            look(mbuf);
            put(mbuf);
            assertTrue(pool.checksumPending(mbuf));
            pool.finishChecksum(mbuf);
            final Wrap.Packet sent = packet(mbuf);
            assertTrue(sent.isSumRight() && sent.checksum() != 0, "payload " + payload);
            assertTrue(isTcpSumRight(sent.inner()));
            pool.free(mbuf);
        }
    }

    @Test
    void shouldTakeOutWhatIsUnfinishedInside() throws Throwable {
        for (boolean ipv6 : new boolean[] {false, true}) {
            final OuterHeader to = Wrap.header(ipv6, TunnelOptions.DEFAULT);
            final IpAddress far = to.remote();
            final IpAddress near = to.local();
            final OuterHeader back =
                    new OuterHeader(
                            to.tunnel(),
                            to.uplink(),
                            to.uplinkMtu(),
                            far,
                            near,
                            near,
                            Frames.X,
                            Frames.OWN,
                            to.options());
            encap.select(remotes.add(42, remotes.addEnd(back), 0), remotes);
            final byte[] inner = begun(100);
            final long mbuf = frame(inner, 0);
            look(mbuf);
            put(mbuf);
            final List<byte[]> came = new ArrayList<>();
            final TunnelSplit split =
                    new TunnelSplit(
                            arena,
                            pool,
                            new CounterShard(arena, 16),
                            out -> {
                                assertEquals(1, out.size);
                                assertEquals(TCP_AT, pool.unfinishedFrom(out.mbuf(0)));
                                came.add(bytes(out.mbuf(0)));
                                pool.finishChecksum(out.mbuf(0));
                                came.add(bytes(out.mbuf(0)));
                                pool.free(out.mbuf(0));
                                out.clear();
                            });
            burst.size = 1;
            burst.frame(0, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
            Parser.parse(burst, Frames.OWN, Parser.STRICT, pool);
            split.process(burst, new Tunnel[] {Split.tunnel(TunnelOptions.DEFAULT)});
            assertArrayEquals(inner, came.get(0));
            assertTrue(isTcpSumRight(came.get(1)));
        }
    }

    @Test
    void shouldSumFramesOfSeveralSegments() throws Throwable {
        select(true);
        final byte[] inner = Frames.udp4().payload(new byte[701]).build();
        Arrays.fill(inner, 42, inner.length, (byte) 0xA7);
        final long first = pool.allocate(inner.length);
        Memory.put(pool.data(first), inner);
        // A copy shares all but its first 128 bytes, in a segment of its own.
        final long mbuf = pool.replicate(first);
        assertTrue(pool.contiguous(mbuf) < pool.length(mbuf));
        look(mbuf);
        final Wrap.Packet packet = put(mbuf);
        assertTrue(packet.isSumRight() && packet.checksum() != 0);
        assertArrayEquals(inner, packet.inner());
        assertArrayEquals(inner, bytes(first));
        pool.free(mbuf);
        pool.free(first);
    }
}
