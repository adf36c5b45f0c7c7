// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import io.ipvane.config.SwitchConfig;

/** What {@code ipvane run} starts once the configuration is found good. */
@FunctionalInterface
public interface DaemonRunner {
    /**
     * Runs the switch until it is told to stop.
     *
     * @return exit code, see {@link ExitCode}
     */
    int run(SwitchConfig config);
}
