// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import io.ipvane.memory.BurstLayout;
import java.util.Map;
import java.util.TreeMap;

/** Compares {@link BurstLayout} with the block that the shim was compiled to fill. */
final class BurstLayoutCheck {
    private BurstLayoutCheck() {}

    /** Throws a {@link DpdkException} unless both sides mean the same block. */
    static void check() {
        check(LayoutTable.ofShim("ipvane_burst_layout").fields());
    }

    /** The check itself. */
    static void check(Map<String, LayoutTable.Field> shim) {
        final Map<String, LayoutTable.Field> java = java();
        if (!shim.equals(java)) {
            throw new DpdkException(
                    "a burst is laid out as "
                            + new TreeMap<>(java)
                            + " in Java but as "
                            + new TreeMap<>(shim)
                            + " in the C shim; build both from one source: make build");
        }
    }

    private static Map<String, LayoutTable.Field> java() {
        return Map.of(
                "mbuf",
                new LayoutTable.Field(BurstLayout.MBUF, Long.BYTES),
                "data",
                new LayoutTable.Field(BurstLayout.DATA, Long.BYTES),
                "length",
                new LayoutTable.Field(BurstLayout.LENGTH, Integer.BYTES),
                "contiguous",
                new LayoutTable.Field(BurstLayout.CONTIGUOUS, Integer.BYTES),
                "row",
                new LayoutTable.Field(0, BurstLayout.ROW_BYTES),
                "mbufs",
                new LayoutTable.Field(BurstLayout.MBUFS, BurstLayout.FRAMES * Long.BYTES),
                LayoutTable.WHOLE,
                new LayoutTable.Field(0, BurstLayout.BYTES));
    }
}
