// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** The daemon as it is installed, two TAP ports, plan {@code shared}, an uplink that is silent. */
record IpvaneTap(Path program) implements TapSwitch {
    private static final Pattern READY = Pattern.compile("event=ready");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Override
    public String system() {
        return "ipvane";
    }

    private static String configuration(Path directory) {
        return """
            eal: { hugepages: auto }
            threads: { plan: shared, lcores: [%d] }
            uplinks:
              - { name: wan0, device: "vdev:net_null0,no-rx=1", mode: l2 }
            ports:
              - { name: left, uplink: wan0, type: tap, netns: %s, interface: eth0, addresses: ["%s/24"] }
              - { name: right, uplink: wan0, type: tap, netns: %s, interface: eth0, addresses: ["%s/24"] }
            admin: { listen: ["unix:%s/admin.sock"] }
            """
                .formatted(
                        Settings.controlCpu(),
                        TapNetwork.LEFT,
                        TapNetwork.LEFT_ADDRESS,
                        TapNetwork.RIGHT,
                        TapNetwork.RIGHT_ADDRESS,
                        directory);
    }

    @Override
    public Started start(Settings settings) throws IOException, InterruptedException {
        final Path file = settings.directory().resolve("ipvane.yaml");
        Files.writeString(file, configuration(settings.directory()));
        final Child child =
                Child.start(
                        "ipvane", List.of(program.toString(), "run", "--config", file.toString()));
        try {
            child.await(READY, PATIENCE);
            return new Running(child);
        } catch (IOException | InterruptedException | RuntimeException e) {
            child.close();
            throw e;
        }
    }

    private record Running(Child child) implements Started {
        @Override
        public long pid() {
            return child.pid();
        }

        @Override
        public void close() {
            child.close();
        }
    }
}
