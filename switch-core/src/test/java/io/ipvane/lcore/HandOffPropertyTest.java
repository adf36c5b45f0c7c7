// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.IdleMode;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.PortCounter;
import io.ipvane.ipvlan.Mode;
import io.ipvane.memory.Memory;
import io.ipvane.packet.FlowTuple;
import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where several lcores forward and connections are tracked, each conversation is forwarded by one
 * of them, both ways and whoever received it, in its order; and no frame is lost without being
 * counted.
 */
class HandOffPropertyTest {
    private static final long SEED = 20_261_201;
    private static final int ROUNDS = 150;
    private static final int MOST_FRAMES = 90;
    private static final int CONVERSATIONS = 12;
    private static final List<Integer> PORTS = List.of(Rig.C1, Rig.C2, Rig.C3);

    /** One direction of a conversation. */
    private record Flow(int from, int to, boolean ipv6, int source, int destination) {
        Flow back() {
            return new Flow(to, from, ipv6, destination, source);
        }

        byte[] frame(int number) {
            return (ipv6 ? Frames.udp6() : Frames.udp4())
                    .macs(Frames.OWN, Frames.OWN)
                    .ips(address(from, ipv6), address(to, ipv6))
                    .ports(source, destination)
                    .payload(ByteBuffer.allocate(4).putInt(number).array())
                    .build();
        }
    }

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Rig rig = new Rig(Mode.L3S);
    private final QueuedDevice[] devices = new QueuedDevice[rig.devices.length];
    private TopologyRunner runner;

    private static String address(int port, boolean ipv6) {
        return ipv6 ? "fd00::" + port : "10.0.0." + port;
    }

    private void start(int lcores) {
        for (int i = 0; i < devices.length; i++) {
            final int queues = i == Rig.WIRE ? lcores : 1;
            devices[i] = new QueuedDevice(rig.devices[i].name(), queues, lcores, rig.pool);
        }
        for (int port : PORTS) {
            final IpAddress ipv6 = IpAddress.parse(address(port, true));
            rig.addresses.put4(Rig.WIRE, 0x0A00_0000 | port, port);
            rig.addresses.put6(Rig.WIRE, ipv6.key0(), ipv6.key1(), port);
        }
        runner =
                new TopologyRunner(
                        ThreadTopology.of(
                                ThreadPlan.RUN_TO_COMPLETION,
                                IdleMode.BUSY,
                                IntStream.range(0, lcores).boxed().toList()),
                        devices,
                        rig.pool,
                        rig.counters,
                        rig.publisher,
                        rig.mailboxes,
                        rig.arena);
    }

    /** The rig counts frames: none may be missing. */
    @AfterEach
    void stop() {
        runner.close();
        for (QueuedDevice device : devices) {
            device.close();
        }
        rig.close();
    }

    private List<Flow> conversations() {
        final List<Flow> all = new ArrayList<>();
        while (all.size() < CONVERSATIONS) {
            final int from = PORTS.get(random.nextInt(PORTS.size()));
            final int to = PORTS.get(random.nextInt(PORTS.size()));
            if (from != to) {
                all.add(
                        new Flow(
                                from,
                                to,
                                random.nextBoolean(),
                                1 + random.nextInt(60_000),
                                1 + random.nextInt(60_000)));
            }
        }
        return all;
    }

    private long lost() {
        return PORTS.stream().mapToLong(port -> rig.drops(port, LcoreDrop.HAND_OFF_FULL)).sum();
    }

    @ParameterizedTest(name = "{0} lcores")
    @ValueSource(ints = {2, 3, 5})
    void shouldForwardEachConversationOnOneLcoreAndInItsOrder(int lcores) {
        start(lcores);
        final Set<Integer> homes = new HashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            final String where = lcores + " lcores, seed " + SEED + ", round " + round;
            final List<Flow> conversations = conversations();
            final Map<Flow, Integer> next = new HashMap<>();
            final long before = lost();
            int injected = 0;
            for (int burst = 1 + random.nextInt(5); burst > 0; burst--) {
                for (int frame = random.nextInt(MOST_FRAMES); frame > 0; frame--) {
                    final Flow one = conversations.get(random.nextInt(CONVERSATIONS));
                    final Flow flow = random.nextBoolean() ? one : one.back();
                    final int number = next.merge(flow, 1, Integer::sum);
                    devices[flow.from].inject(0, flow.frame(number));
                    injected++;
                }
                for (int turns = random.nextInt(6); turns > 0; turns--) {
                    runner.step(random.nextInt(lcores));
                }
            }
            untilQuiet();
            final int arrived = check(where, conversations, homes);
            assertEquals(injected, arrived + lost() - before, where);
            assertTrue(2 * arrived >= injected, where);
        }
        assertEquals(lcores, homes.size(), "every lcore is somebody's home");
    }

    private void untilQuiet() {
        for (int idle = 0; idle < 3; ) {
            idle = runner.step() == 0 ? idle + 1 : 0;
        }
    }

    /** Says how many frames came out. */
    private int check(String where, List<Flow> conversations, Set<Integer> homes) {
        final Map<Flow, Integer> last = new HashMap<>();
        final Map<Flow, Integer> home = new HashMap<>();
        int arrived = 0;
        for (int port : PORTS) {
            for (QueuedDevice.Sent sent : devices[port].sent()) {
                final int number = ByteBuffer.wrap(sent.frame()).getInt(sent.frame().length - 4);
                final Flow flow = flow(port, sent.frame());
                final Integer before = last.put(flow, number);
                assertTrue(before == null || before < number, () -> where + ": order of " + flow);
                final Flow one = conversations.contains(flow) ? flow : flow.back();
                final Integer first = home.putIfAbsent(one, sent.queue());
                assertTrue(
                        first == null || first == sent.queue(),
                        () -> where + ": two lcores have " + one);
                homes.add(sent.queue());
                arrived++;
            }
        }
        return arrived;
    }

    private static Flow flow(int to, byte[] frame) {
        final boolean ipv6 = frame[12] == (byte) 0x86;
        final FlowTuple tuple = new FlowTuple();
        try (Arena arena = Arena.ofConfined()) {
            final long bytes = arena.allocate(frame.length).address();
            Memory.put(bytes, frame);
            assertTrue(tuple.read(bytes + 14, frame.length - 14, !ipv6));
        }
        final long from = (ipv6 ? tuple.source1() : tuple.source0()) & 0xFF;
        return new Flow((int) from, to, ipv6, tuple.sourcePort(), tuple.destinationPort());
    }

    @Test
    void shouldEndEveryEpochThoughLcoresHandToEachOther() {
        start(3);
        untilQuiet();
        for (int round = 0; round < 50; round++) {
            final Flow flow = conversations().get(0);
            devices[flow.from].inject(0, flow.frame(1));
            runner.step(random.nextInt(3));
            final long ticket = runner.quiescence().retire();
            assertFalse(runner.quiescence().passed(ticket));
            runner.step();
            runner.step();
            assertTrue(runner.quiescence().passed(ticket), "round " + round);
        }
    }

    /** Tables are freed after the lcores. */
    @Test
    void shouldHoldUpNoEpochOnceItIsStopped() {
        start(3);
        untilQuiet();
        runner.close();
        assertEquals(Long.MAX_VALUE, runner.quiescence().reached());
    }

    @Test
    void shouldFreeWhatIsOnItsWayWhenItIsStopped() {
        start(2);
        for (int i = 0; i < 60; i++) {
            final Flow flow = conversations().get(0);
            devices[flow.from].inject(0, flow.frame(i));
        }
        runner.step(0);
    }

    /** Each lcore on a thread of its own. */
    @ParameterizedTest(name = "{0} lcores")
    @ValueSource(ints = {2, 3})
    void shouldKeepTheOrderOfEveryFlowAcrossThreads(int lcores) throws InterruptedException {
        start(lcores);
        final AtomicBoolean ended = new AtomicBoolean();
        final List<Thread> threads = new ArrayList<>();
        for (int lcore = 0; lcore < lcores; lcore++) {
            final int own = lcore;
            threads.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (!ended.get()) {
                                            if (runner.step(own) == 0) {
                                                LockSupport.parkNanos(1_000);
                                            }
                                        }
                                    }));
        }
        final List<Flow> conversations = conversations();
        final Map<Flow, Integer> next = new HashMap<>();
        int injected = 0;
        for (int frame = 0; frame < 20_000; frame++) {
            final Flow one = conversations.get(random.nextInt(CONVERSATIONS));
            final Flow flow = random.nextBoolean() ? one : one.back();
            while (devices[flow.from].waits() >= 50) {
                LockSupport.parkNanos(1_000);
            }
            devices[flow.from].inject(0, flow.frame(next.merge(flow, 1, Integer::sum)));
            injected++;
        }
        while (PORTS.stream().anyMatch(port -> devices[port].waits() > 0)) {
            LockSupport.parkNanos(1_000);
        }
        ended.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        untilQuiet();
        final int arrived = check("threads", conversations, new HashSet<>());
        assertEquals(injected, arrived + lost());
        assertTrue(arrived > 0);
        assertEquals(
                injected,
                PORTS.stream()
                        .mapToLong(
                                port -> rig.counters.sum(port, PortCounter.RECEIVE_PACKETS_COLUMN))
                        .sum());
    }
}
