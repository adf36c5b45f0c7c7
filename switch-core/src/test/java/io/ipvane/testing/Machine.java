// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * What a test needs from the machine; where it lacks it, the test is skipped with the reason. In CI
 * a reason counts only with the proof that {@code src/test/scripts/allowed-skips} asks for.
 */
public final class Machine {
    private Machine() {}

    /** Namespaces and devices can be made. */
    public static void needsRoot() {
        Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name")),
                "needs root: makes network namespaces and devices");
    }

    /** A program is installed. */
    public static void needsProgram(String name) {
        Assumptions.assumeTrue(find(name) != null, "needs program: " + name);
    }

    /** A file, usually a device of the kernel, exists. */
    public static void needsFile(String path) {
        Assumptions.assumeTrue(Files.exists(Path.of(path)), "needs file: " + path);
    }

    /** Pages of 2 MiB are set aside. */
    public static void needsHugepages() {
        final Path free = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
        try {
            Assumptions.assumeTrue(
                    Files.exists(free) && Integer.parseInt(Files.readString(free).strip()) > 0,
                    "needs hugepages of 2 MiB");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The image that make test builds before it runs the tests. */
    public static void needsBuilt(Path file) {
        Assumptions.assumeTrue(Files.exists(file), "needs image: run make build");
    }

    private static Path find(String program) {
        for (String folder : (System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1)) {
            final Path file = Path.of(folder, program);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        return null;
    }
}
