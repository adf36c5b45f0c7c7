// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.KernelAnswers;
import io.ipvane.testing.KernelAnswers.Answer;
import io.ipvane.testing.KernelAnswers.Side;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The keys that the parser finds explain what the kernel was seen to do. */
class ParserKernelTest {
    private static final String PAUSE = "r21";
    private static final List<String> PORTS = List.of("c1", "c2", "c3");
    private static final Map<String, String> OWNERS =
            Map.of(
                    Frames.C1_4,
                    "c1",
                    Frames.C2_4,
                    "c2",
                    Frames.C3_4,
                    "c3", //
                    Frames.C1_6,
                    "c1",
                    Frames.C2_6,
                    "c2",
                    Frames.C3_6,
                    "c3");

    static Stream<Answer> fromTheWireInL3() {
        return answers("l3", Side.RX).filter(a -> !a.sent().id().equals(PAUSE));
    }

    /** RX-11: mode l3 looks at nothing but the key. PAUSE never leaves our parser (RX-10). */
    @ParameterizedTest
    @MethodSource("fromTheWireInL3")
    void shouldExplainWhoGotAFrameFromTheWireInL3(Answer answer) {
        final ParsedFrame parsed = ParsedFrame.of(0, answer.sent().bytes());
        final String owner = owner(parsed.family(), parsed.key0(), parsed.key1());
        final TreeSet<String> receivers = new TreeSet<>(answer.seen().keySet());
        receivers.remove("wire"); // sees answers only
        assertEquals(List.of(owner.isEmpty() ? "master" : owner), List.copyOf(receivers));
    }

    static Stream<Answer> fromPortInL3Bridge() {
        return answers("l3", Side.TX).filter(a -> a.flag().equals("bridge"));
    }

    /** TX-20, TX-33: in bridge a sibling that owns the key gets the frame, and nobody else does. */
    @ParameterizedTest
    @MethodSource("fromPortInL3Bridge")
    void shouldExplainWhichSiblingGotAFrameInL3Bridge(Answer answer) {
        final ParsedFrame parsed = ParsedFrame.of(0, answer.sent().bytes());
        final String owner = owner(parsed.family(), parsed.key0(), parsed.key1());
        for (String sibling : List.of("c2", "c3")) {
            assertEquals(sibling.equals(owner), !answer.seenBy(sibling).isEmpty(), sibling);
        }
    }

    static Stream<Answer> reflectedInL2() {
        return answers("l2", Side.RX)
                .filter(
                        a -> {
                            final ParsedFrame parsed = ParsedFrame.of(0, a.sent().bytes());
                            return parsed.has(Facts.OWN_SOURCE) && parsed.has(Facts.GROUP);
                        });
    }

    /** RX-8, RX-9: a group frame of our own MAC is flooded unless its source key is a port's. */
    @ParameterizedTest
    @MethodSource("reflectedInL2")
    void shouldExplainWhichReflectionsTheKernelRecognises(Answer answer) {
        final ParsedFrame parsed = ParsedFrame.of(0, answer.sent().bytes());
        final String owner = owner(parsed.family(), parsed.source0(), parsed.source1());
        final boolean flooded = PORTS.stream().anyMatch(p -> !answer.seenBy(p).isEmpty());
        assertEquals(owner.isEmpty(), flooded);
    }

    @Test
    void shouldHaveAnAnswerForEveryFrameModeAndFlag() {
        assertEquals(63, KernelAnswers.frames().size());
        assertEquals(63 * 9, KernelAnswers.answers().size());
        assertEquals(4 * 3, reflectedInL2().count());
        for (KernelAnswers.Sent sent : KernelAnswers.frames()) {
            assertEquals("MK", sent.marker().substring(0, 2), sent.name());
            assertEquals(sent.side() == Side.TX, sent.id().startsWith("t"));
        }
        final Answer first = KernelAnswers.answers().getFirst();
        assertEquals("[H:sM,dM,ttl64]", first.seenBy("c2").toString());
        assertEquals(1, first.counter("c2", "rxp"));
        assertEquals(List.of("udp@c2"), first.udp());
        assertFalse(first.seen().containsKey("wire"));
    }

    private static Stream<Answer> answers(String mode, Side side) {
        return KernelAnswers.answers().stream()
                .filter(a -> a.mode().equals(mode) && a.sent().side() == side);
    }

    private static String owner(int family, long key0, long key1) {
        return family == Burst.NO_KEY
                ? ""
                : OWNERS.getOrDefault(new IpAddress(family, key0, key1).toString(), "");
    }
}
