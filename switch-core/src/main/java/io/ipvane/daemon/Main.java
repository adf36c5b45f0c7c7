// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.cli.IpvaneCommand;

/** The program {@code ipvane}: the command line, with the daemon behind {@code ipvane run}. */
public final class Main {
    private Main() {}

    /** Runs one command and exits with its code. */
    public static void main(String... args) {
        System.exit(IpvaneCommand.execute(SwitchDaemon::run, args));
    }
}
