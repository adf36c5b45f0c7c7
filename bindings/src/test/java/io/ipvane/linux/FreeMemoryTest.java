// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeMemoryTest {
    @TempDir Path root;

    private void file(String path, String text) throws IOException {
        final Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void machine(long kilobytes) throws IOException {
        file(
                "proc/meminfo",
                "MemTotal:       9999999 kB\nMemAvailable:    "
                        + kilobytes
                        + " kB\nBuffers: 1 kB\n");
    }

    private long bytes() {
        return FreeMemory.bytes(root).orElseThrow();
    }

    @Test
    void shouldSayWhatTheMachineHas() throws IOException {
        machine(1_000);
        assertEquals(1_024_000, bytes());
    }

    @Test
    void shouldSayWhatIsLeftOfTheNarrowestGroup() throws IOException {
        machine(1_000_000);
        file("proc/self/cgroup", "0::/system.slice/ipvane.service\n");
        file("sys/fs/cgroup/system.slice/memory.max", "90000\n");
        file("sys/fs/cgroup/system.slice/memory.current", "60000\n");
        file("sys/fs/cgroup/system.slice/ipvane.service/memory.max", "50000\n");
        file("sys/fs/cgroup/system.slice/ipvane.service/memory.current", "10000\n");
        assertEquals(30_000, bytes());
    }

    @Test
    void shouldKnowTheOlderGroups() throws IOException {
        machine(1_000_000);
        file("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n");
        file("sys/fs/cgroup/memory/memory.limit_in_bytes", "70000\n");
        file("sys/fs/cgroup/memory/memory.usage_in_bytes", "80000\n");
        assertEquals(0, bytes());
    }

    @Test
    void shouldTakeAGroupWithoutALimitForNone() throws IOException {
        machine(1_000);
        file("proc/self/cgroup", "0::/a\n");
        file("sys/fs/cgroup/a/memory.max", "max\n");
        file("sys/fs/cgroup/a/memory.current", "10000\n");
        assertEquals(1_024_000, bytes());
    }

    @Test
    void shouldSayNothingWhereTheKernelDoesNot() {
        assertEquals(OptionalLong.empty(), FreeMemory.bytes(root));
        assertTrue(FreeMemory.bytes().orElseThrow() > 1 << 20);
    }
}
