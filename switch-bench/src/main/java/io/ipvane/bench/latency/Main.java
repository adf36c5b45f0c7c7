// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.dpdk.LcoreThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Measures latency, prints the table, writes the rows.
 *
 * <pre>latency DIRECTORY [quick] [keep] [rounds=N] [systems=A,B,...] [phases=RATE:SECONDS,...]
 * </pre>
 *
 * {@code DIRECTORY} gets latency.json (rows), latency-distributions.json and latency-starts.jsonl
 * (all that was seen). {@code keep}: adds to the starts that lie there; with {@code rounds=0} only
 * reports them. Rate 0 is one in flight. Exit code 1 if something could not be measured; a missed
 * target is a result.
 */
public final class Main {
    private static final int ROUNDS = 8;
    private static final int QUICK_ROUNDS = 2;
    private static final String SYSTEMS = "testpmd:io,ipvane:daemon,testpmd:mac,ipvane:daemon:busy";
    private static final String PHASES = "0:5,100000:10,1000000:10";
    private static final String QUICK_PHASES = "0:2,100000:3,1000000:3";

    /** Pools of generator and switch, with some air. */
    private static final int HUGEPAGE_MEGABYTES = 600;

    /** How long to wait for other programs to end, and how often to try again where one came. */
    private static final int QUIET_SECONDS = 30;

    private static final int TRIES = 1;

    private static final ObjectMapper JSON = new ObjectMapper();

    private Main() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        final List<String> words = new ArrayList<>(List.of(args));
        final Path directory = Path.of(words.removeFirst());
        final boolean quick = words.remove("quick");
        final boolean keep = words.remove("keep");
        final int rounds =
                Integer.parseInt(take(words, "rounds", "" + (quick ? QUICK_ROUNDS : ROUNDS)));
        final List<Subject> subjects =
                Arrays.stream(take(words, "systems", SYSTEMS).split(",", -1))
                        .map(Subject::parse)
                        .toList();
        final List<Phase> phases =
                Arrays.stream(take(words, "phases", quick ? QUICK_PHASES : PHASES).split(",", -1))
                        .map(Phase::parse)
                        .toList();
        if (!words.isEmpty()) {
            throw new IllegalArgumentException("what is " + words + "?");
        }
        if (!LcoreThread.allowedCpus().get(Links.GENERATOR_CPU)
                || !LcoreThread.allowedCpus().get(Links.SWITCH_CPU)) {
            System.err.println("bench-latency needs CPUs 0 and 1: generator and switch");
            System.exit(1);
        }
        Files.createDirectories(directory);
        final Path seen = directory.resolve("latency-starts.jsonl");
        if (!keep) {
            Files.deleteIfExists(seen);
        }
        final boolean complete = run(rounds, subjects, phases, seen);
        final Report report = new Report(read(seen));
        JSON.writerWithDefaultPrettyPrinter()
                .writeValue(directory.resolve("latency.json").toFile(), report.rows());
        JSON.writeValue(
                directory.resolve("latency-distributions.json").toFile(), report.distributions());
        report.print();
        System.exit(complete ? 0 : 1);
    }

    private static String take(List<String> words, String key, String fallback) {
        for (String word : words) {
            if (word.startsWith(key + "=")) {
                words.remove(word);
                return word.substring(key.length() + 1);
            }
        }
        return fallback;
    }

    /** Systems in turn, round after round: what changes on the host meets all of them. */
    private static boolean run(int rounds, List<Subject> subjects, List<Phase> phases, Path seen)
            throws IOException, InterruptedException {
        final List<Start> before = read(seen);
        final Path directory = Files.createTempDirectory("ipvane-latency");
        boolean complete = true;
        try {
            final Starter starter = new Starter(directory, hugepages(), phases);
            for (int i = 0; i < rounds; i++) {
                for (Subject subject : subjects) {
                    try {
                        final int round = i + rounds(before, subject);
                        append(seen, undisturbed(starter, subject, round));
                    } catch (IOException e) {
                        complete = false;
                        System.out.println(subject.name() + " not measured: " + e.getMessage());
                    }
                }
            }
        } finally {
            remove(directory);
        }
        return complete;
    }

    /** How many a system has had. */
    private static int rounds(List<Start> starts, Subject subject) {
        return (int) starts.stream().filter(s -> s.system().equals(subject.name())).count();
    }

    /** The first start that no other program disturbs, or the last that may be tried. */
    private static Start undisturbed(Starter starter, Subject subject, int round)
            throws IOException, InterruptedException {
        Start start = null;
        for (int tries = 0; tries < TRIES; tries++) {
            if (!MachineTime.awaitQuiet(QUIET_SECONDS)) {
                System.out.println("other programs keep this machine busy");
            }
            start = starter.start(subject, round);
            System.out.println(line(start));
            if (start.measurements().stream().allMatch(Measurement::undisturbed)) {
                break;
            }
        }
        return start;
    }

    private static String line(Start start) {
        final StringBuilder line = new StringBuilder();
        line.append(
                "round %d %-30s cpus %.0f/%.0f ns"
                        .formatted(
                                start.round(),
                                start.system(),
                                start.placement().getFirst(),
                                start.placement().getLast()));
        for (Measurement m : start.measurements()) {
            final Series.Sample sample = Series.Sample.of(start, m);
            line.append(
                    "%n    %-14s p50 %.2f p99.99 %.1f (quiet %.1f) max %.0f (quiet %.0f) us, waited: switch %d generator %d us, others %d stolen %d ms, disturbed %.1f%%, %s"
                            .formatted(
                                    m.phase().title(),
                                    sample.micros(50),
                                    sample.micros(99.99),
                                    sample.quietMicros(99.99),
                                    sample.micros(100),
                                    sample.quietMicros(100),
                                    m.lcore().waited() / 1000,
                                    m.generator().waited() / 1000,
                                    m.machine().foreign(),
                                    m.machine().stolen(),
                                    100 * sample.disturbed(),
                                    sample.causes()));
        }
        return line.toString();
    }

    private static void append(Path seen, Start start) throws IOException {
        Files.writeString(
                seen,
                JSON.writeValueAsString(start) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static List<Start> read(Path seen) throws IOException {
        final List<Start> starts = new ArrayList<>();
        if (Files.exists(seen)) {
            for (String line : Files.readAllLines(seen)) {
                starts.add(JSON.readValue(line, Start.class));
            }
        }
        return starts;
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
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
