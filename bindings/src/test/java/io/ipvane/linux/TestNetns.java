// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace for one test; the test is skipped, with the reason, where none can be made.
 */
final class TestNetns implements AutoCloseable {
    private final String name;

    private TestNetns(String name) {
        this.name = name;
    }

    static TestNetns create(String suffix) {
        final String name = "linux-" + suffix + "-" + ProcessHandle.current().pid();
        final Output made = command(List.of("ip", "netns", "add", name));
        assumeTrue(made.exitCode == 0, () -> "no namespace can be made: " + made.text);
        return new TestNetns(name);
    }

    String name() {
        return name;
    }

    Netns open() {
        return Netns.open(name);
    }

    /** Runs a command line inside and returns what it printed; fails the test where it fails. */
    String run(String commandLine) {
        return run(commandLine.split(" "));
    }

    /** Runs a command inside and returns what it printed; fails the test where it fails. */
    String run(String... words) {
        final Output output = attempt(words);
        assertEquals(0, output.exitCode, () -> String.join(" ", words) + ": " + output.text);
        return output.text;
    }

    /** Runs a command line inside, which may fail. */
    Output attempt(String commandLine) {
        return attempt(commandLine.split(" "));
    }

    private Output attempt(String... words) {
        final List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", name));
        command.addAll(List.of(words));
        return command(command);
    }

    private static Output command(List<String> words) {
        try {
            final Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getOutputStream().close();
            final byte[] text = process.getInputStream().readAllBytes();
            return new Output(process.waitFor(), new String(text, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Takes away the name; handles keep the namespace alive. */
    void delete() {
        command(List.of("ip", "netns", "del", name));
    }

    @Override
    public void close() {
        delete();
    }

    /** What a command printed, on both streams, and how it ended. */
    record Output(int exitCode, String text) {}
}
