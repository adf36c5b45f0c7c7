// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipvane.linux.LinuxException;
import io.ipvane.linux.PacketQueue;
import io.ipvane.linux.PacketSocket;
import io.ipvane.memory.BurstLayout;
import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The two ends of a veth by packet sockets, in a network namespace that ends with the process. */
@Tag("dpdk")
@Tag("kernel")
class PacketQueueTest {
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
    void shouldCarryEveryFrameOfTheMtuWithTheTagsThatItHas() throws Exception {
        assertEquals(
                List.of(
                        "mtu 1500 1500",
                        "plain 60 same",
                        "plain 1514 same",
                        "tagged 64 same",
                        "tagged 1518 same",
                        "provider 64 same",
                        "twice 1518 same",
                        "priority 64 without its tag",
                        "chain 1514 same",
                        "plain 1519 not sent",
                        "refused 1",
                        "own 0",
                        "balance 0"),
                run(
                        1500,
                        "open:1",
                        "plain:60",
                        "plain:1514",
                        "tagged:64",
                        "tagged:1518",
                        "provider:64",
                        "twice:1518",
                        "priority:64",
                        "chain:1514",
                        "plain:1519",
                        "refused",
                        "own",
                        "close"));
    }

    @Test
    void shouldCarryLongFramesAndWhatIsLeftToBeDoneForThem() throws Exception {
        assertEquals(
                List.of("mtu 9000 9000", "long 300 same", "plain 9014 same", "balance 0"),
                run(9000, "open:1", "long:300", "plain:9014", "close"));
    }

    @Test
    void shouldFollowTheInterface() throws Exception {
        assertEquals(
                List.of(
                        "mtu 1500 1500",
                        "link true",
                        "link false",
                        "plain 60 not sent",
                        "down 1",
                        "link true",
                        "plain 60 same",
                        "link false",
                        "plain 60 not sent",
                        "down 2",
                        "link true",
                        "plain 60 same",
                        "mtu 1500 1400",
                        "cannot set mtu 70000 of interface 'vb': EINVAL",
                        "cannot set mtu 70000 of interface 'va': EINVAL",
                        "interface 'lo' carries no Ethernet frames (EINVAL); choose one that does",
                        "gone",
                        "plain 60 not sent",
                        "down 3",
                        "link false",
                        "balance 0"),
                run(
                        1500,
                        "open:1",
                        "link",
                        "down:va",
                        "link",
                        "plain:60",
                        "down?",
                        "up:va",
                        "link",
                        "plain:60",
                        "down:vb",
                        "link",
                        "plain:60",
                        "down?",
                        "up:vb",
                        "link",
                        "plain:60",
                        "set:1400",
                        "set:70000",
                        "ask:va:70000",
                        "ask:lo:0",
                        "gone",
                        "plain:60",
                        "down?",
                        "link",
                        "close"));
    }

    @Test
    void shouldCountWhatIsRefusedAndGoOn() throws Exception {
        assertEquals(
                List.of(
                        "mtu 1500 1500",
                        "flood 60000 all there or counted",
                        "plain 60 same",
                        "plain 60 not sent",
                        "plain 60 same",
                        "balance 0"),
                run(
                        1500,
                        "open:1",
                        "flood:60000",
                        "plain:60",
                        "tc:add:pfifo limit 0",
                        "plain:60",
                        "tc:del",
                        "plain:60",
                        "close"));
    }

    @Test
    void shouldSpreadFlowsOverQueuesAndGiveEachFrameOnce() throws Exception {
        assertEquals(
                List.of(
                        "mtu 1500 1500",
                        "flows 400 once each, both ways by one queue",
                        "balance 0"),
                run(1500, "open:2", "flows:400", "close"));
    }

    /** The other process: one line a step. */
    static final class Script {
        private static final int SPARE = 64;

        private final Random random = new Random(5);
        private final Arena arena = Arena.global();
        private final long rows = arena.allocate(BurstLayout.BYTES, 64).address();
        private final long received = rows + BurstLayout.MBUFS;
        private final long mbufs = arena.allocate(8L * SPARE, 64).address();
        private final Mempool pool = Mempool.create("p", 8191, 2048);
        private final Mempool large = Mempool.create("l", 31, 63_552);
        private PacketSocket va;
        private PacketSocket vb;
        private PacketQueue a;
        private final List<PacketQueue> b = new ArrayList<>();

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
                final String line = step(step);
                if (!line.isEmpty()) {
                    System.out.println(line);
                }
            } catch (LinuxException e) {
                System.out.println(e.getMessage());
            }
        }

        private String step(String step) throws Exception {
            final String[] words = step.split(":", -1);
            switch (words[0]) {
                case "open" -> {
                    va = PacketSocket.open("va", 1, 0);
                    vb = PacketSocket.open("vb", Integer.parseInt(words[1]), 0);
                    a = queue(va, 0);
                    for (int i = 0; i < vb.queues(); i++) {
                        b.add(queue(vb, i));
                    }
                    return "mtu " + va.mtu() + " " + vb.mtu();
                }
                case "ask" -> {
                    PacketSocket.open(words[1], 1, Integer.parseInt(words[2])).close();
                    return "opened";
                }
                case "set" -> {
                    vb.setMtu(Integer.parseInt(words[1]));
                    return "mtu " + va.mtu() + " " + vb.mtu();
                }
                case "link" -> {
                    return "link " + va.isUp();
                }
                case "up", "down" -> {
                    ip("ip link set " + words[1] + " " + words[0]);
                    awaitLink(words[0].equals("up"));
                    return "";
                }
                case "gone" -> {
                    ip("ip link del va");
                    return "gone";
                }
                case "tc" -> {
                    final boolean adds = words[1].equals("add");
                    ip("tc qdisc " + words[1] + " dev va root" + (adds ? " " + words[2] : ""));
                    return "";
                }
                case "down?" -> {
                    return "down " + a.transmitDown();
                }
                case "refused" -> {
                    return "refused " + a.transmitRefused();
                }
                case "own" -> {
                    return "own " + own();
                }
                case "long" -> {
                    return "long " + words[1] + " " + longFrames(Integer.parseInt(words[1]));
                }
                case "flood" -> {
                    return "flood " + words[1] + " " + flood(Integer.parseInt(words[1]));
                }
                case "flows" -> {
                    return "flows " + words[1] + " " + flows(Integer.parseInt(words[1]));
                }
                case "close" -> {
                    a.close();
                    b.forEach(PacketQueue::close);
                    va.close();
                    vb.close();
                    final int missing = pool.count() - pool.available();
                    return "balance " + (missing + large.count() - large.available());
                }
                default -> {
                    return words[0] + " " + words[1] + " " + carry(words[0], words[1]);
                }
            }
        }

        private PacketQueue queue(PacketSocket socket, int queue) {
            return new PacketQueue(socket, queue, pool.address(), large.address());
        }

        private static void ip(String command) throws Exception {
            assertEquals(0, new ProcessBuilder(command.split(" ")).start().waitFor(), command);
        }

        /**
         * The kernel tells of a carrier a moment after it is there, and the queue a moment later.
         */
        private void awaitLink(boolean wanted) throws InterruptedException {
            for (int i = 0; i < 500 && va.isUp() != wanted; i++) {
                Thread.sleep(10);
            }
            Thread.sleep(2);
        }

        private void send(long... frames) {
            for (int i = 0; i < frames.length; i++) {
                Memory.put64(mbufs + 8L * i, frames[i]);
            }
            assertEquals(frames.length, a.transmit(mbufs, frames.length));
        }

        /** Takes what comes by a queue within a second; 0: nothing did. */
        private int await(PacketQueue queue) throws InterruptedException {
            for (int i = 0; i < 1000; i++) {
                final int size = (int) queue.receive(rows, SPARE) & 0xFF;
                if (size > 0) {
                    return size;
                }
                Thread.sleep(1);
            }
            return 0;
        }

        private String carry(String kind, String length) throws InterruptedException {
            final int bytes = Integer.parseInt(length);
            final long frame =
                    kind.equals("chain")
                            ? Chain.of(pool, random, 100, 0, bytes - 100)
                            : Chain.of(pool, random, parts(bytes));
            Memory.putMac(Chain.data(frame), 0xFFFF_FFFF_FFFFL);
            Memory.putMac(Chain.data(frame) + 6, 0x0200_0000_0001L);
            int at = 12;
            for (int tag : tags(kind)) {
                Memory.put32be(Chain.data(frame) + at, tag);
                at += 4;
            }
            Memory.put16be(Chain.data(frame) + at, 0x88B5);
            final byte[] sent = Chain.bytes(frame);
            final long lost = a.transmitDown() + a.transmitRefused();
            send(frame);
            if (a.transmitDown() + a.transmitRefused() > lost) {
                return "not sent";
            }
            if (await(b.get(0)) != 1) {
                return "lost";
            }
            final byte[] got = Chain.bytes(Memory.i64(received));
            Mempool.free(received, 1);
            if (kind.equals("priority") && got.length == sent.length - 4) {
                return Arrays.equals(sent, 16, sent.length, got, 12, got.length)
                        ? "without its tag"
                        : "other";
            }
            return Arrays.equals(sent, got) ? "same" : "other: " + got.length;
        }

        private static int[] tags(String kind) {
            return switch (kind) {
                case "tagged" -> new int[] {0x8100_A005};
                case "provider" -> new int[] {0x88A8_0005};
                case "twice" -> new int[] {0x8100_0007, 0x8100_0006};
                case "priority" -> new int[] {0x8100_A000};
                default -> new int[0];
            };
        }

        /** What another socket on the same interface hears of what is sent there. */
        private int own() throws InterruptedException {
            try (PacketSocket beside = PacketSocket.open("va", 1, 0);
                    PacketQueue queue = queue(beside, 0)) {
                carry("plain", "60");
                return (int) queue.receive(rows, SPARE) & 0xFF;
            }
        }

        /** Frames of many segments, and such that only need a checksum. */
        private String longFrames(int count) throws Exception {
            final var note =
                    NativeLibrary.call(
                            "ipvane_offload_from_vnet",
                            JAVA_INT,
                            NativeLibrary.POINTER,
                            NativeLibrary.POINTER);
            final long header = arena.allocate(10, 8).address();
            final SplittableRandom numbers = new SplittableRandom(7);
            final List<LongFrame> frames =
                    Stream.generate(() -> LongFrame.any(numbers, numbers.nextBoolean()))
                            .filter(frame -> frame.ipAt() == 14)
                            .filter(frame -> frame.l4At() == 34 || frame.l4At() == 54)
                            .filter(frame -> frame.bytes().length / (frame.segment() + 1) < 64)
                            .limit(count)
                            .toList();
            for (LongFrame frame : frames) {
                final byte[] bytes = frame.bytes();
                final long mbuf = Chain.of(pool, random, parts(bytes.length));
                int at = 0;
                for (long part = mbuf; part != 0; part = Chain.next(part)) {
                    final int length = Chain.contiguous(part);
                    Memory.put(Chain.data(part), Arrays.copyOfRange(bytes, at, at + length));
                    at += length;
                }
                Memory.put(header, frame.virtio());
                try {
                    assertEquals(0, (int) note.invokeExact(mbuf, header));
                } catch (Throwable t) {
                    throw new AssertionError(frame.toString(), t);
                }
                final int longest = TxOffload.longest(mbuf);
                final long refused = a.transmitRefused();
                send(mbuf);
                assertEquals(refused, a.transmitRefused(), frame::toString);
                assertEquals(1, await(b.get(0)), frame::toString);
                final long got = Memory.i64(received);
                assertEquals(longest, TxOffload.longest(got), frame::toString);
                assertEquals(true, TxOffload.isPending(got), frame::toString);
                assertEquals(true, Arrays.equals(bytes, Chain.bytes(got)), frame::toString);
                Mempool.free(received, 1);
            }
            return "same";
        }

        private static int[] parts(int length) {
            final int[] parts = new int[(length + 2047) / 2048];
            Arrays.fill(parts, 2048);
            parts[parts.length - 1] = length - 2048 * (parts.length - 1);
            return parts;
        }

        /** More than fits while nobody takes any. */
        private String flood(int count) {
            final long refused = a.transmitRefused();
            for (int sent = 0; sent < count; sent += 50) {
                final long[] frames = new long[50];
                for (int i = 0; i < frames.length; i++) {
                    frames[i] = Chain.of(pool, random, 60);
                    Memory.put16be(Chain.data(frames[i]) + 12, 0x88B5);
                }
                send(frames);
            }
            int got = 0;
            while (!b.get(0).isDrained()) {
                final int size = (int) b.get(0).receive(rows, SPARE) & 0xFF;
                Mempool.free(received, size);
                got += size;
            }
            final long lost = vb.dropped();
            final long all = got + lost + a.transmitRefused() - refused;
            return lost > 0 && all == count ? "all there or counted" : got + " and " + lost;
        }

        /** A datagram a flow, and its answer, which comes in here as well. */
        private String flows(int count) throws InterruptedException {
            final int[][] from = new int[count][2];
            for (int flow = 0; flow < count; flow++) {
                for (int direction = 0; direction < 2; direction++) {
                    send(datagram(flow, direction));
                }
            }
            int got = 0;
            for (int queue = 0; queue < b.size(); queue++) {
                for (int size; (size = await(b.get(queue))) > 0; got += size) {
                    for (int i = 0; i < size; i++) {
                        final long ip = Chain.data(Memory.i64(received + 8L * i)) + 14;
                        final int direction = Memory.byteAt(ip + 15) == 1 ? 0 : 1;
                        final int flow = Memory.u16be(ip + (direction == 0 ? 20 : 22)) - 1000;
                        from[flow][direction] += 1 + queue * 1000;
                    }
                    Mempool.free(received, size);
                }
            }
            final boolean once =
                    Arrays.stream(from).allMatch(f -> f[0] == f[1] && (f[0] == 1 || f[0] == 1001));
            final long second = Arrays.stream(from).filter(f -> f[0] == 1001).count();
            return once && got == 2 * count && second > 0 && second < count
                    ? "once each, both ways by one queue"
                    : got + " of " + 2 * count + ", by the second " + second;
        }

        private long datagram(int flow, int direction) {
            final long frame = Chain.of(pool, random, 60);
            final long ip = Chain.data(frame) + 14;
            Memory.putMac(Chain.data(frame), 0x0200_0000_0001L);
            Memory.put16be(Chain.data(frame) + 12, 0x0800);
            Memory.put32be(ip, 0x4500_002E);
            Memory.put32be(ip + 4, 0);
            Memory.put32be(ip + 8, 0x4011_0000);
            Memory.put32be(ip + 12, 0x0A00_0001 + direction);
            Memory.put32be(ip + 16, 0x0A00_0002 - direction);
            Memory.put16be(ip + 20 + 2L * direction, 1000 + flow);
            Memory.put16be(ip + 22 - 2L * direction, 53);
            Memory.put32be(ip + 24, 0x001A_0000);
            return frame;
        }
    }
}
