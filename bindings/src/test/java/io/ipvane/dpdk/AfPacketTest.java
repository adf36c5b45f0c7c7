// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipvane.ffi.Dpdk;
import io.ipvane.memory.BurstLayout;
import io.ipvane.memory.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The two ends of a veth as devices, in a network namespace that ends with the process. */
@Tag("dpdk")
@Tag("kernel")
class AfPacketTest {
    private static final List<String> IN_OWN_NETWORK =
            List.of(
                    "unshare",
                    "--net",
                    "sh",
                    "-ec",
                    "ip link add va numtxqueues 2 numrxqueues 2 type veth peer name vb"
                            + " numtxqueues 2 numrxqueues 2;"
                            + "for i in va vb; do"
                            + " echo 1 >/proc/sys/net/ipv6/conf/$i/disable_ipv6;"
                            + " ip link set $i mtu $MTU up;"
                            + " done;"
                            + " exec \"$0\" \"$@\"");

    @BeforeEach
    void requireNamespaces() throws IOException, InterruptedException {
        TestEal.requireShim();
        final Process process = new ProcessBuilder("unshare", "--net", "true").start();
        assumeTrue(process.waitFor() == 0, "network namespaces cannot be made; run as root");
    }

    private static List<String> run(int mtu, String... steps) throws Exception {
        final List<String> wrapper = new ArrayList<>(List.of("env", "MTU=" + mtu));
        wrapper.addAll(IN_OWN_NETWORK);
        return OtherJvm.run(wrapper, Script.class, steps);
    }

    @Test
    void shouldCarryEveryFrameOfTheMtuWithItsTagsUncut() throws Exception {
        assertEquals(
                List.of(
                        "mtu 1500 1500",
                        "plain 60 same",
                        "plain 1514 same",
                        "tagged 64 same",
                        "tagged 1518 same",
                        "twice 1518 same",
                        "chain 1514 same",
                        "balance 0 0"),
                run(
                        1500,
                        "2048",
                        "open",
                        "plain:60",
                        "plain:1514",
                        "tagged:64",
                        "tagged:1518",
                        "twice:1518",
                        "chain:1514",
                        "close"));
    }

    @Test
    void shouldCarryJumboFrames() throws Exception {
        assertEquals(
                List.of(
                        "mtu 9000 9000",
                        "plain 9014 same",
                        "tagged 9018 same",
                        "twice 9018 same",
                        "mtu 9000 4000",
                        "device 'af_packet:vb': mtu=9999 asked, at most 9132 possible as it was"
                                + " opened; lower it or open the device anew",
                        "balance 0 0"),
                run(
                        9000,
                        "9184",
                        "open",
                        "plain:9014",
                        "tagged:9018",
                        "twice:9018",
                        "set:4000",
                        "set:9999",
                        "close"));
    }

    @Test
    void shouldFollowTheLinkOfTheInterface() throws Exception {
        assertEquals(
                List.of("mtu 1500 1500", "link true", "link false", "link true", "balance 0 0"),
                run(1500, "2048", "open", "link", "down", "link", "up", "link", "close"));
    }

    @Test
    void shouldRefuseWhatThePoolOrTheInterfaceCannotHold() throws Exception {
        assertEquals(
                List.of(
                        "device 'af_packet:va': mtu=9000 needs segments of 9184 bytes, mempool"
                                + " 'p' has 2048; make the pool's dataRoom larger or lower the MTU",
                        "device 'af_packet:va': mtu=9001 exceeds mtu=9000 of the interface; raise"
                                + " that (ip link set va mtu 9001) or ask for less"),
                run(9000, "2048", "open", "mtu:9001"));
    }

    /** The other process: one line a step. */
    static final class Script {
        private final Random random = new Random(5);
        private final Arena arena = Arena.global();
        private final long rows = arena.allocate(BurstLayout.BYTES, 64).address();
        private final long mbufs = rows + BurstLayout.MBUFS;
        private final Mempool pool;
        private EthDevice a;
        private EthDevice b;

        private Script(int dataRoom) {
            pool = Mempool.create("p", 2047, dataRoom);
        }

        public static void main(String[] args) throws Exception {
            final Eal eal = Eal.start(EalOptions.of(EalOptions.Hugepages.OFF));
            final Script script = new Script(Integer.parseInt(args[0]));
            for (String step : List.of(args).subList(1, args.length)) {
                script.report(step);
            }
            eal.close();
        }

        @SuppressWarnings("SystemOut")
        private void report(String step) throws Exception {
            try {
                final String line = step(step);
                if (!line.isEmpty()) {
                    System.out.println(line);
                }
            } catch (DpdkException e) {
                System.out.println(e.getMessage());
            }
        }

        private String step(String step) throws Exception {
            final String[] words = step.split(":", -1);
            switch (words[0]) {
                case "open" -> {
                    a = EthDevice.open("af_packet:va", DeviceOptions.DEFAULT, pool);
                    b = EthDevice.open("af_packet:vb", DeviceOptions.DEFAULT, pool);
                    return "mtu " + a.mtu() + " " + b.mtu();
                }
                case "mtu" -> {
                    final int mtu = Integer.parseInt(words[1]);
                    EthDevice.open("af_packet:va", DeviceOptions.DEFAULT.withMtu(mtu), pool);
                    return "opened";
                }
                case "set" -> {
                    b.setMtu(Integer.parseInt(words[1]));
                    return "mtu " + a.mtu() + " " + b.mtu();
                }
                case "link" -> {
                    return "link " + a.linkUp();
                }
                case "up", "down" -> {
                    new ProcessBuilder("ip", "link", "set", "va", words[0]).start().waitFor();
                    // The kernel tells of a carrier a moment after it is there.
                    final boolean wanted = words[0].equals("up");
                    for (int i = 0; i < 500 && a.linkUp() != wanted; i++) {
                        Thread.sleep(10);
                    }
                    return "";
                }
                case "close" -> {
                    a.close();
                    b.close();
                    return "balance " + (pool.count() - pool.available()) + " " + open();
                }
                default -> {
                    return words[0] + " " + words[1] + " " + carry(words[0], words[1]);
                }
            }
        }

        private static int open() {
            return Dpdk.rte_eth_dev_count_avail();
        }

        private String carry(String kind, String length) throws InterruptedException {
            final int bytes = Integer.parseInt(length);
            final long frame =
                    kind.equals("chain")
                            ? Chain.of(pool, random, 100, 0, bytes - 100)
                            : Chain.of(pool, random, bytes);
            Memory.putMac(Chain.data(frame), 0xFFFF_FFFF_FFFFL);
            Memory.putMac(Chain.data(frame) + 6, 0x0200_0000_0001L);
            int at = 12;
            for (int tags = kind.equals("twice") ? 2 : kind.equals("tagged") ? 1 : 0;
                    tags > 0;
                    tags--) {
                Memory.put32be(Chain.data(frame) + at, 0x8100_0005 + tags);
                at += 4;
            }
            Memory.put16be(Chain.data(frame) + at, 0x88B5);
            final byte[] sent = Chain.bytes(frame);
            Memory.put64(mbufs, frame);
            if (a.transmit(0, mbufs, 1) != 1) {
                Mempool.free(frame);
                return "not sent";
            }
            for (int i = 0; i < 2000; i++) {
                if ((b.receive(0, rows, 64) & 0xFF) == 1) {
                    final byte[] got = Chain.bytes(Memory.i64(mbufs));
                    Mempool.free(mbufs, 1);
                    return Arrays.equals(sent, got) ? "same" : "other: " + got.length;
                }
                Thread.sleep(1);
            }
            return "lost";
        }
    }
}
