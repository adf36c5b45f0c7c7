// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** On what numbers were measured. */
final class Environment {
    private static final Path HUGEPAGES =
            Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");

    private Environment() {}

    /** Names and values, for the report. */
    static Map<String, Object> describe() {
        final Map<String, Object> all = new LinkedHashMap<>();
        all.put("cpu", cpu());
        all.put("cores", Runtime.getRuntime().availableProcessors());
        all.put("kernel", System.getProperty("os.version"));
        all.put("jdk", Runtime.version() + " " + System.getProperty("java.vm.name"));
        all.put("jvmFlags", ManagementFactory.getRuntimeMXBean().getInputArguments());
        all.put("dpdk", output("pkg-config", "--modversion", "libdpdk"));
        all.put("hugepages", hugepages());
        all.put("commit", output("git", "describe", "--always", "--abbrev=40", "--dirty"));
        all.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        return all;
    }

    private static String cpu() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 2))
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hugepages() {
        try {
            return Files.readString(HUGEPAGES).trim() + " x 2 MB";
        } catch (IOException e) {
            return "none";
        }
    }

    /** What a command prints; "unknown" where it fails or is not there. */
    private static String output(String... command) {
        try {
            final Process process =
                    new ProcessBuilder(List.of(command))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            final String text = new String(process.getInputStream().readAllBytes(), UTF_8).trim();
            return process.waitFor() == 0 ? text : "unknown";
        } catch (IOException e) {
            return "unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }
}
