// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that we started: spoken to by its input, understood by its output, gone when closed.
 * Should this process end first, {@link AtExit} ends it, and after a SIGKILL the kernel does. Used
 * by one thread.
 */
final class Child implements AutoCloseable {
    private static final String END = new String("end of output");
    private static final int REMEMBERED = 30;
    private static final int PATIENCE_SECONDS = 5;

    private final String name;
    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Deque<String> last = new ArrayDeque<>();

    private Child(String name, Process process) {
        this.name = name;
        this.process = process;
        Thread.ofPlatform().daemon().name("output-" + name).start(this::collect);
    }

    /** Starts a command. */
    static Child start(String name, List<String> command) throws IOException {
        return start(name, command, Map.of());
    }

    /** Starts a command with further variables in its environment. */
    static Child start(String name, List<String> command, Map<String, String> environment)
            throws IOException {
        final List<String> words = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        words.addAll(command);
        final ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().putAll(environment);
        final Child child = new Child(name, builder.start());
        AtExit.add(child);
        return child;
    }

    /** Runs a command to its end; its output. Throws where it fails or takes over a minute. */
    static String run(String... command) throws IOException, InterruptedException {
        return run(List.of(command), Map.of());
    }

    /** The same with further variables. */
    static String run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        try (Child child = start(Path.of(command.getFirst()).toString(), command, environment)) {
            return child.output(Duration.ofMinutes(1));
        }
    }

    /** What it still says until it ends; throws where it fails or takes too long. */
    String output(Duration patience) throws IOException, InterruptedException {
        final StringBuilder all = new StringBuilder();
        final long end = System.nanoTime() + patience.toNanos();
        for (String line = next(end); line != null; line = next(end)) {
            all.append(line).append('\n');
        }
        if (!process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            throw failure("did not end within " + patience.toSeconds() + " s");
        }
        if (process.exitValue() != 0) {
            throw failure("ended with " + process.exitValue());
        }
        return all.toString();
    }

    private void collect() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // Closed by us: nobody reads what it might still have said.
        }
        lines.add(END);
    }

    /** The next line; null at the end of the output or when the time has come. */
    @SuppressWarnings("ReferenceEquality") // A line may have the words of the mark.
    private String next(long end) throws InterruptedException {
        final String line = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (line == null || line == END) {
            return null;
        }
        remember(line);
        return line;
    }

    @SuppressWarnings("ReferenceEquality") // As in next.
    private void remember(String line) {
        if (line == END) {
            return;
        }
        if (last.size() == REMEMBERED) {
            last.removeFirst();
        }
        last.addLast(line);
    }

    /** Reads lines until one has the pattern in it. */
    Matcher await(Pattern pattern, Duration patience) throws IOException, InterruptedException {
        final long end = System.nanoTime() + patience.toNanos();
        for (String line = next(end); line != null; line = next(end)) {
            final Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                return matcher;
            }
        }
        throw failure(
                System.nanoTime() < end
                        ? "ended without '" + pattern + "'"
                        : "did not say '" + pattern + "' within " + patience.toSeconds() + " s");
    }

    /** Says one line to it. */
    void say(String line) throws IOException {
        final OutputStream input = process.getOutputStream();
        input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** An exception with the last words of the process. */
    IOException failure(String what) {
        for (String line = lines.poll(); line != null; line = lines.poll()) {
            remember(line);
        }
        return new IOException(name + " " + what + "\n      | " + String.join("\n      | ", last));
    }

    /** Ends it: by SIGTERM, after five seconds by SIGKILL. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        AtExit.forget(this);
    }
}
