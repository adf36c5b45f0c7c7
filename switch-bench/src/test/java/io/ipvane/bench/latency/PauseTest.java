// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PauseTest {
    @TempDir private Path directory;

    @Test
    void shouldReadSafepointsAndNothingElseFromALog() throws IOException {
        final Path log = directory.resolve("pauses.log");
        Files.writeString(
                log,
                """
                [1000000ns][gc          ] Using G1
                [5000000ns][gc          ] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 24M->3M(256M) 1.000ms
                [5100000ns][safepoint   ] Safepoint "G1CollectForAllocation", Time since last: 9 ns, Reaching safepoint: 60 ns, At safepoint: 1000000 ns, Leaving safepoint: 40 ns, Total: 1000100 ns, Threads: 1 runnable, 10 total
                [7000000ns][safepoint   ] Safepoint "ICBufferFull", Time since last: 9 ns, Reaching safepoint: 60 ns, Cleanup: 5 ns, At safepoint: 10 ns, Total: 75 ns
                """);
        assertEquals(
                List.of(
                        new Pause("G1CollectForAllocation", 4_099_900, 1_000_100),
                        new Pause("ICBufferFull", 6_999_925, 75)),
                Pause.read(log));
    }

    @Test
    void shouldMeetAStretchOfTimeThatItOverlaps() {
        final Pause pause = new Pause("x", 100, 10);
        assertTrue(pause.meets(105, 106));
        assertTrue(pause.meets(0, 101));
        assertFalse(pause.meets(110, 120));
        assertFalse(pause.meets(0, 100));
    }
}
