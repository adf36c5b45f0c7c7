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
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A run over several systems, round after round: what changes on the host meets all of them. Every
 * start is kept in a file, a line of JSON each, so that a run can be added to. One thread.
 */
public final class Latency {
    /** What is compared where nothing else is asked for. */
    public static final String SYSTEMS =
            "testpmd:io,ipvane:daemon,testpmd:mac,ipvane:daemon:busy,ipvane:daemon:run-to-completion";

    /** One in flight, 100 kpps and 1 Mpps. */
    public static final String PHASES = "0:5,100000:10,1000000:10";

    /** The same, to try. */
    public static final String QUICK_PHASES = "0:2,100000:3,1000000:3";

    /** Pools of generator and switch, with some air. */
    private static final int HUGEPAGE_MEGABYTES = 600;

    /** How long to wait for other programs to end. */
    private static final int QUIET_SECONDS = 30;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final Path seen;
    private final List<Subject> subjects;
    private final List<Phase> phases;
    private final int tries;

    /**
     * @param directory gets the starts, {@code latency-starts.jsonl}, and the results
     * @param systems their names, with commas between them: see {@link Main}
     * @param phases RATE:SECONDS, with commas between them
     * @param tries how often a system is started in a round until no other program disturbs it
     */
    public Latency(Path directory, String systems, String phases, int tries) {
        this.directory = directory;
        this.seen = directory.resolve("latency-starts.jsonl");
        this.subjects = Arrays.stream(systems.split(",", -1)).map(Subject::parse).toList();
        this.phases = Arrays.stream(phases.split(",", -1)).map(Phase::parse).toList();
        this.tries = tries;
    }

    /** Whether this machine has CPUs for generator and switch, and this process may use them. */
    public static boolean possible() {
        return LcoreThread.allowedCpus().get(Links.GENERATOR_CPU)
                && LcoreThread.allowedCpus().get(Links.SWITCH_CPU);
    }

    /** Forgets the starts that lie in the directory. */
    public void forget() throws IOException {
        Files.deleteIfExists(seen);
    }

    /** Runs so many rounds; false where a system could not be measured, and says why. */
    public boolean run(int rounds) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        final List<Start> before = starts();
        final Path scratch = Files.createTempDirectory("ipvane-latency");
        boolean complete = true;
        try {
            final Starter starter = new Starter(scratch, hugepages(), phases);
            for (int i = 0; i < rounds; i++) {
                for (Subject subject : subjects) {
                    try {
                        append(start(starter, subject, i + rounds(before, subject)));
                    } catch (IOException e) {
                        complete = false;
                        System.out.println(subject.name() + " not measured: " + e.getMessage());
                    }
                }
            }
        } finally {
            remove(scratch);
        }
        return complete;
    }

    /** How many a system has had. */
    private static int rounds(List<Start> starts, Subject subject) {
        return (int) starts.stream().filter(s -> s.system().equals(subject.name())).count();
    }

    /** The first start that no other program disturbs, or the last that may be tried. */
    private Start start(Starter starter, Subject subject, int round)
            throws IOException, InterruptedException {
        Start start = null;
        for (int i = 0; i < tries; i++) {
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
                String.format(
                        Locale.ROOT,
                        "round %d %-30s cpus %.0f/%.0f ns",
                        start.round(),
                        start.system(),
                        start.placement().getFirst(),
                        start.placement().getLast()));
        for (Measurement m : start.measurements()) {
            final Series.Sample sample = Series.Sample.of(start, m);
            line.append(
                    String.format(
                            Locale.ROOT,
                            "%n    %-14s p50 %.2f, p99.99 %.1f (quiet %.1f), max %.0f (quiet %.0f) us; waited for a CPU: switch %d, generator %d us; others ran %d ms, disturbed %.1f%%; %s",
                            m.phase().title(),
                            View.EVERY.micros(sample, 50),
                            View.EVERY.micros(sample, 99.99),
                            View.QUIET.micros(sample, 99.99),
                            View.EVERY.micros(sample, 100),
                            View.QUIET.micros(sample, 100),
                            m.lcore().waited() / 1000,
                            m.generator().waited() / 1000,
                            m.machine().foreign(),
                            100 * sample.disturbed(),
                            sample.causes()));
        }
        return line.toString();
    }

    private void append(Start start) throws IOException {
        Files.writeString(
                seen,
                JSON.writeValueAsString(start) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private List<Start> starts() throws IOException {
        final List<Start> starts = new ArrayList<>();
        if (Files.exists(seen)) {
            for (String line : Files.readAllLines(seen)) {
                starts.add(JSON.readValue(line, Start.class));
            }
        }
        return starts;
    }

    /** Of all starts in the directory; writes its rows and distributions there. */
    public Report report() throws IOException {
        final Report report = new Report(starts());
        JSON.writerWithDefaultPrettyPrinter()
                .writeValue(directory.resolve("latency.json").toFile(), report.rows());
        JSON.writeValue(
                directory.resolve("latency-distributions.json").toFile(), report.distributions());
        return report;
    }

    private static boolean hugepages() throws IOException {
        final Path free =
                Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB").resolve("free_hugepages");
        return Files.exists(free)
                && 2 * Integer.parseInt(Files.readString(free).strip()) >= HUGEPAGE_MEGABYTES;
    }

    private static void remove(Path scratch) throws IOException {
        try (Stream<Path> files = Files.list(scratch)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(scratch);
    }
}
