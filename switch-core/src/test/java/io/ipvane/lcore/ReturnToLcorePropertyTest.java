// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.ThreadPlan;
import io.ipvane.control.Command;
import io.ipvane.counters.PortCounter;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.testing.Dhcp;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryDevice;
import io.ipvane.testing.MemoryPool;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A frame that the control plane has held, for whatever reason, goes on by the lcore that handed it
 * up, and those of one flow in their order. Nothing is lost, and what waits anywhere when the
 * switch stops is freed: closing it counts the frames.
 */
class ReturnToLcorePropertyTest {
    private static final long SEED = 20_261_201;
    private static final int ROUNDS = 60;
    private static final int FLOWS = 5;
    private static final int MOST_FRAMES = 60;

    /**
     * DHCP is looked at where frames are bridged, next hops are asked for where they are routed.
     */
    private static final Map<String, List<Reason>> REASONS =
            Map.of(
                    "l2", List.of(Reason.SOURCE, Reason.DHCP),
                    "l3", List.of(Reason.SOURCE, Reason.NEXT_HOP, Reason.DROPPED));

    private static final int DHCP_PORT = 14 + 20 + 3;
    private static final int XID = 14 + 20 + 8 + 4;
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    /** Why the control plane sees a frame. */
    private enum Reason {
        /** Its source is new: it is judged when the kernel has been asked. */
        SOURCE,
        /** Its next hop is not known: it waits for an answer. */
        NEXT_HOP,
        /** It is DHCP, which is looked at before it goes on. */
        DHCP,
        /** No route leads there: it is dropped, and its sender is told. */
        DROPPED
    }

    /** Frames of one sender, which one lcore receives. */
    private record Flow(Reason reason, int lcore, String from, String source, String destination) {
        byte[] frame(int number) {
            if (reason == Reason.DHCP) {
                return Dhcp.request(Dhcp.DISCOVER, number).frame();
            }
            return Frames.udp4()
                    .macs(Frames.OWN, Frames.OWN)
                    .ips(source, destination)
                    .payload(ByteBuffer.allocate(4).putInt(number).array())
                    .build();
        }

        /** Who is given the frame, or what is said about it. */
        String to() {
            return switch (reason) {
                case SOURCE -> "c2";
                case NEXT_HOP, DHCP -> "wire";
                case DROPPED -> from;
            };
        }
    }

    private final SplittableRandom random = new SplittableRandom(SEED);

    /** What the kernel was asked for. */
    private final Queue<Long> looks = new ConcurrentLinkedQueue<>();

    /** By the numbers that their frames have. */
    private final Map<Integer, Flow> sent = new HashMap<>();

    private List<Reason> reasons;
    private SwitchHarness net;
    private MemoryPool pool;
    private int number;
    private int addresses;

    private void start(String mode, ThreadPlan plan, int lcores) {
        reasons = REASONS.get(mode);
        pool = new MemoryPool(1 << 12, 2048);
        net = SmallNetwork.of(mode, plan, lcores, pool, "announce: false");
        net.control().onLook((ticket, sources) -> looks.add(ticket));
        for (String port : List.of("c1", "c2", "c3")) {
            net.control().told(net.index(port));
        }
        net.run();
        net.transmitted();
    }

    @AfterEach
    void nothingLeaks() {
        net.close();
        pool.close();
    }

    /** Every source and next hop is new, so that frames are held. */
    private Flow flow(int lcores, Reason... without) {
        final List<Reason> some = new ArrayList<>(reasons);
        some.removeAll(List.of(without));
        final Reason reason = some.get(random.nextInt(some.size()));
        return flow(reason, lcores);
    }

    private Flow flow(Reason reason, int lcores) {
        final int some = ++addresses;
        final String from = random.nextBoolean() ? "c1" : "c3";
        final String own = from.equals("c1") ? Frames.C1_4 : Frames.C3_4;
        final int lcore = random.nextInt(lcores);
        return switch (reason) {
            case SOURCE ->
                    new Flow(
                            reason,
                            lcore,
                            from,
                            "10.7." + (some >> 8) + "." + (some & 0xFF),
                            Frames.C2_4);
            case NEXT_HOP -> new Flow(reason, lcore, from, own, "10.0.0." + (20 + some % 200));
            case DROPPED -> new Flow(reason, lcore, from, own, "198.18.0." + some % 256);
            case DHCP -> new Flow(reason, lcore, from, "0.0.0.0", "255.255.255.255");
        };
    }

    private void inject(Flow flow) {
        sent.put(++number, flow);
        net.device(flow.from).injectAt(flow.lcore, flow.frame(number));
    }

    /** What the wire and the kernel say to what they were asked; says how much that was. */
    private int answer(List<MemoryDevice.Sent> questions) {
        int answered = 0;
        for (MemoryDevice.Sent question : questions) {
            if (question.frame()[12] == 8 && question.frame()[13] == 6) {
                final byte[] target = new byte[4];
                ByteBuffer.wrap(question.frame()).get(38, target);
                final IpAddress who = IpAddress.ipv4(ByteBuffer.wrap(target).getInt());
                final byte[] asker = new byte[4];
                ByteBuffer.wrap(question.frame()).get(28, asker);
                final IpAddress to = IpAddress.ipv4(ByteBuffer.wrap(asker).getInt());
                net.device("wire")
                        .inject(Frames.arpReply("").ips(who.toString(), to.toString()).build());
                answered++;
            }
        }
        for (Long ticket = looks.poll(); ticket != null; ticket = looks.poll()) {
            net.control().looked(ticket);
            answered++;
        }
        return answered;
    }

    private void giveSources() {
        for (Flow flow : List.copyOf(sent.values())) {
            if (flow.reason == Reason.SOURCE) {
                final IpPrefix address = IpPrefix.parse(flow.source + "/32");
                net.tell(new Command.AddressAdded(net.index(flow.from), address, false));
            }
        }
    }

    /** Which frame it is, or speaks of. */
    private static int number(byte[] frame) {
        final boolean dhcp = frame.length > XID + 4 && frame[DHCP_PORT] == 67;
        return ByteBuffer.wrap(frame).getInt(dhcp ? XID : frame.length - 4);
    }

    /** Whether it is what everybody hears of a client of DHCP, beside the wire. */
    private static boolean isCopy(byte[] frame, String device) {
        return frame[0] == -1 && !device.equals("wire");
    }

    /** Takes what came out, and asserts by whom and in which order; says how many are missing. */
    private int check(String where, Map<Flow, Integer> last, List<MemoryDevice.Sent> onWire) {
        for (String device : List.of("wire", "c1", "c2", "c3")) {
            final List<MemoryDevice.Sent> frames =
                    device.equals("wire") ? onWire : net.device(device).sent();
            for (MemoryDevice.Sent frame : frames) {
                final byte[] bytes = frame.frame();
                final int which = number(bytes);
                final Flow flow = isCopy(bytes, device) ? null : sent.remove(which);
                if (flow != null) {
                    assertEquals(flow.to(), device, where + ": " + flow);
                    assertEquals(flow.lcore, frame.queue(), where + ": " + flow);
                    final Integer before = last.put(flow, which);
                    assertTrue(before == null || before < which, where + ": order of " + flow);
                }
            }
        }
        return sent.size();
    }

    @ParameterizedTest(name = "{0}, {1}, {2} lcores")
    @CsvSource({
        "l2, SHARED, 1",
        "l2, RUN_TO_COMPLETION, 1",
        "l2, RUN_TO_COMPLETION, 2",
        "l2, RUN_TO_COMPLETION, 3",
        "l2, PIPELINE, 2",
        "l2, PIPELINE, 3",
        "l3, SHARED, 1",
        "l3, RUN_TO_COMPLETION, 1",
        "l3, RUN_TO_COMPLETION, 2",
        "l3, RUN_TO_COMPLETION, 3",
        "l3, PIPELINE, 2",
        "l3, PIPELINE, 3"
    })
    void shouldSendEachFrameOnByTheLcoreThatHandedItUp(String mode, ThreadPlan plan, int lcores) {
        start(mode, plan, lcores);
        final int queues = net.device("c1").txQueues();
        for (int round = 0; round < ROUNDS; round++) {
            final String where =
                    mode + " " + plan + " " + lcores + " lcores, seed " + SEED + ", round " + round;
            final List<Flow> flows = new ArrayList<>();
            for (int i = 0; i < FLOWS; i++) {
                flows.add(flow(queues));
            }
            for (int frame = random.nextInt(MOST_FRAMES); frame >= 0; frame--) {
                inject(flows.get(random.nextInt(FLOWS)));
                for (int turns = random.nextInt(3); turns > 0; turns--) {
                    net.step(random.nextInt(lcores));
                }
                if (random.nextInt(4) == 0) {
                    net.control().step();
                }
            }
            net.run();
            giveSources();
            final Map<Flow, Integer> last = new HashMap<>();
            List<MemoryDevice.Sent> onWire;
            do {
                net.run();
                onWire = net.device("wire").sent();
                check(where, last, onWire);
            } while (answer(onWire) > 0);
            // More may be dropped than their senders are told of.
            sent.values().removeIf(flow -> flow.reason == Reason.DROPPED);
            assertEquals(Map.of(), sent, where);
        }
        assertTrue(
                mode.equals("l2") || net.counter("c1", PortCounter.ERRORS_SENT.ordinal()) > 0,
                "senders of drops heard");
    }

    @ParameterizedTest(name = "{0}, {1}, {2} lcores")
    @CsvSource({
        "l2, SHARED, 1",
        "l2, RUN_TO_COMPLETION, 2",
        "l2, RUN_TO_COMPLETION, 3",
        "l2, PIPELINE, 2",
        "l2, PIPELINE, 3",
        "l3, SHARED, 1",
        "l3, RUN_TO_COMPLETION, 2",
        "l3, RUN_TO_COMPLETION, 3",
        "l3, PIPELINE, 2",
        "l3, PIPELINE, 3"
    })
    void shouldFreeWhateverWaitsWhenItIsStopped(String mode, ThreadPlan plan, int lcores) {
        start(mode, plan, lcores);
        final int queues = net.device("c1").txQueues();
        for (int frame = 0; frame < 600; frame++) {
            inject(flow(queues));
            if (random.nextInt(8) == 0) {
                net.step(random.nextInt(lcores));
            }
            if (random.nextInt(64) == 0) {
                net.control().step();
                answer(net.device("wire").sent());
            }
        }
        assertTrue(net.held() > 0);
    }

    /** Each lcore, and the control plane, on a thread of its own. */
    @ParameterizedTest(name = "{0}, {1}, {2} lcores")
    @CsvSource({
        "l2, SHARED, 1",
        "l2, RUN_TO_COMPLETION, 2",
        "l2, RUN_TO_COMPLETION, 3",
        "l2, PIPELINE, 2",
        "l2, PIPELINE, 3",
        "l3, SHARED, 1",
        "l3, RUN_TO_COMPLETION, 2",
        "l3, RUN_TO_COMPLETION, 3",
        "l3, PIPELINE, 2",
        "l3, PIPELINE, 3"
    })
    void shouldDoSoAcrossThreads(String mode, ThreadPlan plan, int lcores)
            throws InterruptedException {
        start(mode, plan, lcores);
        final int queues = net.device("c1").txQueues();
        final AtomicBoolean ended = new AtomicBoolean();
        final List<Thread> threads = new ArrayList<>();
        threads.add(turning(ended, net.control()::step));
        for (int lcore = 0; lcore < lcores; lcore++) {
            final int own = lcore;
            threads.add(turning(ended, () -> net.step(own)));
        }
        try {
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < FLOWS; i++) {
                    final Flow flow = flow(queues, Reason.DROPPED);
                    for (int frame = 0; frame < 8; frame++) {
                        inject(flow);
                    }
                }
                untilAllCame(
                        mode
                                + " "
                                + plan
                                + " "
                                + lcores
                                + " lcores, seed "
                                + SEED
                                + ", round "
                                + round);
            }
        } finally {
            ended.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private static Thread turning(AtomicBoolean ended, IntSupplier turn) {
        return Thread.ofPlatform()
                .start(
                        () -> {
                            while (!ended.get()) {
                                if (turn.getAsInt() == 0) {
                                    LockSupport.parkNanos(1_000);
                                }
                            }
                        });
    }

    /** Answers come when all frames wait for them: later ones would need none. */
    private void untilAllCame(String where) {
        while (net.device("c1").waiting() + net.device("c3").waiting() > 0) {
            LockSupport.parkNanos(10_000);
        }
        // What the next epoch begins with does not matter.
        net.groups("c3", Frames.GROUP4 + ++addresses);
        net.control().settle();
        final long patience = System.nanoTime() + PATIENCE_NANOS;
        final Map<Flow, Integer> last = new HashMap<>();
        giveSources();
        List<MemoryDevice.Sent> onWire = List.of();
        while (check(where, last, onWire) > 0) {
            assertTrue(System.nanoTime() < patience, () -> where + ": missing " + sent);
            answer(onWire);
            LockSupport.parkNanos(10_000);
            onWire = net.device("wire").sent();
        }
    }
}
