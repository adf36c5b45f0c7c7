// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import java.util.List;

/**
 * How to start the EAL.
 *
 * @param hugepages whether to use hugepages
 * @param memoryMegabytes memory for pools and rings: taken up front without hugepages, and the
 *     least that must be free as hugepages with them
 * @param pci addresses such as {@code 0000:03:00.0} that DPDK may take; empty keeps it off the bus
 * @param extraArgs further EAL arguments, last
 */
public record EalOptions(
        Hugepages hugepages, int memoryMegabytes, List<String> pci, List<String> extraArgs) {
    /** Enough for 64 Ki frames of 2 KiB, and rings. */
    public static final int DEFAULT_MEMORY_MEGABYTES = 256;

    /** Whether to use hugepages. */
    public enum Hugepages {
        /** Where enough are free, else ordinary pages. */
        AUTO,
        /** Or refuse to start. */
        REQUIRED,
        /** Ordinary pages. */
        OFF
    }

    /** Copies the lists. */
    public EalOptions {
        if (memoryMegabytes < 16) {
            throw new DpdkException(
                    "eal: memory="
                            + memoryMegabytes
                            + " MB is less than the 16 MB that DPDK needs; raise it");
        }
        pci = List.copyOf(pci);
        extraArgs = List.copyOf(extraArgs);
    }

    /** Defaults, with this use of hugepages. */
    public static EalOptions of(Hugepages hugepages) {
        return new EalOptions(hugepages, DEFAULT_MEMORY_MEGABYTES, List.of(), List.of());
    }
}
