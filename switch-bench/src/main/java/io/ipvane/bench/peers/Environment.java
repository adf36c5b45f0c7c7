// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What a run was measured on; {@code peers-environment.json}. */
record Environment(
        String time,
        String commit,
        String cpu,
        String cpus,
        String kernel,
        String jvm,
        List<String> jvmArguments,
        String dpdk,
        String ovs,
        boolean hugepages,
        int starts,
        double intervalSeconds) {
    static Environment of(Settings settings) throws IOException, InterruptedException {
        return new Environment(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Child.run("git", "describe", "--always", "--dirty").strip(),
                cpuModel(),
                Settings.cpus().toString(),
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
                Runtime.version().toString(),
                ManagementFactory.getRuntimeMXBean().getInputArguments(),
                Child.run("pkg-config", "--modversion", "libdpdk").strip(),
                Child.run("ovs-vsctl", "--version").lines().findFirst().orElse(""),
                settings.hugepages(),
                settings.starts(),
                settings.interval().toMillis() / 1e3);
    }

    /** One paragraph for a reader. */
    String describe() {
        return "%s, CPUs %s, kernel %s, JDK %s, DPDK %s, %s, hugepages %s%n%d starts a system, %.1f s each"
                .formatted(
                        cpu,
                        cpus,
                        kernel,
                        jvm,
                        dpdk,
                        ovs,
                        hugepages ? "yes" : "no",
                        starts,
                        intervalSeconds);
    }

    private static String cpuModel() throws IOException {
        return Files.readString(Path.of("/proc/cpuinfo"))
                .lines()
                .filter(l -> l.startsWith("model name"))
                .map(l -> l.substring(l.indexOf(':') + 2))
                .findFirst()
                .orElse("unknown");
    }
}
