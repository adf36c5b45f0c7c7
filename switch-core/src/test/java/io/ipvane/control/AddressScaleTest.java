// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.ipvane.config.ThreadPlan;
import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.AddressBook.Origin;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.table.AddressTable;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import io.ipvane.testing.SwitchHarness;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * 1,024 ports and a million addresses on one uplink: what they take, and that addresses which come
 * and go as fast as the conductor can disturb no frame of the others. Numbers are printed; what is
 * asserted holds on any machine. How fast it is on a quiet one is {@code ChurnBench}'s to say.
 */
class AddressScaleTest {
    private static final int PORTS = 1024;

    /** A million; as many as fill the table that holds them to its limit. */
    private static final int ADDRESSES4 = 1 << 20;

    private static final int ADDRESSES6 = 1 << 17;
    private static final int BASE4 = 0x0B00_0000; // 11.0.0.0
    private static final int CHURNED4 = 0x0C00_0000; // 12.0.0.0
    private static final long BASE6 = 0xFD00_0000_0000_0000L;

    /** Addresses that come and go: each is there from its turn on for half a round. */
    private static final int CHURNED = 1 << 14;

    private static final int CHANGES = 1_000_000;

    /**
     * Far below what the slowest machine does in a second of CPU: a rate of nothing is what this
     * must find.
     */
    private static final int LEAST_CHANGES_A_SECOND = 20_000;

    private static final int FRAMES_A_ROUND = 512;
    private static final int CHURNED_FRAMES = 64;
    private static final int DESTINATION = 30;

    private final Logger logger = (Logger) LoggerFactory.getLogger(Conductor.class);

    /** A thousand ports may log twenty thousand lines a second. */
    @BeforeEach
    void logLittle() {
        logger.setLevel(Level.ERROR);
    }

    @AfterEach
    void logAsBefore() {
        logger.setLevel(null);
    }

    private static SwitchHarness network() {
        final StringBuilder yaml =
                new StringBuilder(
                        """
                        uplinks:
                          - name: wire
                            device: "vdev:net_null0"
                            mode: l2
                            announce: false
                            host: { interface: master, addresses: ["10.0.0.1/24"] }
                        ports:
                        """);
        for (int i = 0; i < PORTS; i++) {
            yaml.append("  - { name: p").append(i).append(", uplink: wire, netns: n").append(i);
            yaml.append(", interface: eth0 }\n");
        }
        final MemoryPool pool = new MemoryPool(4096, 256);
        pool.poison(MemoryPool.NO_POISON);
        return new SwitchHarness(yaml.toString(), ThreadPlan.SHARED, pool);
    }

    private static IpPrefix ipv4(int address) {
        return new IpPrefix(IpAddress.ipv4(address), 32);
    }

    private static IpPrefix ipv6(int i) {
        return new IpPrefix(IpAddress.ipv6(BASE6, i + 1L), 128);
    }

    private static int portOf(SwitchHarness net, int i) {
        return net.index("p" + i % PORTS);
    }

    private static void fill(SwitchHarness net) {
        final long begin = cpuNanos();
        for (int i = 0; i < ADDRESSES4 + ADDRESSES6; i++) {
            final IpPrefix address = i < ADDRESSES4 ? ipv4(BASE4 + i) : ipv6(i - ADDRESSES4);
            final Command added = new Command.AddressAdded(portOf(net, i), address, true);
            while (!net.control().offer(added)) {
                net.control().step();
            }
        }
        net.run();
        final double seconds = (cpuNanos() - begin) / 1e9;
        System.out.printf(
                "scale: %,d addresses on %,d ports added in %.1f s of CPU, %,.0f a second%n",
                ADDRESSES4 + ADDRESSES6, PORTS, seconds, (ADDRESSES4 + ADDRESSES6) / seconds);
    }

    @Test
    void shouldForwardEveryFrameWhileOtherAddressesComeAndGo() throws InterruptedException {
        try (SwitchHarness net = network()) {
            fill(net);
            final AddressTable table = net.snapshot().addresses();
            assertEquals(ADDRESSES4, table.size4());
            assertEquals(ADDRESSES6, table.size6());
            System.out.printf(
                    "scale: %.1f bytes off the heap an address of either family, %,d in all%n",
                    (double) table.bytes() / table.size(), table.bytes());
            assertTrue(table.slots4() * 16 <= 32L * ADDRESSES4, "32 bytes an IPv4 address");
            assertTrue(table.slots6() * 32 <= 64L * ADDRESSES6, "64 bytes an IPv6 address");
            churn(net);
        }
    }

    private static void churn(SwitchHarness net) throws InterruptedException {
        final Thread churner = new Thread(() -> change(net), "churner");
        final CompletableFuture<Double> seconds = new CompletableFuture<>();
        final Thread conductor = new Thread(() -> seconds.complete(conduct(net)), "conductor");
        churner.start();
        conductor.start();
        final SplittableRandom random = new SplittableRandom(4);
        long frames = 0;
        while (churner.isAlive()) {
            frames += round(net, random);
        }
        churner.join();
        conductor.interrupt();
        final double rate = CHANGES / seconds.join();
        net.run();
        System.out.printf(
                "scale: %,.0f changes a second of the conductor's CPU while %,d frames were"
                        + " forwarded, none lost, none misdelivered; table %,d bytes%n",
                rate, frames, net.snapshot().addresses().bytes());
        assertTrue(rate > LEAST_CHANGES_A_SECOND, () -> rate + " changes a second");
        agree(net);
    }

    /** Until interrupted, and then what there is left to do; the seconds of CPU it took. */
    private static double conduct(SwitchHarness net) {
        final long begin = cpuNanos();
        while (net.control().step() > 0 || !Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
        return (cpuNanos() - begin) / 1e9;
    }

    /** By CPU, since a test machine does other work as well. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Every address belongs to one port for ever: whoever else gets a frame gets another's. */
    private static void change(SwitchHarness net) {
        for (int i = 0; i < CHANGES; i++) {
            final int turn = i / 2;
            final int slot = (i % 2 == 0 ? turn : turn + CHURNED / 2) % CHURNED;
            final int port = portOf(net, slot);
            final IpPrefix address = ipv4(CHURNED4 + slot);
            net.control()
                    .put(
                            i % 2 == 0
                                    ? new Command.AddressAdded(port, address, true)
                                    : new Command.AddressRemoved(port, address.address()));
        }
    }

    private static int round(SwitchHarness net, SplittableRandom random) {
        final int[] sent = new int[FRAMES_A_ROUND];
        for (int k = 0; k < FRAMES_A_ROUND; k++) {
            sent[k] =
                    k < CHURNED_FRAMES
                            ? CHURNED4 + random.nextInt(CHURNED)
                            : BASE4 + random.nextInt(ADDRESSES4);
            net.device("wire")
                    .inject(
                            Frames.udp4()
                                    .ips(Frames.X4, IpAddress.ipv4(sent[k]).toString())
                                    .build());
        }
        int idle = 0;
        while (idle < 2) {
            idle = net.step() == 0 ? idle + 1 : 0;
        }
        int got = 0;
        int punted = 0;
        for (Map.Entry<String, List<byte[]>> given : net.transmitted().entrySet()) {
            for (byte[] frame : given.getValue()) {
                final int to = ByteBuffer.wrap(frame).getInt(DESTINATION);
                final boolean churned = to >>> 24 == CHURNED4 >>> 24;
                if (given.getKey().equals("master")) {
                    assertTrue(churned, () -> IpAddress.ipv4(to) + " was unknown");
                    punted++;
                } else {
                    final int i = to - (churned ? CHURNED4 : BASE4);
                    assertEquals("p" + i % PORTS, given.getKey(), () -> "" + IpAddress.ipv4(to));
                }
                got++;
            }
        }
        assertEquals(FRAMES_A_ROUND, got, "frames of a round");
        assertTrue(punted <= CHURNED_FRAMES);
        return got;
    }

    /** What the book says and what frames find is the same. */
    private static void agree(SwitchHarness net) {
        assertEquals(
                List.of(), AddressRaceTest.ask(net, c -> contradictions(net, c.claims().book())));
    }

    private static List<String> contradictions(SwitchHarness net, AddressBook book) {
        final AddressTable table = net.snapshot().addresses();
        final List<String> all = new ArrayList<>();
        for (int slot = 0; slot < CHURNED; slot++) {
            final IpAddress address = IpAddress.ipv4(CHURNED4 + slot);
            final Claim owner = book.owner(net.index("wire"), address);
            final int found = table.find4(net.index("wire"), address.ipv4());
            if (found != (owner == null ? AddressTable.NONE : owner.port())) {
                all.add(address + " is " + owner + ", lookups find " + found);
            }
        }
        return all;
    }

    @Test
    void shouldKeepAClaimInFewBytes() {
        final AddressBook book = new AddressBook();
        final long before = usedHeap();
        for (int i = 0; i < ADDRESSES4; i++) {
            book.add(0, new Claim(i % PORTS, ipv4(BASE4 + i), Origin.NAMESPACE));
        }
        final double bytes = (double) (usedHeap() - before) / ADDRESSES4;
        System.out.printf("scale: %.0f bytes of heap a claim%n", bytes);
        assertEquals(ADDRESSES4, book.size());
        assertTrue(bytes < 128, () -> bytes + " bytes a claim");
    }

    private static long usedHeap() {
        final Runtime runtime = Runtime.getRuntime();
        System.gc();
        System.gc();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
