// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipvane.memory.NativeLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The fuzzers of the shim ({@code native/fuzz}), for a moment each: programs with every check of a
 * sanitizer, that end with 0 where none has failed. {@code make fuzz} runs them for longer.
 */
@Tag("dpdk")
class FuzzersTest {
    private static final long SECONDS = Long.getLong("ipvane.fuzz.seconds", 3);
    private static final long SEED = Long.getLong("ipvane.fuzz.seed", 1);

    /** What a start of DPDK and the last round may take on a busy machine. */
    private static final long SPARE_SECONDS = 60;

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"offload", "message", "vhost_send", "vhost_receive", "memif", "guard"})
    void shouldFindNothing(String what) throws IOException, InterruptedException {
        final Path program = folder().resolve(what + "_fuzz");
        assumeTrue(Files.isExecutable(program), program + " is not built: make -C native fuzz");
        final Path output = Files.createTempFile("ipvane-fuzz-", ".out");
        try {
            final Process run =
                    new ProcessBuilder(
                                    program.toString(), Long.toString(SECONDS), Long.toString(SEED))
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            final boolean ended = run.waitFor(SECONDS + SPARE_SECONDS, TimeUnit.SECONDS);
            run.destroyForcibly();
            final String said = Files.readString(output, StandardCharsets.UTF_8);
            assertTrue(ended, () -> "it goes on after its time: " + said);
            assertEquals(0, run.exitValue(), said);
            System.out.println(what + ": " + said.replace('\n', ' '));
        } finally {
            Files.delete(output);
        }
    }

    private static Path folder() {
        return Path.of(System.getProperty(NativeLibrary.PROPERTY, "")).resolveSibling("fuzz");
    }
}
