// SPDX-License-Identifier: Apache-2.0
package io.ipvane.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ipvane.testing.KernelAnswers;
import io.ipvane.testing.KernelAnswers.Answer;
import io.ipvane.testing.KernelAnswers.Sent;
import io.ipvane.testing.KernelAnswers.Side;
import io.ipvane.testing.KernelAnswers.Sighting;
import io.ipvane.testing.NetSocket;
import io.ipvane.testing.NetSocket.Seen;
import io.ipvane.testing.Planes;
import io.ipvane.testing.Planes.Plane;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The frames of the measurement through the daemon, over real TAPs with real stacks behind them and
 * a real uplink: modes L2 and L3, all flags, under {@code compat: kernel} and under the default.
 * Each receiver must see what it saw behind the kernel's ipvlan, with the same mark, and the same
 * sockets must get the payload; what differs stands in {@code docs/deviations.md}, row by row.
 *
 * <p>A frame is sent into all twelve switches at once, and what is seen of it later is told by its
 * marker: the outcome does not depend on how fast this machine is.
 */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceReplayTest {
    private static final List<String> RECEIVERS = List.of("wire", "master", "c1", "c2", "c3");

    private static final List<Sent> FRAMES = KernelAnswers.frames();

    private static final List<Answer> ANSWERS =
            KernelAnswers.answers().stream().filter(a -> !a.mode().equals("l3s")).toList();

    /** Stacks report the groups that they have joined within the first two seconds. */
    private static final long QUIET_MILLIS = 3_000;

    private static final long FRAME_MILLIS = 40;
    private static final long LAST_MILLIS = 1_000;
    private static final int ROUNDS = 3;

    private record Key(String plane, String marker, String receiver) {}

    private final Map<String, Deviations> deviations =
            Map.of(
                    "kernel", Deviations.read("Over devices, compat: kernel"),
                    "improved", Deviations.read("Over devices, compat: improved"));
    private final Map<Key, List<Seen>> seen = new HashMap<>();
    private final Map<Key, JsonNode> grown = new HashMap<>();
    private final List<String> leaks = new ArrayList<>();

    @BeforeAll
    void sendEverything() throws InterruptedException {
        try (Planes planes = Planes.start(1500, "kernel", "improved")) {
            Thread.sleep(QUIET_MILLIS);
            planes.drain();
            for (Sent sent : FRAMES) {
                send(planes, sent, FRAME_MILLIS);
                planes.all().forEach(this::collect);
            }
            Thread.sleep(LAST_MILLIS);
            planes.all().forEach(this::collect);
            countAgain(planes);
            planes.daemon().stop();
            if (!planes.daemon().log().contains("event=pool_balanced")) {
                leaks.add(planes.daemon().log());
            }
        }
    }

    /** Sends a frame everywhere, and notes what was counted meanwhile. */
    private void send(Planes planes, Sent sent, long millis) throws InterruptedException {
        final JsonNode before = planes.stats();
        for (Plane plane : planes.all()) {
            final String from = sent.side() == Side.TX ? "c1" : "wire";
            assertEquals(0, plane.packets().get(from).send(sent.bytes()), "errno");
        }
        Thread.sleep(millis);
        count(sent, planes.all(), before, planes.stats());
    }

    /**
     * A stack may say something of its own while a frame is under way, which is counted too. It
     * will not do so each time, so what was counted otherwise than in the kernel is tried again,
     * and given more time in case that the machine is slow.
     */
    private void countAgain(Planes planes) throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            for (Sent sent : FRAMES) {
                if (answers().anyMatch(a -> a.sent().equals(sent) && !miscounted(a).isEmpty())) {
                    send(planes, sent, FRAME_MILLIS << (2 * round));
                }
            }
        }
    }

    private void collect(Plane plane) {
        plane.packets().forEach((who, socket) -> collect(plane, who, socket));
        plane.datagrams().forEach((who, socket) -> collect(plane, "udp@" + who, socket));
    }

    private void collect(Plane plane, String who, NetSocket socket) {
        for (Seen one : socket.received()) {
            for (Sent sent : FRAMES) {
                if (Description.has(one.bytes(), sent.marker())) {
                    seen.computeIfAbsent(
                                    new Key(plane.toString(), sent.marker(), who),
                                    k -> new ArrayList<>())
                            .add(one);
                }
            }
        }
    }

    /** By how much each counter of {@code /v1/stats} grew while a frame was under way. */
    private void count(Sent sent, List<Plane> planes, JsonNode before, JsonNode after) {
        for (int i = 0; i < after.size(); i++) {
            final JsonNode row = after.get(i);
            final String name = row.get("name").asText();
            for (Plane plane : planes) {
                final String who =
                        name.equals(plane.label(""))
                                ? row.get("role").asText()
                                : name.replaceFirst("^" + plane.label("") + "(?=c[123]$)", "");
                if (RECEIVERS.contains(who) || who.equals("uplink")) {
                    grown.put(
                            new Key(plane.toString(), sent.marker(), who),
                            growth(before.get(i), row));
                }
            }
        }
    }

    private static JsonNode growth(JsonNode before, JsonNode after) {
        final ObjectNode out = JsonNodeFactory.instance.objectNode();
        for (String counter : List.of("receivePackets", "transmitPackets", "multicast")) {
            out.put(counter, after.get(counter).asLong() - before.get(counter).asLong());
        }
        return out.put("drops", drops(after) - drops(before));
    }

    private static long drops(JsonNode row) {
        long sum = 0;
        for (JsonNode count : row.get("drops")) {
            sum += count.asLong();
        }
        return sum;
    }

    @AfterAll
    void everyDeviationIsNeeded() {
        final List<String> unneeded = new ArrayList<>();
        deviations.values().forEach(table -> unneeded.addAll(table.unneeded()));
        assertEquals(List.of(), unneeded, "rows of docs/deviations.md that no case needs");
    }

    @Test
    void shouldGiveEveryFrameBackToThePool() {
        assertEquals(List.of(), leaks);
    }

    static Stream<Answer> answers() {
        return ANSWERS.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void shouldShowEachReceiverWhatTheKernelShowed(Answer answer) {
        assertEquals(List.of(), differences("kernel", answer), "receiver: kernel, ours");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void shouldLeaveTheKernelOnlyWhereItImproves(Answer answer) {
        assertEquals(List.of(), differences("improved", answer), "receiver: kernel, ours");
    }

    /**
     * CNT-1 to CNT-4, under {@code compat: kernel}. In L2 all counters are compared. In L3 both
     * hosts and switches asked for neighbours of their own accord, so there only that what the
     * kernel counts as dropped is dropped.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void shouldCountWhatTheKernelCounted(Answer answer) {
        assertEquals(List.of(), miscounted(answer), "counter: kernel, ours");
    }

    private List<String> miscounted(Answer answer) {
        final List<String> wrong = new ArrayList<>();
        if (answer.mode().equals("l2")) {
            for (String port : List.of("c1", "c2", "c3")) {
                final JsonNode ours = grown(answer, port);
                final int drops = ours.get("drops").asInt();
                judgeCounter(answer, port, "rxp", ours.get("transmitPackets").asInt(), wrong);
                judgeCounter(answer, port, "mc", ours.get("multicast").asInt(), wrong);
                judgeCounter(
                        answer, port, "txp", ours.get("receivePackets").asInt() - drops, wrong);
                judgeCounter(answer, port, "txd", drops, wrong);
            }
            final JsonNode uplink = grown(answer, "uplink");
            judgeCounter(answer, "master", "rxp", uplink.get("receivePackets").asInt(), wrong);
            judgeCounter(answer, "master", "txp", uplink.get("transmitPackets").asInt(), wrong);
        } else if (!answer.result().equals("ok") && grown(answer, "c1").get("drops").asInt() == 0) {
            wrong.add("c1.txd: " + answer.counter("c1", "txd") + ", 0");
        }
        return wrong;
    }

    private JsonNode grown(Answer answer, String who) {
        final String plane = "kernel " + answer.mode() + " " + answer.flag();
        return grown.get(new Key(plane, answer.sent().marker(), who));
    }

    private void judgeCounter(
            Answer answer, String device, String counter, int ours, List<String> wrong) {
        final int kernel = answer.counter(device, counter);
        if (kernel != ours) {
            judge("kernel", answer, device + "." + counter, "" + kernel, "" + ours, wrong);
        }
    }

    private List<String> differences(String compat, Answer answer) {
        final List<String> wrong = new ArrayList<>();
        for (String receiver : RECEIVERS) {
            final List<Seen> ours = seenBy(compat, answer, receiver);
            final String kernel = Description.of(descriptions(answer.seenBy(receiver)));
            final String we =
                    Description.of(ours.stream().map(s -> Description.of(s.bytes())).toList());
            if (!kernel.equals(we)) {
                judge(compat, answer, receiver, kernel, we, wrong);
            } else {
                final String marks = marks(answer.seenBy(receiver).stream().map(Sighting::mark));
                final String ourMarks = marks(ours.stream().map(Seen::mark));
                if (!marks.equals(ourMarks)) {
                    judge(compat, answer, receiver, marks, ourMarks, wrong);
                }
            }
        }
        final String kernel = Description.of(new TreeSet<>(answer.udp()));
        final String we = Description.of(udp(compat, answer));
        if (!kernel.equals(we)) {
            judge(compat, answer, "udp", kernel, we, wrong);
        }
        return wrong;
    }

    private void judge(
            String compat,
            Answer answer,
            String receiver,
            String kernel,
            String ours,
            List<String> wrong) {
        if (!deviations
                .get(compat)
                .excuse(answer.mode(), answer.flag(), answer.sent().id(), receiver, kernel, ours)) {
            wrong.add(receiver + ": " + kernel + ", " + ours);
        }
    }

    private List<Seen> seenBy(String compat, Answer answer, String receiver) {
        final String plane = compat + " " + answer.mode() + " " + answer.flag();
        return seen.getOrDefault(new Key(plane, answer.sent().marker(), receiver), List.of());
    }

    private Set<String> udp(String compat, Answer answer) {
        final TreeSet<String> all = new TreeSet<>();
        for (String who : List.of("ext", "host", "c1", "c2", "c3")) {
            if (!seenBy(compat, answer, "udp@" + who).isEmpty()) {
                all.add("udp@" + who);
            }
        }
        return all;
    }

    private static List<String> descriptions(List<Sighting> sightings) {
        return sightings.stream().map(Sighting::description).toList();
    }

    private static String marks(Stream<Character> marks) {
        return String.join("", marks.map(String::valueOf).toList());
    }
}
