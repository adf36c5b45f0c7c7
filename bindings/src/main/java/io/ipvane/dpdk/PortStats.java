// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import io.ipvane.memory.Memory;

/**
 * Counters of a device since it was opened, as far as its driver counts.
 *
 * @param rxPackets frames taken
 * @param rxBytes bytes of them
 * @param rxMissed frames lost because nobody took them in time
 * @param rxErrors frames that arrived broken
 * @param rxNoMbuf frames lost because the pool was empty
 * @param txPackets frames sent
 * @param txBytes bytes of them
 * @param txErrors frames that the driver accepted and lost, and those too scattered for it
 */
public record PortStats(
        long rxPackets,
        long rxBytes,
        long rxMissed,
        long rxErrors,
        long rxNoMbuf,
        long txPackets,
        long txBytes,
        long txErrors) {
    static final int NATIVE_SIZE = 64;

    /** From {@code struct ipvane_port_stats}, and frames lost on our side of the driver. */
    static PortStats read(long address, long lost) {
        return new PortStats(
                Memory.i64(address),
                Memory.i64(address + 8),
                Memory.i64(address + 16),
                Memory.i64(address + 24),
                Memory.i64(address + 32),
                Memory.i64(address + 40),
                Memory.i64(address + 48),
                Memory.i64(address + 56) + lost);
    }
}
