// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.memory.NativeLibrary;
import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Daemon;
import io.ipvane.testing.Machine;
import io.ipvane.testing.Netns;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A namespace sends whatever it likes, with whatever virtio headers, in each mode and flag; two
 * neighbours go on, and at the end every frame is back in the pool. {@code make fuzz} runs it for
 * longer.
 */
@Tag("e2e")
final class TapFuzzE2eTest {
    private static final long SEED = Long.getLong("ipvane.fuzz.seed", 1);

    /** Of each mode and flag. */
    private static final long SECONDS =
            Math.max(1, Long.getLong("ipvane.fuzz.seconds", 0) / Way.ALL.size());

    /** Of a hundred echoes that neighbours exchange, on a machine that other tests share. */
    private static final int LEAST_ANSWERED = 90;

    private static final Pattern COUNTS =
            Pattern.compile("(\\d+) packets transmitted, (\\d+) received");

    /** A port of the namespace that attacks, in a mode of its own. */
    private record Way(String mode, String flag, int number) {
        static final List<Way> ALL =
                IntStream.range(0, 6)
                        .mapToObj(
                                i ->
                                        new Way(
                                                i < 3 ? "l2" : "l3",
                                                List.of("bridge", "private", "vepa").get(i % 3),
                                                i))
                        .toList();

        int last() {
            return 21 + number;
        }

        String port(String namespace) {
            return """
                  - { name: red%d, uplink: wan0, type: tap, netns: %s, interface: eth%d, mode: %s, flag: %s,
                      addresses: ["10.0.0.%d/24", "fd00::%x/64"] }
                """
                    .formatted(number, namespace, number, mode, flag, last(), last());
        }
    }

    @Test
    void shouldGoOnWhateverANamespaceSends() throws Exception {
        Machine.needsRoot();
        final Path program = program();
        try (Netns net = Netns.of("switch", "outside", "blue", "green", "red")) {
            net.veth("switch", "up0", "outside", "eth0");
            net.address("outside", "eth0", "10.0.0.254/24");
            net.address("outside", "eth0", "fd00::fe/64");
            try (Daemon daemon = Daemon.start(net, "switch", yaml(net))) {
                for (Way way : Way.ALL) {
                    attack(net, daemon, program, way);
                }
                net.exec("blue", "ping", "-c", "3", "-i", "0.2", "-W", "2", "10.0.0.12").orFail();
                daemon.stop();
                assertTrue(daemon.log().contains("event=pool_balanced"), daemon::log);
                assertFalse(daemon.log().contains("event=stage_error"), daemon::log);
            }
        }
    }

    private static Path program() {
        final Path shim = Path.of(System.getProperty(NativeLibrary.PROPERTY, ""));
        final Path program = shim.resolveSibling("fuzz").resolve("tap_fuzz");
        Assumptions.assumeTrue(
                Files.isExecutable(program), program + " is not built: make -C native fuzz");
        return program;
    }

    private static String yaml(Netns net) {
        final StringBuilder ports = new StringBuilder();
        Way.ALL.forEach(way -> ports.append(way.port(net.name("red"))));
        return """
               eal: { hugepages: "off" }
               threads: { plan: shared, lcores: [0] }
               uplinks:
                 - name: wan0
                   device: "af_packet:up0"
                   host: { interface: ipvane0, addresses: ["10.0.0.1/24", "fd00::1/64"] }
               ports:
                 - { name: blue, uplink: wan0, type: tap, netns: %s, interface: eth0, addresses: ["10.0.0.11/24", "fd00::11/64"] }
                 - { name: green, uplink: wan0, type: tap, netns: %s, interface: eth0, addresses: ["10.0.0.12/24", "fd00::12/64"] }
               %s"""
                .formatted(net.name("blue"), net.name("green"), ports);
    }

    private static void attack(Netns net, Daemon daemon, Path program, Way way) throws Exception {
        final String count = Long.toString(SECONDS * 100);
        final Process neighbours =
                new ProcessBuilder(
                                net.inside(
                                        "blue",
                                        "ping",
                                        "-q",
                                        "-i",
                                        "0.01",
                                        "-c",
                                        count,
                                        "-W",
                                        "2",
                                        "10.0.0.12"))
                        .redirectErrorStream(true)
                        .start();
        final Result fuzz =
                net.exec(
                        Duration.ofSeconds(SECONDS + 60),
                        "red",
                        program.toString(),
                        Long.toString(SECONDS),
                        Long.toString(SEED + way.number),
                        "eth" + way.number,
                        Integer.toString(way.last()));
        final String said =
                new String(neighbours.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        System.out.printf("%s: %s%s%n", way, fuzz.output(), said);
        fuzz.orFail();
        assertEquals(200, daemon.get("/readyz").status(), daemon::log);
        final Matcher counts = COUNTS.matcher(said);
        assertTrue(counts.find(), said);
        assertTrue(
                Integer.parseInt(counts.group(2)) * 100
                        >= Integer.parseInt(counts.group(1)) * LEAST_ANSWERED,
                () -> way + ": " + said + daemon.get("/v1/stats").body());
    }
}
