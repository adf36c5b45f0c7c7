// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipvane.linux.LinuxException;
import io.ipvane.linux.XdpInterface;
import io.ipvane.linux.XdpSocket;
import io.ipvane.memory.BurstLayout;
import io.ipvane.memory.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The two ends of a veth by AF_XDP, in a network namespace that ends with the process. */
@Tag("dpdk")
@Tag("kernel")
class XdpInterfaceTest {
    private static final List<String> IN_OWN_NETWORK =
            List.of(
                    "unshare",
                    "--net",
                    "sh",
                    "-ec",
                    "ip link add va type veth peer name vb;"
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
    void shouldCarryEveryLengthOfAnOrdinaryMtu() throws Exception {
        assertEquals(
                List.of("mtu 1500 most 3822", "lengths 1518 same", "balance 0"),
                run(1500, "open:0", "lengths:1518", "close"));
    }

    @Test
    void shouldCarryJumboFramesInPieces() throws Exception {
        assertEquals(
                List.of("mtu 9216 most 65535", "lengths 9234 same", "balance 0"),
                run(9216, "open:0", "lengths:9234", "close"));
    }

    @Test
    void shouldCarryTheLongestFrames() throws Exception {
        assertEquals(
                List.of("mtu 65535 most 65535", "lengths 65553 same", "balance 0"),
                run(65_535, "open:0", "lengths:65553", "close"));
    }

    @Test
    void shouldGiveTheInterfaceTheMtuThatIsAskedFor() throws Exception {
        assertEquals(
                List.of(
                        "mtu 9000 most 65535",
                        "lengths 9018 same",
                        "mtu 1400",
                        "balance 0",
                        "mtu 1400 most 3822",
                        "mtu=4000 is not 68 to 3822, as it was opened; open it anew",
                        "balance 0"),
                run(
                        1500,
                        "open:9000",
                        "lengths:9018",
                        "set:1400",
                        "close",
                        "open:0",
                        "set:4000",
                        "close"));
    }

    @Test
    void shouldRefuseMoreQueuesThanThereAreAndLeaveNothing() throws Exception {
        assertEquals(
                List.of(
                        "device 'af_xdp:va': queues=2 asked, interface 'va' has 1; ask for as many,"
                                + " or use af_packet:va",
                        "mtu 1500 most 3822",
                        "lengths 1518 same",
                        "balance 0"),
                run(1500, "two", "open:0", "lengths:1518", "close"));
    }

    @Test
    void shouldCountWhatIsSentWhileTheInterfaceIsDownAndGoOnAfterwards() throws Exception {
        assertEquals(
                List.of("mtu 1500 most 3822", "down true", "lengths 1518 same", "balance 0"),
                run(1500, "open:0", "down", "lengths:1518", "close"));
    }

    @Test
    void shouldSendABurstThatIsLongerThanItsRing() throws Exception {
        assertEquals(
                List.of("mtu 9216 most 65535", "flood 4000 of 4000", "balance 0"),
                run(9216, "open:0", "flood:4000", "close"));
    }

    /** A finished one stays as it is, be it right or wrong; none (0) is none. */
    @Test
    void shouldRecogniseAnUnfinishedChecksum() throws Exception {
        assertEquals(
                List.of(
                        "mtu 1500 most 3822",
                        "sum pseudo pending 1",
                        "sum 1234 as it was 1",
                        "sum 0 as it was 1",
                        "sum pseudo pending 2",
                        "balance 0"),
                run(1500, "open:0", "sum:pseudo", "sum:1234", "sum:0", "sum:pseudo", "close"));
    }

    /** The other process: one line a step. */
    static final class Script {
        private final Random random = new Random(5);
        private final Arena arena = Arena.global();
        private final long rows = arena.allocate(BurstLayout.BYTES, 64).address();
        private final long mbufs = rows + BurstLayout.MBUFS;
        private final Mempool pool = Mempool.create("p", 16_383, Mempool.DEFAULT_DATA_ROOM);
        private XdpInterface a;
        private XdpInterface b;

        public static void main(String[] args) throws Exception {
            final Eal eal = Eal.start(EalOptions.of(EalOptions.Hugepages.OFF));
            final Script script = new Script();
            for (String step : args) {
                script.report(step);
            }
            eal.close();
        }

        @SuppressWarnings("SystemOut")
        private void report(String step) throws Exception {
            try {
                System.out.println(step(step));
            } catch (LinuxException e) {
                System.out.println(e.getMessage());
            }
        }

        private String step(String step) throws Exception {
            final String[] words = step.split(":", -1);
            switch (words[0]) {
                case "open" -> {
                    final int mtu = Integer.parseInt(words[1]);
                    a = XdpInterface.open("va", 1, mtu, pool.address());
                    b = XdpInterface.open("vb", 1, mtu, pool.address());
                    return "mtu " + a.mtu() + " most " + b.maxMtu();
                }
                case "two" -> {
                    XdpInterface.open("va", 2, 0, pool.address());
                    return "opened";
                }
                case "set" -> {
                    a.setMtu(Integer.parseInt(words[1]));
                    b.setMtu(Integer.parseInt(words[1]));
                    return "mtu " + a.mtu();
                }
                case "down" -> {
                    return "down " + sendWhileDown();
                }
                case "flood" -> {
                    return "flood " + flood(Integer.parseInt(words[1])) + " of " + words[1];
                }
                case "sum" -> {
                    return "sum " + words[1] + " " + sum(words[1]);
                }
                case "close" -> {
                    a.close();
                    b.close();
                    return "balance " + (pool.count() - pool.available());
                }
                default -> {
                    return "lengths " + words[1] + " " + lengths(Integer.parseInt(words[1]));
                }
            }
        }

        /**
         * Sends a UDP datagram of 10 bytes with a checksum; what is said of it where it arrives.
         */
        private String sum(String checksum) throws InterruptedException {
            final int pseudo = fold(0x0A00 + 0x0001 + 0x0A00 + 0x0002 + 17 + 18);
            // Unfinished ones with bytes behind the packet, which no sum counts.
            final long frame = Chain.of(pool, random, checksum.equals("pseudo") ? 60 : 52);
            final long data = Chain.data(frame);
            Memory.putMac(data, 0xFFFF_FFFF_FFFFL);
            Memory.put16be(data + 12, 0x0800);
            Memory.put32be(data + 14, 0x4500_0026);
            Memory.put32be(data + 18, 0);
            Memory.put32be(data + 22, 0x4011_0000);
            Memory.put32be(data + 26, 0x0A00_0001);
            Memory.put32be(data + 30, 0x0A00_0002);
            Memory.put32be(data + 34, 0x1000_2000);
            Memory.put16be(data + 38, 18);
            Memory.put16be(
                    data + 40, checksum.equals("pseudo") ? pseudo : Integer.parseInt(checksum, 16));
            Memory.put64(mbufs, frame);
            a.sockets()[0].transmit(mbufs, 1);
            for (int i = 0; i < 2000; i++) {
                if (take() == 1) {
                    final boolean pending = TxOffload.isPending(Memory.i64(mbufs));
                    Mempool.free(mbufs, 1);
                    return (pending ? "pending " : "as it was ")
                            + b.sockets()[0].receiveUnfinished();
                }
                Thread.sleep(1);
            }
            return "lost";
        }

        private static int fold(int sum) {
            return (sum & 0xFFFF) + (sum >>> 16);
        }

        private static void link(String state) throws IOException, InterruptedException {
            new ProcessBuilder("ip", "link", "set", "va", state).start().waitFor();
        }

        /** Whether all but a burst are counted, and none is delivered before the link is back. */
        private boolean sendWhileDown() throws IOException, InterruptedException {
            link("down");
            final XdpSocket from = a.sockets()[0];
            for (int i = 0; i < 10; i++) {
                send(from, 100);
            }
            final long counted = from.transmitDown();
            link("up");
            for (int i = 0; i < 500 && !(a.isUp() && b.isUp()); i++) {
                Thread.sleep(10);
            }
            // What the ring kept goes first.
            send(from, 60);
            for (int i = 0; i < 200; i++) {
                Mempool.free(mbufs, take());
                Thread.sleep(1);
            }
            return counted == 9;
        }

        private byte[] send(XdpSocket from, int bytes) {
            final long frame = Chain.of(pool, random, cut(bytes));
            Memory.putMac(Chain.data(frame), 0xFFFF_FFFF_FFFFL);
            Memory.putMac(Chain.data(frame) + 6, 0x0200_0000_0001L);
            Memory.put16be(Chain.data(frame) + 12, 0x88B5);
            final byte[] sent = Chain.bytes(frame);
            Memory.put64(mbufs, frame);
            if (from.transmit(mbufs, 1) != 1) {
                Mempool.free(frame);
            }
            return sent;
        }

        /** Lengths of segments that are together a length, none above what an mbuf holds. */
        private int[] cut(int bytes) {
            final List<Integer> parts = new ArrayList<>();
            int left = bytes;
            while (left > 0) {
                final int part = parts.isEmpty() ? 60 : 1 + random.nextInt(2048);
                parts.add(Math.min(part, left));
                left -= parts.getLast();
            }
            return parts.stream().mapToInt(Integer::intValue).toArray();
        }

        private int take() {
            return (int) b.sockets()[0].receive(rows, BurstLayout.FRAMES) & 0xFF;
        }

        /** Sends frames of about all lengths that matter, one after the other. */
        private String lengths(int most) throws InterruptedException {
            for (int length :
                    IntStream.of(60, 1514, 1518, 2048, 3839, 3840, 3841, 4095, 4096, 4097, 7680)
                            .flatMap(near -> IntStream.rangeClosed(near - 1, near + 1))
                            .filter(length -> length >= 60 && length <= most)
                            .toArray()) {
                final String failure = carry(length);
                if (failure != null) {
                    return failure;
                }
            }
            for (int length = most; length > 60; length -= 1 + most / 40) {
                final String failure = carry(length);
                if (failure != null) {
                    return failure;
                }
            }
            return "same";
        }

        private String carry(int length) throws InterruptedException {
            final byte[] sent = send(a.sockets()[0], length);
            for (int i = 0; i < 2000; i++) {
                if (take() == 1) {
                    final byte[] got = Chain.bytes(Memory.i64(mbufs));
                    Mempool.free(mbufs, 1);
                    return Arrays.equals(sent, got) ? null : "of " + length + " came " + got.length;
                }
                Thread.sleep(1);
            }
            return "of " + length + " lost";
        }

        /** Sends without a pause while it receives; how many came, or were counted as lost. */
        private long flood(int count) throws InterruptedException {
            long came = 0;
            for (int i = 0; i < count; i++) {
                send(a.sockets()[0], 9_000);
                came += free(take());
            }
            for (int silent = 0; silent < 200; silent++) {
                final int now = take();
                came += free(now);
                if (now > 0) {
                    silent = 0;
                }
                Thread.sleep(1);
            }
            return came + a.sockets()[0].transmitLost() + b.sockets()[0].receiveMissed();
        }

        private int free(int count) {
            Mempool.free(mbufs, count);
            return count;
        }
    }
}
