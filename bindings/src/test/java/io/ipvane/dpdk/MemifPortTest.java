// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.dpdk.MemifPort.Health;
import io.ipvane.memory.BurstLayout;
import io.ipvane.memory.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two ports that are each other's peer: one has made the memory, the other was told of it. */
@Tag("dpdk")
class MemifPortTest {
    private static final int COUNT = 4095;
    private static final int LOG2 = 4;
    private static final int SIZE = 1 << LOG2;

    /** Of the ring from the client to the server, which is the first in memory. */
    private static final int FLAGS = 4;

    private static final int HEAD = 6;

    private final Random random = new Random(7);
    private final Arena arena = Arena.ofConfined();
    private final long rows = arena.allocate(BurstLayout.BYTES, 64).address();
    private final long mbufs = rows + BurstLayout.MBUFS;
    private Mempool pool;
    private MemifPort client;
    private MemifPort server;
    private long open;

    /** By which the server is notified. */
    private int event = -1;

    @BeforeEach
    void open() {
        TestEal.require();
        pool = Mempool.create("memif-test", COUNT, Mempool.DEFAULT_DATA_ROOM);
        client = MemifPort.open(1, 1, pool);
        server = MemifPort.open(1, 1, pool);
        MemifLink.described().close();
        open = Libc.open();
    }

    @AfterEach
    void shouldHaveEveryMbufAndDescriptor() {
        if (pool != null) {
            client.detach();
            server.detach();
            forget();
            assertTrue(Libc.open() <= open, "descriptors are left open");
            client.close();
            server.close();
            assertEquals(COUNT, pool.available());
            pool.close();
        }
        arena.close();
    }

    /** Attaches both; returns the memory, which is the caller's to close. */
    private FileChannel attach() throws IOException {
        final MemifLink made = MemifLink.offered(1, LOG2);
        final MemifLink told = MemifLink.described();
        final FileChannel memory =
                FileChannel.open(
                        Libc.path(made.descriptor()),
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        told.addRegion(Libc.dup(made.descriptor()), made.size());
        for (boolean toServer : new boolean[] {true, false}) {
            told.addRing(
                    !toServer,
                    0,
                    made.ringOffset(toServer, 0),
                    LOG2,
                    Libc.dup(made.ringEvent(toServer, 0)));
        }
        forget();
        event = Libc.dup(made.ringEvent(true, 0));
        client.attach(made);
        server.attach(told);
        assertTrue(client.isUp() && server.isUp());
        return memory;
    }

    private void forget() {
        if (event >= 0) {
            Libc.close(event);
            event = -1;
        }
    }

    private List<byte[]> frames(int count, int... lengths) {
        final List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final long frame = Chain.of(pool, random, lengths);
            Memory.put64(mbufs + i * 8L, frame);
            all.add(Chain.bytes(frame));
        }
        return all;
    }

    private List<byte[]> received(MemifPort port) {
        final int size = (int) port.receive(0, rows, 64) & 0xFF;
        final List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            all.add(Chain.bytes(Memory.i64(mbufs + i * 8L)));
        }
        Mempool.free(mbufs, size);
        return all;
    }

    private void carries(MemifPort from, MemifPort to, int count, int... lengths) {
        final List<byte[]> sent = frames(count, lengths);
        assertEquals(count, from.transmit(0, mbufs, count));
        final List<byte[]> got = received(to);
        assertEquals(count, got.size());
        for (int i = 0; i < count; i++) {
            assertArrayEquals(sent.get(i), got.get(i));
        }
    }

    /** More than 2^16 descriptors: positions begin anew. */
    @Test
    void shouldCarryFramesBothWaysAllTheWayRound() throws Exception {
        attach().close();
        for (int i = 0; i < 6000; i++) {
            carries(client, server, 1 + random.nextInt(SIZE), 14 + random.nextInt(1500));
            carries(server, client, 1 + random.nextInt(SIZE), 14 + random.nextInt(1500));
        }
        assertEquals(Health.SOUND, client.check());
        assertEquals(Health.SOUND, server.check());
    }

    @ParameterizedTest
    @ValueSource(ints = {2047, 2048, 2049, 4096, 32_768})
    void shouldCarryAFrameOfSeveralBuffers(int length) throws Exception {
        attach().close();
        final int[] segments = new int[(length + 999) / 1000];
        Arrays.fill(segments, 1000);
        segments[segments.length - 1] = length - 1000 * (segments.length - 1);
        for (int i = 0; i < 40; i++) {
            carries(client, server, 1, segments);
            carries(server, client, 1, segments);
        }
    }

    @Test
    void shouldKeepWhatAFullRingDoesNotTake() throws Exception {
        attach().close();
        for (MemifPort from : List.of(client, server)) {
            final MemifPort to = from == client ? server : client;
            frames(SIZE + 3, 60);
            assertEquals(SIZE, from.transmit(0, mbufs, SIZE + 3));
            Mempool.free(mbufs + 8L * SIZE, 3);
            frames(1, 60);
            assertEquals(0, from.transmit(0, mbufs, 1));
            Mempool.free(mbufs, 1);
            assertEquals(SIZE, received(to).size());
            carries(from, to, SIZE, 60);
        }
    }

    /** Half of it is there already when the room ends. */
    @Test
    void shouldNotSendHalfAFrame() throws Exception {
        attach().close();
        frames(SIZE - 1, 60);
        assertEquals(SIZE - 1, server.transmit(0, mbufs, SIZE - 1));
        frames(1, 2000, 1000);
        assertEquals(0, server.transmit(0, mbufs, 1));
        Mempool.free(mbufs, 1);
        assertEquals(SIZE - 1, received(client).size());
        carries(server, client, 3, 2000, 1000);
    }

    @Test
    void shouldDropFramesShorterThanTheirHeader() throws Exception {
        attach().close();
        frames(2, 13);
        assertEquals(2, client.transmit(0, mbufs, 2));
        assertEquals(0, received(server).size());
        assertEquals(2, server.receiveInvalid());
        carries(client, server, 5, 14);
    }

    @Test
    void shouldDropWhileNobodyIsThere() throws Exception {
        assertFalse(client.isUp());
        frames(3, 60);
        assertEquals(3, client.transmit(0, mbufs, 3));
        assertEquals(3, client.droppedDown());
        assertEquals(0, received(client).size());
        attach().close();
        carries(client, server, 3, 60);
    }

    @Test
    void shouldTakeNothingMoreOfARingThatCannotBe() throws Exception {
        try (FileChannel memory = attach()) {
            final ByteBuffer head = ByteBuffer.allocate(2).order(ByteOrder.nativeOrder());
            memory.write(head.putShort((short) (SIZE + 1)).flip(), HEAD);
            assertEquals(0, received(server).size());
            assertEquals(Health.RING_BROKEN, server.check());
            frames(3, 60);
            assertEquals(3, server.transmit(0, mbufs, 3));
            assertEquals(3, server.droppedDown());
        }
        server.detach();
        client.detach();
        attach().close();
        carries(client, server, 3, 60);
        assertEquals(Health.SOUND, server.check());
    }

    /** It is the peer's as well, which may have made it wait since it was looked at. */
    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldNotWaitForACounterThatIsFull() throws Exception {
        try (FileChannel memory = attach()) {
            memory.write(ByteBuffer.allocate(2), FLAGS);
            Libc.fill(event);
            for (int i = 0; i < 1000; i++) {
                carries(client, server, 1, 60);
            }
        }
    }

    @Test
    void shouldNotifyAPeerThatSleepsAndNoOther() throws Exception {
        try (FileChannel memory = attach()) {
            carries(client, server, 5, 60);
            assertEquals(0, Libc.count(event));
            memory.write(ByteBuffer.allocate(2), FLAGS);
            for (int i = 0; i < 1000; i++) {
                carries(client, server, 3, 60);
            }
            assertEquals(1000, Libc.count(event), "once a burst");
        }
    }
}
