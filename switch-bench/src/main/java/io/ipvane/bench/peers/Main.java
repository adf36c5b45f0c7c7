// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs the scenarios, prints the table, writes the rows.
 *
 * <pre>peers IMAGE FILE [quick] [starts=N] [SCENARIO...]</pre>
 *
 * {@code quick}: two short starts a system, to try; {@code starts=N}: as many instead of eight.
 * Without names all scenarios run. Exit code 1 if one could not be measured; a missed target is a
 * result.
 */
public final class Main {
    private static final int STARTS = 8;
    private static final int QUICK_STARTS = 2;

    /** The largest case: a million frames, and the pool behind them. */
    private static final int HUGEPAGE_MEGABYTES = 960;

    private Main() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        final List<String> words = new ArrayList<>(List.of(args));
        final Path image = Path.of(words.removeFirst());
        final Path file = Path.of(words.removeFirst());
        final boolean quick = words.remove("quick");
        final int starts = starts(words, quick ? QUICK_STARTS : STARTS);
        if (Settings.cpus().cardinality() < 2) {
            System.err.println("bench-peers needs two CPUs: one forwards, one does the rest");
            System.exit(1);
        }
        final Path directory = Files.createTempDirectory("ipvane-peers");
        AtExit.add(() -> remove(directory));
        final Settings settings =
                new Settings(starts, Duration.ofSeconds(quick ? 1 : 2), hugepages(), directory);
        final Environment environment = Environment.of(settings);
        System.out.println(environment.describe());
        final List<Comparison> comparisons = new ArrayList<>();
        final boolean complete = run(settings, chosen(words, image), comparisons);
        Report.write(file, comparisons, environment);
        Report.print(comparisons);
        System.out.printf("%nwrote %s%n", file);
        System.exit(complete ? 0 : 1);
    }

    /** Takes the word that says it, if there is one. */
    private static int starts(List<String> words, int otherwise) {
        int starts = otherwise;
        for (String word : List.copyOf(words)) {
            if (word.startsWith("starts=")) {
                starts = Integer.parseInt(word.substring("starts=".length()));
                words.remove(word);
            }
        }
        return starts;
    }

    private static List<Scenario> chosen(List<String> names, Path image) {
        final List<Scenario> all =
                List.of(
                        new ReferenceScenario(),
                        new TestpmdScenario(),
                        new OvsScenario(),
                        new SelfScenario(),
                        new HashScenario(),
                        new VhostScenario(),
                        new TcpScenario(image.resolve("bin/ipvane")),
                        new TapScenario(image.resolve("bin/ipvane")));
        for (String name : names) {
            if (all.stream().noneMatch(s -> s.name().equals(name))) {
                throw new IllegalArgumentException(
                        "no scenario is called '%s'; there are %s"
                                .formatted(name, all.stream().map(Scenario::name).toList()));
            }
        }
        return names.isEmpty() ? all : all.stream().filter(s -> names.contains(s.name())).toList();
    }

    private static boolean run(
            Settings settings, List<Scenario> scenarios, List<Comparison> comparisons)
            throws InterruptedException {
        boolean complete = true;
        for (Scenario scenario : scenarios) {
            final long begin = System.nanoTime();
            System.out.println("==> " + scenario.name());
            try {
                comparisons.addAll(scenario.run(settings));
            } catch (IOException | IllegalStateException e) {
                complete = false;
                System.out.println("    not measured: " + e.getMessage());
            }
            settings.say("took %d s", (System.nanoTime() - begin) / 1_000_000_000);
        }
        return complete;
    }

    private static boolean hugepages() throws IOException {
        final Path directory = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB");
        return Files.exists(directory)
                && 2
                                * Integer.parseInt(
                                        Files.readString(directory.resolve("free_hugepages"))
                                                .strip())
                        >= HUGEPAGE_MEGABYTES;
    }

    private static void remove(Path directory) throws IOException {
        final List<Path> all;
        try (Stream<Path> files = Files.walk(directory)) {
            all = files.toList();
        }
        for (Path each : all.reversed()) {
            Files.delete(each);
        }
    }
}
