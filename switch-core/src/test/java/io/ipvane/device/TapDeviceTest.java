// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipvane.burst.Burst;
import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.Mempool;
import io.ipvane.linux.IpPrefix;
import io.ipvane.linux.TapInterface;
import io.ipvane.linux.TapSpec;
import io.ipvane.memory.Memory;
import io.ipvane.testing.Netns;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two TAP devices in two namespaces, with nothing between them but a loop that forwards. */
@Tag("netns")
class TapDeviceTest {
    private static final int MBUFS = 2047;
    private static final int MTU = 9000;

    private final Arena arena = Arena.ofConfined();
    private final Burst burst = new Burst(arena);
    private Netns net;
    private Mempool pool;
    private TapDevice blue;
    private TapDevice red;

    @BeforeEach
    void connectTwoNamespaces() {
        net = Netns.of("blue", "red");
        if (!Eal.running()) {
            Eal.start(EalOptions.of(EalOptions.Hugepages.OFF));
        }
        pool = Mempool.create("tap-test", MBUFS, Mempool.DEFAULT_DATA_ROOM);
        blue = open("blue", "eth0", 0x020000000001L, "10.77.0.1/24", pool);
        red = open("red", "eth0", 0x020000000002L, "10.77.0.2/24", pool);
        net.ip(
                "blue",
                "neighbor",
                "add",
                "10.77.0.9",
                "lladdr",
                "02:00:00:00:00:09",
                "dev",
                "eth0");
    }

    /** Without IPv6, whose solicitations would come in between. */
    private TapDevice open(String label, String name, long mac, String address, Mempool mempool) {
        return open(label, name, mac, address, mempool, 0);
    }

    private TapDevice open(
            String label, String name, long mac, String address, Mempool mempool, long large) {
        net.exec(label, "sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1").orFail();
        final TapInterface tap =
                TapInterface.bringUp(
                        new TapSpec(
                                net.name(label),
                                name,
                                mac,
                                1,
                                MTU,
                                true,
                                0,
                                List.of(IpPrefix.parse(address))));
        net.undo(tap::close);
        return new TapDevice("tap:" + name, tap.tap(), mempool.address(), large, MTU, tap::setMtu);
    }

    @AfterEach
    void shouldHaveGivenBackEveryMbuf() {
        if (red != null) {
            blue.close();
            red.close();
            assertEquals(MBUFS, pool.available());
            pool.close();
        }
        if (net != null) {
            net.close();
        }
        arena.close();
    }

    /** Sends echo requests from blue to a neighbour that nobody is. */
    private void sendFromBlue(int count, int size) {
        Ping.from(net, "blue", "10.77.0.9", count, size, 1);
    }

    /** Runs the forwarding loop while blue pings red, and returns how many answers came. */
    private String pingWhileForwarding(int count, int size) throws InterruptedException {
        final AtomicBoolean stop = new AtomicBoolean();
        final Thread loop =
                new Thread(
                        () -> {
                            final Burst frames = new Burst(Arena.ofAuto());
                            while (!stop.get()) {
                                if (move(blue, red, frames) + move(red, blue, frames) == 0) {
                                    Thread.onSpinWait();
                                }
                            }
                        },
                        "forward");
        loop.start();
        try {
            return Ping.from(net, "blue", "10.77.0.2", count, size, 1000);
        } finally {
            stop.set(true);
            loop.join();
        }
    }

    private static int move(TapDevice from, TapDevice to, Burst burst) {
        final int size = from.receive(0, burst);
        int sent = 0;
        while (sent < size) {
            sent += to.transmit(0, burst.mbufs + 8L * sent, size - sent);
        }
        return size;
    }

    @Test
    void shouldCarryPings() throws Exception {
        assertEquals("20 of 20", pingWhileForwarding(20, 56));
    }

    @Test
    void shouldCarryFramesOf9000BytesAsChains() throws Exception {
        assertEquals("20 of 20", pingWhileForwarding(20, 8972));
    }

    @Test
    void shouldDescribeAChainByItsFirstSegmentAndItsWholeLength() {
        sendFromBlue(2, 8972);

        // The first long frame goes through the overflow buffer, the second into mbufs that stand
        // ready.
        assertEquals(2, blue.receive(0, burst));
        for (int i = 0; i < 2; i++) {
            assertEquals(9014, burst.length(i));
            assertTrue(burst.contiguous(i) < 9014);
            assertEquals(0x020000000009L, Memory.mac(burst.data(i)));
            assertEquals(0x0800, Memory.u16be(burst.data(i) + 12));
        }
        assertEquals(2, red.transmit(0, burst.mbufs, 2));
    }

    @Test
    void shouldTakeNothingWhileNothingWaits() {
        burst.size = 7;
        blue.receive(0, burst);
        final int before = pool.available();

        for (int i = 0; i < 1000; i++) {
            assertEquals(0, blue.receive(0, burst));
        }

        assertEquals(0, burst.size);
        assertEquals(before, pool.available());
    }

    @Test
    void shouldCountAndFreeFramesForADeviceThatIsDown() {
        sendFromBlue(3, 56);
        assertEquals(3, blue.receive(0, burst));
        net.ip("red", "link", "set", "eth0", "down");

        assertEquals(3, red.transmit(0, burst.mbufs, 3));

        assertEquals(3, red.transmitRefused(0));
        assertFalse(red.linkUp());
        assertTrue(blue.linkUp());
    }

    @Test
    void shouldBeQuietWhenTheInterfaceIsDeletedUnderIt() {
        sendFromBlue(1, 56);
        assertEquals(1, blue.receive(0, burst));
        net.ip("red", "link", "del", "eth0");

        assertEquals(1, red.transmit(0, burst.mbufs, 1));

        assertEquals(1, red.transmitRefused(0));
        assertEquals(0, red.receive(0, burst));
        assertFalse(red.linkUp());
    }

    @Test
    void shouldLeaveFramesInTheDeviceWhileThePoolIsEmpty() {
        try (Mempool small = Mempool.create("tap-small", 3, Mempool.DEFAULT_DATA_ROOM);
                TapDevice device = open("red", "eth9", 0x020000000003L, "10.78.0.1/24", small)) {
            net.ip(
                    "red",
                    "neighbor",
                    "add",
                    "10.78.0.9",
                    "lladdr",
                    "02:00:00:00:00:09",
                    "dev",
                    "eth9");
            Ping.from(net, "red", "10.78.0.9", 5, 56, 1);

            assertEquals(3, device.receive(0, burst));
            assertEquals(new ReceiveLosses(0, 0, 1), device.receiveLosses());
            assertEquals(3, blue.transmit(0, burst.mbufs, 3));
            assertEquals(2, device.receive(0, burst));
            assertEquals(2, blue.transmit(0, burst.mbufs, 2));
        }
    }

    @Test
    void shouldTakeADatagramsSegmentsAsOneFrameAndDeliverThem() throws Exception {
        try (Mempool large = Mempool.create("tap-large", 7, Mempool.MAX_DATA_ROOM);
                TapDevice device =
                        open(
                                "red",
                                "eth9",
                                0x020000000003L,
                                "10.78.0.1/24",
                                pool,
                                large.address())) {
            net.ip(
                    "red",
                    "neighbor",
                    "add",
                    "10.78.0.9",
                    "lladdr",
                    "02:00:00:00:00:09",
                    "dev",
                    "eth9");
            final MbufPool frames = new MbufPool(pool);
            SendSegments.from(net, "red", "10.78.0.9", 20_000, 1000);
            assertEquals(1, device.receive(0, burst));

            assumeTrue(burst.length(0) > 1042, "the kernel does not leave UDP segments to a TAP");
            assertEquals(20_042, burst.length(0));
            assertEquals(2048, burst.contiguous(0));
            assertEquals(1042, frames.longest(burst.mbuf(0)));
            assertEquals(1, blue.transmit(0, burst.mbufs, 1));
            assertEquals(7, large.available() + 1, "one stands ready");
        }
    }

    @ParameterizedTest(name = "to {0}")
    @CsvSource({"10.77.0.2, 1", "10.77.0.2, 2", "fd77::2, 3", "fd77::2, 4"})
    void shouldDeliverDatagramsThatItHandsOverTogetherOneByOne(String address, int seed)
            throws Exception {
        knowEachOther();
        try (Datagrams datagrams = Datagrams.send(net, "blue", "red", address, seed)) {
            final long before = receivedByRed();
            int frames = 0;
            for (int taken = 64; taken > 0; frames += taken) {
                taken = move(blue, red, burst);
            }
            assertEquals("400 of 400", datagrams.arrived());
            assertTrue(frames >= 400, () -> "frames of blue");
            assertTrue(
                    receivedByRed() - before < 200 || !hasUdpSegmentation(),
                    () -> "frames of red: " + (receivedByRed() - before));
        }
    }

    /** Addresses and neighbours of both, so that nothing has to be asked for. */
    private void knowEachOther() {
        final String[] labels = {"blue", "red"};
        for (int i = 0; i < 2; i++) {
            final String mac = "02:00:00:00:00:0" + (2 - i);
            net.exec(labels[i], "sysctl", "-q", "-w", "net.ipv6.conf.eth0.disable_ipv6=0").orFail();
            net.ip(labels[i], "address", "add", "fd77::" + (1 + i) + "/64", "dev", "eth0", "nodad");
            for (String peer : List.of("10.77.0." + (2 - i), "fd77::" + (2 - i))) {
                net.ip(labels[i], "neighbor", "add", peer, "lladdr", mac, "dev", "eth0");
            }
        }
    }

    private long receivedByRed() {
        final String file = "/sys/class/net/eth0/statistics/rx_packets";
        return Long.parseLong(net.exec("red", "cat", file).orFail().output().strip());
    }

    private boolean hasUdpSegmentation() {
        return net.exec("blue", "ethtool", "-k", "eth0")
                .orFail()
                .output()
                .contains("tx-udp-segmentation: on");
    }

    @Test
    void shouldDropAndCountAFrameThatAsksForTheImpossible() {
        SendSegments.tooSmall(net, "blue", "eth0");
        sendFromBlue(1, 56);

        assertEquals(1, blue.receive(0, burst));
        assertEquals(1, blue.dropped(DeviceDrop.OFFLOAD_INVALID));
        assertEquals(1, red.transmit(0, burst.mbufs, 1));
    }

    @Test
    void shouldTakeHalfADozenShortFramesWhereAChainNoLongerFits() {
        // Long frames make five mbufs stand ready; with fewer than that left, short ones still come
        // in.
        try (Mempool small = Mempool.create("tap-small", 7, Mempool.DEFAULT_DATA_ROOM);
                TapDevice device = open("red", "eth9", 0x020000000003L, "10.78.0.1/24", small)) {
            net.ip(
                    "red",
                    "neighbor",
                    "add",
                    "10.78.0.9",
                    "lladdr",
                    "02:00:00:00:00:09",
                    "dev",
                    "eth9");
            Ping.from(net, "red", "10.78.0.9", 1, 8972, 1);
            assertEquals(1, device.receive(0, burst));
            assertEquals(9014, burst.length(0));

            try (Arena scratch = Arena.ofConfined()) {
                final Burst shorts = new Burst(scratch);
                Ping.from(net, "red", "10.78.0.9", 4, 56, 1);
                assertEquals(2, device.receive(0, shorts));
                assertEquals(2, blue.transmit(0, shorts.mbufs, 2));
                assertEquals(1, blue.transmit(0, burst.mbufs, 1));
                assertEquals(2, device.receive(0, shorts));
                assertEquals(2, blue.transmit(0, shorts.mbufs, 2));
            }
        }
    }
}
