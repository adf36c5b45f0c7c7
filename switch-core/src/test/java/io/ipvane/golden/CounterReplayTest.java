// SPDX-License-Identifier: Apache-2.0
package io.ipvane.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.DropReason;
import io.ipvane.control.DropCatalog;
import io.ipvane.counters.PortCounter;
import io.ipvane.ipvlan.IpvlanDrop;
import io.ipvane.pipeline.ParseDrop;
import io.ipvane.testing.KernelAnswers;
import io.ipvane.testing.KernelAnswers.Answer;
import io.ipvane.testing.KernelAnswers.Side;
import io.ipvane.testing.SwitchHarness;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Counters (spec CNT-1 to CNT-5) held against how the kernel's grew with the same frames. Those of
 * the measurement include what the stacks answered, so they are a lower bound to what a frame did
 * by itself, which the sightings tell exactly; here no stack answers, and ours must be exact.
 *
 * <p>The kernel's words, seen from the port: its {@code txp} is our <i>receive</i> less drops,
 * {@code txd} our drops, {@code rxp} our <i>transmit</i>, {@code mc} our copies of group frames.
 */
class CounterReplayTest {
    private static final List<String> PORTS = List.of("c1", "c2", "c3");

    /** What was seen there is the ICMPv6 error of a stack that quotes the frame. */
    private static final Set<String> QUOTES = Set.of("t14 c1", "t15 c1", "r13 wire");

    /** What the kernel counts as dropped on transmit (CNT-4), by our reasons (CNT-5). */
    private static final Set<DropReason> COUNTED_BY_THE_KERNEL =
            Set.of(IpvlanDrop.PRIVATE, IpvlanDrop.L3_MCAST, IpvlanDrop.L3_NONIP, ParseDrop.PAUSE);

    static Stream<Answer> answers() {
        return KernelAnswers.answers().stream().filter(a -> !a.mode().equals("l3s"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void shouldCountAFrameAsTheKernelDid(Answer answer) {
        try (SwitchHarness net = KernelReplayTest.network(answer.mode(), answer.flag())) {
            net.transmitted();
            final boolean fromPort = answer.sent().side() == Side.TX;
            final String from = fromPort ? "c1" : "wire";
            net.device(from).inject(answer.sent().bytes());
            net.run();
            final Map<String, List<byte[]>> given = net.transmitted();
            for (String name : given.keySet()) {
                deviceCounters(net, name, given.get(name), name.equals(from) ? answer : null);
            }
            PORTS.forEach(port -> received(answer, net, port));
            wire(answer, fromPort);
            dropped(answer, net, from, given);
        }
    }

    /** What a device gave and was given is counted there, and nothing else (CNT-2, CNT-3). */
    private static void deviceCounters(
            SwitchHarness net, String name, List<byte[]> given, Answer sent) {
        final int bytes = given.stream().mapToInt(frame -> frame.length).sum();
        assertEquals(given.size(), count(net, name, PortCounter.TRANSMIT_PACKETS), name);
        assertEquals(bytes, count(net, name, PortCounter.TRANSMIT_BYTES), name);
        assertEquals(sent == null ? 0 : 1, count(net, name, PortCounter.RECEIVE_PACKETS), name);
        assertEquals(
                sent == null ? 0 : sent.sent().bytes().length,
                count(net, name, PortCounter.RECEIVE_BYTES),
                name);
    }

    /** CNT-1: a frame for a port counts once, a group frame that was copied counts as such too. */
    private static void received(Answer answer, SwitchHarness net, String port) {
        final int frames = sightings(answer, port);
        final boolean copied =
                answer.mode().equals("l2")
                        && answer.seenBy(port).stream().anyMatch(s -> "BM".indexOf(s.mark()) >= 0);
        final int copies = copied ? frames : 0;
        assertTrue(answer.counter(port, "rxp") >= frames, "the kernel's rxp of " + port);
        assertTrue(answer.counter(port, "mc") >= copies, "the kernel's mc of " + port);
        assertEquals(frames, count(net, port, PortCounter.TRANSMIT_PACKETS), port);
        assertEquals(copies, count(net, port, PortCounter.TRANSMIT_GROUP), port);
    }

    /** CNT-3: the uplink counts every frame of the wire, either way; others not. */
    private static void wire(Answer answer, boolean fromPort) {
        assertTrue(answer.counter("master", "rxp") >= (fromPort ? 0 : 1), "the kernel's rxp");
        assertTrue(
                answer.counter("master", "txp") >= sightings(answer, "wire"), "the kernel's txp");
    }

    /**
     * CNT-4 and CNT-5: what the kernel counts as dropped we do, once, at the sender; what it loses
     * without a word we may count, but nobody must have got it then.
     */
    private static void dropped(
            Answer answer, SwitchHarness net, String from, Map<String, List<byte[]>> given) {
        final Set<DropReason> reasons = new HashSet<>();
        long drops = 0;
        for (DropReason reason : DropCatalog.ALL) {
            final long count = net.counter(from, reason.column());
            drops += count;
            if (count > 0) {
                reasons.add(reason);
            }
        }
        if (!answer.result().equals("ok")) {
            assertTrue(answer.counter("c1", "txd") >= 1, "the kernel's txd");
            assertEquals(1, drops, () -> "drops " + reasons);
            assertTrue(COUNTED_BY_THE_KERNEL.containsAll(reasons), reasons::toString);
        } else if (drops > 0) {
            final boolean nobody = given.values().stream().allMatch(List::isEmpty);
            assertTrue(nobody, () -> "dropped for " + reasons + " and yet sent");
            assertEquals(1, drops, reasons::toString);
        }
    }

    private static int sightings(Answer answer, String receiver) {
        final boolean quote = QUOTES.contains(answer.sent().id() + " " + receiver);
        return quote ? 0 : answer.seenBy(receiver).size();
    }

    private static int count(SwitchHarness net, String name, PortCounter counter) {
        return (int) net.counter(name, counter.ordinal());
    }
}
