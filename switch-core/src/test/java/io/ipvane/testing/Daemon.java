// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import io.ipvane.testing.Command.Result;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The real daemon in a JVM of its own, on the class path and with the JVM arguments of the test,
 * inside a namespace of the test. Its admin socket and files are in a folder that goes with it. One
 * thread.
 */
public final class Daemon implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    /** Of proc(5), a second: USER_HZ. */
    private static final double TICKS = 100;

    private static final Duration STOP = Duration.ofSeconds(15);

    private final Netns net;
    private final String label;
    private final Path folder;
    private Process process;

    private boolean kept;

    /** What it logs into, where nobody reads that; else null. */
    private Path unread;

    private Daemon(Netns net, String label) {
        this.net = net;
        this.label = label;
        try {
            folder = Files.createTempDirectory("ipvane-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts a daemon and waits until it forwards.
     *
     * @param label namespace that it runs in
     * @param yaml configuration without {@code admin}, which is added
     * @throws AssertionError with what the daemon said where it does not get there
     */
    public static Daemon start(Netns net, String label, String yaml) {
        final Daemon daemon = new Daemon(net, label);
        try {
            daemon.launch(yaml);
            daemon.awaitReady();
            return daemon;
        } catch (RuntimeException | AssertionError e) {
            daemon.close();
            throw e;
        }
    }

    /** Starts a daemon that is expected to end by itself, and waits for that. */
    public static Result refuse(Netns net, String label, String yaml) {
        try (Daemon daemon = new Daemon(net, label)) {
            daemon.launch(yaml);
            if (!daemon.awaitEnd(START)) {
                throw new AssertionError(
                        "the daemon runs although it should not:\n" + daemon.log());
            }
            return new Result("ipvane run", daemon.process.exitValue(), daemon.log());
        }
    }

    /** Starts it again, with another configuration, after {@link #stop} or {@link #kill}. */
    public void restart(String yaml) {
        launch(yaml);
        awaitReady();
    }

    /** Writes another configuration into the file that it was started with. */
    public void configure(String yaml) {
        try {
            Files.writeString(
                    folder.resolve("ipvane.yaml"),
                    yaml + "admin: { listen: [\"" + server() + "\"] }\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends it a signal, by its name without {@code SIG}. */
    public void signal(String name) {
        Command.run("kill", "-" + name, Long.toString(process.pid())).orFail();
    }

    /** What it ended with. */
    public int exitCode() {
        return process.exitValue();
    }

    /**
     * Gives it a pipe to log into when it is started again, which is full and which nobody reads.
     *
     * @return the pipe, to be closed at the end
     */
    public RandomAccessFile logIntoAFullPipe() throws IOException {
        unread = folder.resolve("pipe");
        Command.run("mkfifo", unread.toString()).orFail();
        final RandomAccessFile pipe = new RandomAccessFile(unread.toFile(), "rw");
        Command.run("dd", "if=/dev/zero", "of=" + unread, "bs=4096", "oflag=nonblock");
        return pipe;
    }

    /**
     * Starts a daemon whose parent starts it again where it dies, as the image does, and waits
     * until it forwards.
     */
    public static Daemon startKept(Netns net, String label, String yaml) {
        final Daemon daemon = new Daemon(net, label);
        daemon.kept = true;
        try {
            daemon.launch(yaml);
            daemon.awaitReady();
            return daemon;
        } catch (RuntimeException | AssertionError e) {
            daemon.close();
            throw e;
        }
    }

    /** The process that is kept; 0 while there is none. */
    public long child() {
        return process.children().mapToLong(ProcessHandle::pid).findFirst().orElse(0);
    }

    private String[] command(String... words) {
        // Whoever runs the tests may ignore SIGHUP, as nohup does, and a JVM leaves that so.
        final List<String> all = new ArrayList<>(List.of("env", "--default-signal=HUP"));
        if (kept) {
            all.add(
                    Path.of(System.getProperty("ipvane.native"))
                            .resolveSibling("ipvane-keep")
                            .toString());
            all.add("target");
        }
        all.addAll(List.of(java(words)));
        return all.toArray(new String[0]);
    }

    private void launch(String yaml) {
        try {
            final Path config = folder.resolve("ipvane.yaml");
            configure(yaml);
            final Path log = unread == null ? folder.resolve("log") : unread;
            process =
                    new ProcessBuilder(
                                    net.inside(
                                            label, command("run", "--config", config.toString())))
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String[] java(String... words) {
        final List<String> all = new ArrayList<>();
        all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("--") || argument.startsWith("-Dagrona.")) {
                all.add(argument);
            }
        }
        all.addAll(
                List.of(
                        "-Xmx256m",
                        "-XX:ErrorFile=" + Path.of("target", "hs_err_%p.log"),
                        "-Dlogback.configurationFile=" + Path.of("target/classes/logback.xml"),
                        "-Dipvane.native=" + System.getProperty("ipvane.native"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.ipvane.daemon.Main"));
        all.addAll(List.of(words));
        return all.toArray(new String[0]);
    }

    /** Waits until it forwards. */
    public void awaitReady() {
        final long end = System.nanoTime() + START.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            if (ready()) {
                return;
            }
            pause();
        }
        throw new AssertionError(
                (process.isAlive()
                                ? "the daemon is not ready after " + START
                                : "the daemon ended with " + process.exitValue())
                        + ":\n"
                        + log());
    }

    private boolean ready() {
        return Files.exists(socket()) && exchange("/readyz").status() == 200;
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * An HTTP answer.
     *
     * @param status 0 where there was none; the body then says why
     */
    public record Reply(int status, String body) {}

    /** What the daemon answers to GET on a path; fails the test where it does not answer. */
    public Reply get(String path) {
        final Reply reply = exchange(path);
        if (reply.status() == 0) {
            throw new AssertionError("GET " + path + ": " + reply.body() + "\n" + log());
        }
        return reply;
    }

    private Reply exchange(String path) {
        return send("GET", path, "");
    }

    /** What the daemon answers to a request, with a body of JSON where there is one. */
    public Reply send(String method, String path, String body, String... headers) {
        final List<String> words =
                new ArrayList<>(
                        List.of(
                                "curl",
                                "-sS",
                                "--max-time",
                                "20",
                                "--unix-socket",
                                socket().toString(),
                                "-w",
                                "\n%{http_code}",
                                "-X",
                                method,
                                "http://ipvane" + path));
        for (String header : headers) {
            words.addAll(List.of("-H", header));
        }
        if (!body.isEmpty()) {
            words.addAll(List.of("-H", "Content-Type: application/json", "-d", body));
        }
        final String said = Command.run(words.toArray(new String[0])).output();
        final int end = said.lastIndexOf('\n');
        return new Reply(Integer.parseInt(said.substring(end + 1)), said.substring(0, end));
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Open descriptors of the daemon. */
    public long descriptors() {
        try (var open = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** CPU time that all its threads have had, in user and kernel mode, in seconds. */
    public double cpuSeconds() {
        try {
            final String stat =
                    Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Mappings of memory files that the daemon has; its peers share theirs as such. */
    public long sharedMappings() {
        try (var all = Files.lines(Path.of("/proc", Long.toString(process.pid()), "maps"))) {
            return all.filter(line -> line.contains("/memfd:")).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the client with words, against this daemon. */
    public Result cli(String... words) {
        final List<String> all = new ArrayList<>(List.of("--server", server()));
        all.addAll(List.of(words));
        return Command.run(java(all.toArray(new String[0])));
    }

    /** Path of the admin socket. */
    public Path socket() {
        return folder.resolve("admin.sock");
    }

    private String server() {
        return "unix:" + socket();
    }

    /** What the daemon has said so far. */
    public String log() {
        try {
            return Files.readString(folder.resolve("log"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Ends it as a service manager does, by SIGTERM; fails the test unless it ends with 0 and takes
     * its socket along.
     */
    public void stop() {
        process.destroy();
        if (!awaitEnd(STOP)) {
            throw new AssertionError("the daemon runs " + STOP + " after SIGTERM:\n" + log());
        }
        if (process.exitValue() != 0) {
            throw new AssertionError(
                    "the daemon ended with " + process.exitValue() + " after SIGTERM:\n" + log());
        }
        if (Files.exists(socket())) {
            throw new AssertionError("the daemon left its socket behind: " + socket());
        }
    }

    /** Ends it by SIGKILL: it gets no chance to clean up. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd(STOP);
    }

    private boolean awaitEnd(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Kills it if it runs, removes its folder. */
    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            kill();
        }
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
