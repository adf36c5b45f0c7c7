// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end, within a time limit. Blocks the calling thread. */
public final class Command {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Command() {}

    /**
     * What became of a program.
     *
     * @param command its words, for messages
     * @param exit exit code; 128 and more where a signal ended it
     * @param output standard output and standard error as they came
     */
    public record Result(String command, int exit, String output) {
        /** Whether it ended with 0. */
        public boolean ok() {
            return exit == 0;
        }

        /** Itself where it ended with 0; else an assertion error with what it said. */
        public Result orFail() {
            if (!ok()) {
                throw new AssertionError(this);
            }
            return this;
        }

        @Override
        public String toString() {
            return command + " ended with " + exit + ":\n" + output;
        }
    }

    /** Runs a program for at most a minute. */
    public static Result run(String... words) {
        return run(LIMIT, List.of(words));
    }

    /**
     * Runs a program.
     *
     * @throws AssertionError with what it said until then where it does not end in time
     */
    public static Result run(Duration limit, List<String> words) {
        final String command = String.join(" ", words);
        try {
            final Path output = Files.createTempFile("ipvane-", ".out");
            try {
                final Process process =
                        new ProcessBuilder(words)
                                .redirectErrorStream(true)
                                .redirectOutput(output.toFile())
                                .start();
                process.getOutputStream().close();
                final boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
                if (!ended) {
                    process.destroyForcibly().waitFor();
                }
                final String said = Files.readString(output, StandardCharsets.UTF_8);
                if (!ended) {
                    throw new AssertionError(command + " did not end in " + limit + ":\n" + said);
                }
                return new Result(command, process.exitValue(), said);
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(command, e);
        }
    }
}
