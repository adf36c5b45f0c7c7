// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import io.ipvane.testing.Command;
import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Machine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program of {@code src/test}: what is on the other side of a port's socket, without the machine
 * that would have it. It behaves ({@link #ping}), or does one thing that nobody should. One thread.
 */
final class ScriptedPeer implements AutoCloseable {
    /** What it speaks. */
    enum Protocol {
        /** vhost-user, as a virtual machine. */
        VHOST_USER("vhost-user", "vhost"),

        /** memif, as its client where it connects, and as its server where it listens. */
        MEMIF("memif", "memif");

        /** Of a port, in the configuration. */
        final String type;

        private final String program;

        Protocol(String type, String folder) {
            this.type = type;
            program = Path.of("src", "test", folder, "peer.py").toString();
        }

        /**
         * The names of all violations, in their order.
         *
         * @param options that choose some
         */
        List<String> violations(String... options) {
            Machine.needsProgram("python3");
            final List<String> words = new ArrayList<>(List.of("python3", program, "list"));
            words.addAll(List.of(options));
            return Command.run(Duration.ofSeconds(30), words)
                    .orFail()
                    .output()
                    .lines()
                    .map(line -> line.substring(0, line.indexOf('\t')))
                    .toList();
        }
    }

    private final Process process;
    private final BufferedReader output;

    private ScriptedPeer(Process process) {
        this.process = process;
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Who it is.
     *
     * @param protocol that it speaks
     * @param socket that it meets the switch at
     * @param listens whether it makes the socket
     * @param mac of its card
     * @param address its own IPv4 address
     * @param target IPv4 address that it asks for echoes
     */
    record Who(
            Protocol protocol,
            Path socket,
            boolean listens,
            String mac,
            String address,
            String target) {
        private List<String> words(String what, String... options) {
            final List<String> words = new ArrayList<>(List.of("python3", protocol.program, what));
            words.add(socket.toString());
            words.addAll(List.of("--role", listens ? "listen" : "connect"));
            words.addAll(List.of("--mac", mac, "--address", address, "--target", target));
            words.addAll(List.of(options));
            return words;
        }
    }

    /** One that behaves asks for three echoes, and ends. */
    static Result ping(Who who, String... options) {
        return Command.run(Duration.ofSeconds(30), who.words("ping", options));
    }

    /** Starts one that does what it is told: {@code ping}, or a violation. */
    static ScriptedPeer start(Who who, String what, String... options) {
        try {
            return new ScriptedPeer(
                    new ProcessBuilder(who.words(what, options)).redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next line that it says; null at its end. */
    String line() {
        try {
            return output.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for its end; all that it had still to say. */
    Result end(Duration limit) {
        try {
            final boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                close();
            }
            final String said = String.join("\n", output.lines().toList());
            if (!ended) {
                throw new AssertionError("the peer did not end in " + limit + ":\n" + said);
            }
            return new Result("peer", process.exitValue(), said);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Kills it if it runs. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
