// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import java.util.List;

/**
 * What DPDK's environment is started with.
 *
 * @param hugepages where memory comes from
 * @param extraArgs handed to {@code rte_eal_init} as they are, after our own
 */
public record EalConfig(Hugepages hugepages, List<String> extraArgs) {
    static final EalConfig DEFAULT = new EalConfig(Hugepages.AUTO, List.of());

    private static final Key<Hugepages> HUGEPAGES =
            Key.of("hugepages", Form.choice(Hugepages.class), "where DPDK takes its memory, below")
                    .byDefault(DEFAULT.hugepages);

    private static final Key<List<String>> EXTRA_ARGS =
            Key.of(
                            "extraArgs",
                            Form.list("extraArgs", Form.text("ARG")),
                            "handed to `rte_eal_init` as they are, after ours. `-h` and `--help` are refused at start")
                    .byDefault(DEFAULT.extraArgs);

    /** Its keys. */
    static final Table<EalConfig> TABLE =
            Table.<EalConfig>of("eal", "What DPDK's environment is started with.")
                    .key(HUGEPAGES, EalConfig::hugepages)
                    .key(EXTRA_ARGS, EalConfig::extraArgs)
                    .made(v -> new EalConfig(v.get(HUGEPAGES), v.get(EXTRA_ARGS)));

    /** Copies the list. */
    public EalConfig {
        extraArgs = List.copyOf(extraArgs);
    }
}
