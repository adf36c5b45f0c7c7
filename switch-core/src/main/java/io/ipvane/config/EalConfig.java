// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.List;

/**
 * What DPDK's environment is started with.
 *
 * @param hugepages where memory comes from
 * @param extraArgs handed to {@code rte_eal_init} as they are, after our own
 */
public record EalConfig(Hugepages hugepages, List<String> extraArgs) {
    static final EalConfig DEFAULT = new EalConfig(Hugepages.AUTO, List.of());

    /** Copies the list. */
    public EalConfig {
        extraArgs = List.copyOf(extraArgs);
    }
}
