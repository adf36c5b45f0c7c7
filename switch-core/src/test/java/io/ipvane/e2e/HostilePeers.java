// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.e2e.ScriptedPeer.Protocol;
import io.ipvane.e2e.ScriptedPeer.Who;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A switch with ports for peers that do what nobody should, one violation at a port, and what it
 * promises meanwhile: the process lives, two TAP ports see nothing of it, another peer can come
 * while the bad one is there, and when it has gone a good one takes its place. A few at a time, of
 * any threads.
 */
final class HostilePeers implements AutoCloseable {
    private static final Setup PLAIN = new Setup(Setup.Plan.SHARED, Setup.Uplink.AF_PACKET);

    private static final Duration LIMIT = Duration.ofSeconds(40);

    /** How long a peer that is not thrown out stays, in seconds. */
    private static final String STAY = "1";

    /** The same of one that has to be thrown out; the switch looks at each port once a second. */
    private static final String STAY_LONG = "10";

    /** Echoes that the neighbours may lose between the first answer and the last; usually none. */
    private static final int MOST_LOST = 1;

    /** Descriptors that all of them may leave open: what the daemon opens and closes by itself. */
    private static final int SPARE_DESCRIPTORS = 8;

    /** Lines in the log about the port while a violation is committed. */
    private static final int MOST_LINES = 30;

    private static final Pattern ANSWER = Pattern.compile("icmp_seq=(\\d+)");

    private final Protocol protocol;
    private final Path folder;
    private final SwitchNetwork network;
    private final long descriptors;
    private final long mappings;
    private final BlockingQueue<Place> places;

    /** Ports for one violation at a time. */
    private record Place(Who bad, Who good, Who badOwner) {
        String ports() {
            return Stream.of(bad, good, badOwner).map(Place::port).collect(joining());
        }

        private static String port(Who who) {
            return """
              - { name: %s, uplink: wan0, type: %s, socket: %s, role: %s, addresses: ["%s/24"] }
            """
                    .formatted(
                            who.socket().getFileName(),
                            who.protocol().type,
                            who.socket(),
                            who.listens() ? "client" : "server",
                            who.address());
        }
    }

    /**
     * Starts the switch.
     *
     * @param folder for sockets
     * @param violations at a time: more would wait for the two CPUs of a small machine
     */
    HostilePeers(Protocol protocol, Path folder, int violations) {
        Machine.needsProgram("python3");
        this.protocol = protocol;
        this.folder = folder;
        final List<Place> all = IntStream.range(0, violations).mapToObj(this::place).toList();
        places = new ArrayBlockingQueue<>(violations, false, all);
        network =
                SwitchNetwork.start(PLAIN, "l2", all.stream().map(Place::ports).collect(joining()));
        descriptors = network.daemon().descriptors();
        mappings = network.daemon().sharedMappings();
    }

    private Place place(int number) {
        return new Place(
                who("bad" + number, false, 20 + number),
                who("good" + number, false, 30 + number),
                who("owner" + number, true, 40 + number));
    }

    private Who who(String name, boolean listens, int last) {
        return new Who(
                protocol,
                folder.resolve(name),
                listens,
                "52:54:00:00:00:" + last,
                "10.0.0." + last,
                "10.0.0.11");
    }

    /** One violation, by a peer that connects to the switch. */
    void commit(String violation) throws Exception {
        commit(false, violation);
    }

    /** The same by one that owns the socket: the switch comes back to it again and again. */
    void commitAsOwner(String violation) throws Exception {
        commit(true, violation);
    }

    /** One violation that ends the connection, by a peer that connects to the switch. */
    void commitAndBeThrownOut(String violation) throws Exception {
        final Place place = places.take();
        try {
            final String outcome = commit(place.bad, place.good, violation, STAY_LONG);
            assertTrue(outcome.contains("closed"), () -> violation + " was " + outcome);
        } finally {
            places.add(place);
        }
    }

    private void commit(boolean owner, String violation) throws Exception {
        final Place place = places.take();
        try {
            commit(owner ? place.badOwner : place.bad, place.good, violation, STAY);
        } finally {
            places.add(place);
        }
    }

    private String commit(Who bad, Who good, String violation, String stay) throws IOException {
        ensureRunning();
        final long lines = network.daemon().log().lines().count();
        final long kernelDrops = network.kernelDrops();
        final Process neighbours = pingBetweenTaps();
        final String outcome;
        final Result other;
        try (ScriptedPeer peer = ScriptedPeer.start(bad, violation, "--stay", stay)) {
            assertEquals("committed", peer.line(), "the violation was not committed");
            other = ScriptedPeer.ping(good);
            outcome = peer.end(LIMIT).orFail().output();
        }
        final Result again = ScriptedPeer.ping(bad);
        // Told so, it says what it has counted.
        Command.run("kill", "-INT", Long.toString(neighbours.pid())).orFail();
        final String said =
                new String(neighbours.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        System.out.printf(
                "%s: %s; %s; %d descriptors open%n",
                violation, outcome.strip(), again.output().strip(), network.daemon().descriptors());
        assertEquals(200, network.daemon().get("/readyz").status(), "the daemon is ready");
        assertTrue(other.ok(), () -> "another peer while it was there: " + other);
        assertTrue(again.ok(), () -> "a good peer after it: " + again);
        final long mostLost = MOST_LOST + network.kernelDrops() - kernelDrops;
        assertTrue(lost(said) <= mostLost, () -> "the neighbours lost echoes: " + said + stats());
        final String port = bad.socket().getFileName().toString();
        final List<String> log =
                network.daemon().log().lines().skip(lines).filter(l -> l.contains(port)).toList();
        assertTrue(log.size() <= MOST_LINES, () -> "the log fills up: " + log);
        return outcome;
    }

    private String stats() {
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
    private synchronized void ensureRunning() {
        if (!network.daemon().isAlive()) {
            network.restart("l2");
        }
    }

    /** Echoes from one TAP port to another, a hundred a second, until it is told to end. */
    private Process pingBetweenTaps() throws IOException {
        return new ProcessBuilder(
                        network.net()
                                .inside(BLUE, "ping", "-n", "-i", "0.01", "-W", "2", "10.0.0.12"))
                .redirectErrorStream(true)
                .start();
    }

    /**
     * The switch has not ended by itself, holds nothing of them, and leaves as it should.
     *
     * @param lostDescriptors that it may have lost for good
     */
    void stop(int lostDescriptors) {
        final long most = descriptors + SPARE_DESCRIPTORS + lostDescriptors;
        Eventually.holds(
                "descriptors are closed again: there were " + descriptors,
                () -> network.daemon().descriptors() <= most);
        Eventually.holds(
                "memory is unmapped again: there were " + mappings,
                () -> network.daemon().sharedMappings() <= mappings);
        network.daemon().stop();
    }

    /** Takes the network away. */
    @Override
    public void close() {
        network.close();
    }
}
