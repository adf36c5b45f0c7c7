// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import io.ipvane.config.SwitchConfig;
import java.util.function.Supplier;

/** What {@code ipvane run} starts once the configuration is found good. */
@FunctionalInterface
public interface DaemonRunner {
    /**
     * Runs the switch until it is told to stop.
     *
     * @param again reads the configuration once more, at SIGHUP
     * @return exit code, see {@link ExitCode}
     */
    int run(SwitchConfig config, Supplier<SwitchConfig> again);
}
