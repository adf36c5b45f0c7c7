// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.bench.harness.BenchLibrary;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Starts a system under test and the generator beside it, waits for the result and ends both. Other
 * than that this process sleeps. Should it be killed, the kernel ends the children.
 */
final class Starter {
    private static final MethodHandle PING_PONG =
            BenchLibrary.call("ipvane_bench_pingpong", JAVA_DOUBLE, JAVA_INT, JAVA_INT);
    private static final int READY_SECONDS = 30;
    private static final int SPARE_SECONDS = 30;
    private static final long WARM_UP_RATE = 1_000_000;
    private static int serial;

    private final Path directory;
    private final boolean hugepages;
    private final List<Phase> phases;

    /**
     * @param directory for logs and results on their way
     */
    Starter(Path directory, boolean hugepages, List<Phase> phases) {
        this.directory = directory;
        this.hugepages = hugepages;
        this.phases = phases;
    }

    /** Runs every phase over a new start of the system. */
    Start start(Subject subject, int round) throws IOException, InterruptedException {
        final String socket = "ipvane-latency-" + ProcessHandle.current().pid() + "-" + serial++;
        final Path pauses = directory.resolve("pauses.log");
        final Path said = directory.resolve("switch.log");
        final Path result = directory.resolve("result.json");
        Files.deleteIfExists(pauses);
        final List<Double> placement = new ArrayList<>();
        placement.add(placement());
        final Process underTest =
                child(subject.command(socket, hugepages, pauses), said.toFile().toPath());
        try {
            awaitReady(subject, underTest, said);
            if (subject.apart()) {
                keepApart(underTest.pid(), subject.thread());
            }
            generate(subject, underTest.pid(), socket, result);
        } finally {
            end(underTest);
        }
        placement.add(placement());
        final List<Measurement> measurements =
                new ObjectMapper()
                        .readValue(result.toFile(), new TypeReference<List<Measurement>>() {});
        return new Start(
                subject.name(),
                round,
                placement,
                hugepages,
                measurements,
                Files.exists(pauses) ? Pause.read(pauses) : List.of());
    }

    private void generate(Subject subject, long pid, String socket, Path result)
            throws IOException, InterruptedException {
        final List<String> words = new ArrayList<>(IpvaneSubject.java("jvm"));
        words.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        // Nothing compiles behind our back while a phase runs.
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-BackgroundCompilation",
                        Generator.class.getName(),
                        socket,
                        hugepages ? "REQUIRED" : "OFF",
                        Long.toString(pid),
                        subject.thread(),
                        result.toString(),
                        new Phase(WARM_UP_RATE, subject.warmUpSeconds()).argument()));
        phases.forEach(phase -> words.add(phase.argument()));
        final Path said = directory.resolve("generator.log");
        final Process generator = child(words, said);
        try {
            final int seconds = phases.stream().mapToInt(Phase::seconds).sum();
            if (!generator.waitFor(
                    seconds + subject.warmUpSeconds() + SPARE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the generator did not end; " + last(said));
            }
            if (generator.exitValue() != 0) {
                throw new IOException("the generator failed; " + last(said));
            }
        } finally {
            end(generator);
        }
    }

    private static Process child(List<String> command, Path said) throws IOException {
        final List<String> words = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        words.addAll(command);
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
    }

    /** Threads that come later have the CPUs of those that make them. */
    private static void keepApart(long pid, String thread)
            throws IOException, InterruptedException {
        bind("-acp", Links.GENERATOR_CPU, Long.toString(pid));
        bind("-cp", Links.SWITCH_CPU, ThreadTime.find(pid, thread).getFileName().toString());
    }

    private static void bind(String options, int cpu, String task)
            throws IOException, InterruptedException {
        final Process taskset =
                new ProcessBuilder("taskset", options, "" + cpu, task)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        if (taskset.waitFor() != 0) {
            throw new IOException("taskset failed for " + task);
        }
    }

    private static void awaitReady(Subject subject, Process underTest, Path said)
            throws IOException, InterruptedException {
        final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (!Files.readString(said).contains(subject.ready())) {
            if (!underTest.isAlive() || System.nanoTime() > end) {
                throw new IOException(subject.name() + " did not start; " + last(said));
            }
            Thread.sleep(50);
        }
    }

    /** The end of its input tells a child to end. */
    private static void end(Process child) throws IOException, InterruptedException {
        child.getOutputStream().close();
        if (!child.waitFor(5, TimeUnit.SECONDS)) {
            child.destroyForcibly().waitFor();
        }
    }

    private static String last(Path said) throws IOException {
        final List<String> lines = Files.readAllLines(said);
        return String.join("\n  ", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    private static double placement() {
        try {
            return (double) PING_PONG.invokeExact(Links.GENERATOR_CPU, Links.SWITCH_CPU);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
