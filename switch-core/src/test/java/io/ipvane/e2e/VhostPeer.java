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
 * The program of {@code src/test/vhost}: a virtual machine as a vhost-user port sees it, without
 * the machine. It behaves ({@link #ping}), or does one thing that no driver does. One thread.
 */
final class VhostPeer implements AutoCloseable {
    private static final Path PROGRAM = Path.of("src", "test", "vhost", "peer.py");

    private final Process process;
    private final BufferedReader output;

    private VhostPeer(Process process) {
        this.process = process;
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * A guest.
     *
     * @param socket that it meets the switch at
     * @param listens whether it makes the socket
     * @param mac of its card
     * @param address its own IPv4 address
     * @param target IPv4 address that it asks for echoes
     */
    record Guest(Path socket, boolean listens, String mac, String address, String target) {
        private List<String> words(String what, String... options) {
            final List<String> words =
                    new ArrayList<>(List.of("python3", PROGRAM.toString(), what));
            words.add(socket.toString());
            words.addAll(List.of("--role", listens ? "listen" : "connect"));
            words.addAll(List.of("--mac", mac, "--address", address, "--target", target));
            words.addAll(List.of(options));
            return words;
        }
    }

    /** The names of all violations, in their order. */
    static List<String> violations() {
        Machine.needsProgram("python3");
        return Command.run("python3", PROGRAM.toString(), "list")
                .orFail()
                .output()
                .lines()
                .map(line -> line.substring(0, line.indexOf('\t')))
                .toList();
    }

    /** A guest that behaves asks for three echoes, and ends. */
    static Result ping(Guest guest, String... options) {
        return Command.run(Duration.ofSeconds(30), guest.words("ping", options));
    }

    /** Starts a guest that does what it is told: {@code ping}, or a violation. */
    static VhostPeer start(Guest guest, String what, String... options) {
        try {
            return new VhostPeer(
                    new ProcessBuilder(guest.words(what, options))
                            .redirectErrorStream(true)
                            .start());
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
