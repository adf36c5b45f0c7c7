// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Burst;
import io.ipvane.linux.Netns;
import io.ipvane.linux.Tap;
import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two TAP devices in two namespaces, with nothing between them but a loop that forwards. */
@Tag("netns")
class TapDeviceTest {
    private static final int MBUFS = 2048;

    private final Arena arena = Arena.ofConfined();
    private TestPool pool;
    private TestNetns blue;
    private TestNetns red;
    private TapDevice blueDevice;
    private TapDevice redDevice;

    @BeforeEach
    void connectTwoNamespaces() {
        blue = TestNetns.create("blue");
        red = TestNetns.create("red");
        pool = new TestPool(MBUFS);
        blueDevice = open(blue, 0x020000000001L, "10.77.0.1/24");
        redDevice = open(red, 0x020000000002L, "10.77.0.2/24");
    }

    private TapDevice open(TestNetns net, long mac, String address) {
        try (Netns netns = net.open()) {
            final Tap tap = Tap.create(netns, "eth0", mac, 1);
            final TapDevice device = new TapDevice("tap:eth0", tap, pool.address(), 1500);
            net.run("sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=1");
            net.run("ip link set eth0 mtu 9000 up");
            net.run("ip address add " + address + " dev eth0");
            return device;
        }
    }

    @AfterEach
    void shouldHaveGivenBackEveryMbuf() {
        if (redDevice != null) {
            blueDevice.close();
            redDevice.close();
            assertEquals(MBUFS, pool.available());
            pool.close();
        }
        if (red != null) {
            red.close();
        }
        if (blue != null) {
            blue.close();
        }
        arena.close();
    }

    /** Runs the forwarding loop while blue pings red, and returns how many answers came. */
    private String pingWhileForwarding(int count, int size) throws InterruptedException {
        final AtomicBoolean stop = new AtomicBoolean();
        final Thread loop =
                new Thread(
                        () -> {
                            final Burst burst = new Burst(Arena.ofAuto());
                            while (!stop.get()) {
                                if (move(blueDevice, redDevice, burst)
                                                + move(redDevice, blueDevice, burst)
                                        == 0) {
                                    Thread.onSpinWait();
                                }
                            }
                        },
                        "forward");
        loop.start();
        try {
            return Ping.from(blue, "10.77.0.2", count, size, 1000);
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
        blue.run("ip neighbor add 10.77.0.9 lladdr 02:00:00:00:00:09 dev eth0");
        Ping.from(blue, "10.77.0.9", 2, 8972, 1);
        final Burst burst = new Burst(arena);

        // The first long frame goes through the overflow buffer, the second into mbufs that stand
        // ready.
        assertEquals(2, blueDevice.receive(0, burst));
        for (int i = 0; i < 2; i++) {
            assertEquals(9014, burst.length[i]);
            assertEquals(2048, burst.contiguous[i]);
            assertEquals(0x020000000009L, Memory.mac(burst.data[i]));
            assertEquals(0x0800, Memory.u16be(burst.data[i] + 12));
        }
        assertEquals(2, redDevice.transmit(0, burst.mbufs, 2));
    }

    @Test
    void shouldTakeNothingWhileNothingWaits() {
        final Burst burst = new Burst(arena);
        burst.size = 7;
        blueDevice.receive(0, burst);
        final int before = pool.available();

        for (int i = 0; i < 1000; i++) {
            assertEquals(0, blueDevice.receive(0, burst));
        }

        assertEquals(0, burst.size);
        assertEquals(before, pool.available());
    }

    @Test
    void shouldCountAndFreeFramesForADeviceThatIsDown() {
        final Burst burst = new Burst(arena);
        blue.run("ip neighbor add 10.77.0.9 lladdr 02:00:00:00:00:09 dev eth0");
        Ping.from(blue, "10.77.0.9", 3, 56, 1);
        assertEquals(3, blueDevice.receive(0, burst));
        red.run("ip link set eth0 down");

        assertEquals(3, redDevice.transmit(0, burst.mbufs, 3));

        assertEquals(3, redDevice.transmitRefused(0));
        assertFalse(redDevice.linkUp());
        assertTrue(blueDevice.linkUp());
    }

    @Test
    void shouldBeQuietWhenTheInterfaceIsDeletedUnderIt() {
        final Burst burst = new Burst(arena);
        blue.run("ip neighbor add 10.77.0.9 lladdr 02:00:00:00:00:09 dev eth0");
        Ping.from(blue, "10.77.0.9", 1, 56, 1);
        assertEquals(1, blueDevice.receive(0, burst));
        red.run("ip link del eth0");

        assertEquals(1, redDevice.transmit(0, burst.mbufs, 1));

        assertEquals(1, redDevice.transmitRefused(0));
        assertEquals(0, redDevice.receive(0, burst));
        assertFalse(redDevice.linkUp());
    }

    @Test
    void shouldLeaveFramesInTheDeviceWhileThePoolIsEmpty() {
        final Burst burst = new Burst(arena);
        blue.run("ip neighbor add 10.77.0.9 lladdr 02:00:00:00:00:09 dev eth0");
        try (TestPool small = new TestPool(3);
                Netns netns = red.open();
                TapDevice device =
                        new TapDevice(
                                "tap:small",
                                Tap.create(netns, "eth9", 0x020000000003L, 1),
                                small.address(),
                                1500)) {
            red.run("sysctl -q -w net.ipv6.conf.eth9.disable_ipv6=1");
            red.run("ip link set eth9 up");
            red.run("ip address add 10.78.0.1/24 dev eth9");
            red.run("ip neighbor add 10.78.0.9 lladdr 02:00:00:00:00:09 dev eth9");
            Ping.from(red, "10.78.0.9", 5, 56, 1);

            assertEquals(3, device.receive(0, burst));
            assertEquals(1, device.receiveNoMbuf(0));
            assertEquals(3, blueDevice.transmit(0, burst.mbufs, 3));
            assertEquals(2, device.receive(0, burst));
            assertEquals(2, blueDevice.transmit(0, burst.mbufs, 2));
        }
    }
}
