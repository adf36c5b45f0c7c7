// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The daemon as it is installed, plan {@code shared}, one lcore, an uplink that is silent. */
final class IpvaneDaemon implements TapSwitch.Started {
    private static final Pattern READY = Pattern.compile("event=ready");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path program;
    private final String server;
    private final Child child;

    private IpvaneDaemon(Path program, String server, Child child) {
        this.program = program;
        this.server = server;
        this.child = child;
    }

    /**
     * Starts it; when this returns it is ready.
     *
     * @param program {@code bin/ipvane} of the image
     * @param ports each as in the configuration; their uplink is {@code wan0}
     */
    static IpvaneDaemon start(Settings settings, Path program, List<String> ports)
            throws IOException, InterruptedException {
        final Path file = settings.directory().resolve("ipvane.yaml");
        final String server = "unix:" + settings.directory().resolve("admin.sock");
        Files.writeString(file, configuration(server, ports));
        final Child child =
                Child.start(
                        "ipvane", List.of(program.toString(), "run", "--config", file.toString()));
        try {
            child.await(READY, PATIENCE);
            return new IpvaneDaemon(program, server, child);
        } catch (IOException | InterruptedException | RuntimeException e) {
            child.close();
            throw e;
        }
    }

    private static String configuration(String server, List<String> ports) {
        return """
            eal: { hugepages: auto }
            threads: { plan: shared, lcores: [%d] }
            uplinks:
              - { name: wan0, device: "vdev:net_null0,no-rx=1", mode: l2 }
            ports:
              - %s
            admin: { listen: ["%s"] }
            """
                .formatted(Settings.controlCpu(), String.join("\n  - ", ports), server);
    }

    /** Counters of a port, as {@code ipvane stats} shows them. */
    JsonNode stats(String port) throws IOException, InterruptedException {
        final String output =
                Child.run(
                        List.of(program.toString(), "-j", "--server=" + server, "stats", port),
                        Map.of());
        return new ObjectMapper().readTree(output).path(0);
    }

    @Override
    public long pid() {
        return child.pid();
    }

    @Override
    public void close() {
        child.close();
    }
}
