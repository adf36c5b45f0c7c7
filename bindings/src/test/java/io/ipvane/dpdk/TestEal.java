// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipvane.memory.NativeLibrary;
import java.nio.file.Files;
import java.nio.file.Path;

/** The one EAL of a test JVM: without hugepages, off the PCI bus, ended with the JVM. */
final class TestEal {
    private static Eal eal;

    private TestEal() {}

    /** Skips the test where the shim was not built; starts DPDK the first time. */
    static synchronized Eal require() {
        requireShim();
        if (eal == null) {
            eal = Eal.start(EalOptions.of(EalOptions.Hugepages.OFF));
        }
        return eal;
    }

    static void requireShim() {
        final String shim = System.getProperty(NativeLibrary.PROPERTY, "");
        assumeTrue(
                Files.isReadable(Path.of(shim)),
                "the C shim " + shim + " is not built; run: make build");
    }
}
