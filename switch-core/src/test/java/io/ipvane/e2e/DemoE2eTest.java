// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Command;
import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Machine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code make demo}, with the built image. */
@Tag("e2e")
final class DemoE2eTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Path STATE = Path.of("/run/ipvane");

    private Set<String> stateBefore;

    @BeforeEach
    void needsTheImage() {
        Machine.needsRoot();
        Machine.needsBuilt(Path.of("target/ipvane/bin/ipvane"));
        stateBefore = state();
    }

    /** Names of what lies in the state folder for the demo's uplink; other switches may run. */
    private static Set<String> state() {
        final String[] names = STATE.toFile().list((folder, name) -> name.contains("uplink0"));
        return names == null ? Set.of() : Set.of(names);
    }

    @Test
    void shouldEndWithZeroWhenEveryStepWorks() {
        final Result result = demo("");
        assertTrue(result.orFail().output().contains("steps OK"), result::toString);
        leavesNothing();
    }

    @Test
    void shouldEndWithOneWhenAStepFails() {
        final Result result = demo("ping-port-outside");
        assertEquals(1, result.exit(), result::toString);
        assertTrue(
                result.output().contains("1 of ")
                        && result.output().contains("FAILED: ping-port-outside"),
                result::toString);
        leavesNothing();
    }

    private static Result demo(String broken) {
        return Command.run(
                LIMIT, List.of("env", "IPVANE_DEMO_BREAK=" + broken, "src/main/scripts/demo"));
    }

    private void leavesNothing() {
        final String namespaces = Command.run("ip", "netns", "list").orFail().output();
        assertFalse(namespaces.contains("ipvane-"), namespaces);
        assertEquals(stateBefore, state(), "files in " + STATE);
    }
}
