// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.e2e.VhostPeer.Guest;
import io.ipvane.testing.Command;
import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Guests that do what no driver does, one violation each, at a vhost-user port of a switch that
 * goes on: the process lives, two TAP ports see nothing of it, another guest can come while the bad
 * one is there, and when it has gone a good one takes its place. A few do so at a time.
 */
@Tag("e2e")
@Execution(ExecutionMode.CONCURRENT)
final class HostileGuestE2eTest {
    private static final Setup PLAIN = new Setup(Setup.Plan.SHARED, Setup.Uplink.AF_PACKET);

    private static final Duration LIMIT = Duration.ofSeconds(40);

    /** How long a guest that is not thrown out stays. */
    private static final String STAY = "1";

    /** Echoes that the neighbours may lose between the first answer and the last; usually none. */
    private static final int MOST_LOST = 1;

    /** Descriptors that all of them may leave open: what the daemon opens and closes by itself. */
    private static final int SPARE_DESCRIPTORS = 8;

    /**
     * DPDK's library loses those that come with a message for a ring beyond its last: always 20
     * times 8, of {@code descriptors-left-behind} in either role.
     */
    private static final int LOST_DESCRIPTORS = 2 * 160;

    /** Lines in the log about the port while a violation is committed. */
    private static final int MOST_LINES = 30;

    private static final Pattern ANSWER = Pattern.compile("icmp_seq=(\\d+)");

    @TempDir private static Path folder;
    private static SwitchNetwork network;
    private static long descriptors;
    private static final BlockingQueue<Place> PLACES =
            new ArrayBlockingQueue<>(Place.COUNT, false, Place.all());

    /** Ports for one violation at a time. */
    private record Place(int number) {
        /** More would wait for the two CPUs of a small machine. */
        static final int COUNT = 4;

        static List<Place> all() {
            return IntStream.range(0, COUNT).mapToObj(Place::new).toList();
        }

        Guest bad() {
            return guest("bad", false, 20);
        }

        Guest good() {
            return guest("good", false, 30);
        }

        Guest badOwner() {
            return guest("owner", true, 40);
        }

        private Guest guest(String name, boolean listens, int last) {
            return new Guest(
                    folder.resolve(name + number),
                    listens,
                    "52:54:00:00:00:" + (last + number),
                    "10.0.0." + (last + number),
                    "10.0.0.11");
        }

        String ports() {
            return Stream.of(bad(), good(), badOwner()).map(Place::port).collect(joining());
        }

        private static String port(Guest guest) {
            return """
              - { name: %s, uplink: wan0, type: vhost-user, socket: %s, role: %s, addresses: ["%s/24"] }
            """
                    .formatted(
                            guest.socket().getFileName(),
                            guest.socket(),
                            guest.listens() ? "client" : "server",
                            guest.address());
        }
    }

    @BeforeAll
    static void start() {
        Machine.needsProgram("python3");
        network =
                SwitchNetwork.start(
                        PLAIN, "l2", Place.all().stream().map(Place::ports).collect(joining()));
        descriptors = network.daemon().descriptors();
    }

    /** The daemon has not ended by itself, holds nothing of them, and leaves as it should. */
    @AfterAll
    static void stop() {
        if (network != null) {
            try (SwitchNetwork ended = network) {
                final long most = descriptors + SPARE_DESCRIPTORS + LOST_DESCRIPTORS;
                Eventually.holds(
                        "descriptors are closed again: there were " + descriptors,
                        () -> ended.daemon().descriptors() <= most);
                ended.daemon().stop();
            }
        }
    }

    static Stream<String> violations() {
        return VhostPeer.violations().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("violations")
    void shouldGoOn(String violation) throws Exception {
        commit(Place::bad, violation);
    }

    /** Where the guest owns the socket, the switch comes back to it again and again. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "random-bytes",
                "half-a-message",
                "descriptors-left-behind",
                "connections-in-a-storm",
                "memory-larger-than-its-file",
                "memory-file-truncated",
                "frames-outside-memory",
                "buffers-of-one-byte",
                "disconnect-in-a-burst"
            })
    void shouldGoOnWhereTheGuestOwnsTheSocket(String violation) throws Exception {
        commit(Place::badOwner, violation);
    }

    private static void commit(Function<Place, Guest> guest, String violation) throws Exception {
        final Place place = PLACES.take();
        try {
            commit(guest.apply(place), place.good(), violation);
        } finally {
            PLACES.add(place);
        }
    }

    private static void commit(Guest guest, Guest good, String violation) throws IOException {
        ensureRunning();
        final long lines = network.daemon().log().lines().count();
        final long kernelDrops = network.kernelDrops();
        final Process neighbours = pingBetweenTaps();
        final String outcome;
        final Result other;
        try (VhostPeer peer = VhostPeer.start(guest, violation, "--stay", STAY)) {
            assertEquals("committed", peer.line(), "the violation was not committed");
            other = VhostPeer.ping(good);
            outcome = peer.end(LIMIT).orFail().output();
        }
        final Result again = VhostPeer.ping(guest);
        // Told so, it says what it has counted.
        Command.run("kill", "-INT", Long.toString(neighbours.pid())).orFail();
        final String said =
                new String(neighbours.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        System.out.printf(
                "%s: %s; %s; %d descriptors open%n",
                violation, outcome.strip(), again.output().strip(), network.daemon().descriptors());
        assertEquals(200, network.daemon().get("/readyz").status(), "the daemon is ready");
        assertTrue(other.ok(), () -> "another guest while it was there: " + other);
        assertTrue(again.ok(), () -> "a good guest after it: " + again);
        final long mostLost = MOST_LOST + network.kernelDrops() - kernelDrops;
        assertTrue(lost(said) <= mostLost, () -> "the neighbours lost echoes: " + said + stats());
        final String port = guest.socket().getFileName().toString();
        final List<String> log =
                network.daemon().log().lines().skip(lines).filter(l -> l.contains(port)).toList();
        assertTrue(log.size() <= MOST_LINES, () -> "the log fills up: " + log);
    }

    private static String stats() {
        return network.daemon().get("/v1/stats").body();
    }

    /**
     * Gaps before the last answer: those after it were under way when the program was told to end.
     */
    private static int lost(String ping) {
        final Matcher answer = ANSWER.matcher(ping);
        int last = 0;
        int answers = 0;
        while (answer.find()) {
            last = Math.max(last, Integer.parseInt(answer.group(1)));
            answers++;
        }
        assertTrue(answers > 0, () -> "the neighbours got no echo: " + ping);
        return last - answers;
    }

    /** A violation that ended the daemon is one test that fails, not all that follow. */
    private static synchronized void ensureRunning() {
        if (!network.daemon().isAlive()) {
            network.restart("l2");
        }
    }

    /** Echoes from one TAP port to another, a hundred a second, until it is told to end. */
    private static Process pingBetweenTaps() throws IOException {
        return new ProcessBuilder(
                        network.net()
                                .inside(BLUE, "ping", "-n", "-i", "0.01", "-W", "2", "10.0.0.12"))
                .redirectErrorStream(true)
                .start();
    }
}
