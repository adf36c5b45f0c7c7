// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import io.ipvane.config.SwitchConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ipvane run}: the daemon. */
@Command(
        name = "run",
        header = "Run the switch in the foreground.",
        description =
                "Reads and checks the configuration, starts the switch and its admin interface, and"
                        + " forwards until SIGINT or SIGTERM; then stops in reverse order. The"
                        + " interfaces of ports stay in their namespaces for the next start, unless"
                        + " keepInterfaces is false. Logs go to stdout, one line an event. Needs root, or"
                        + " CAP_NET_ADMIN, CAP_NET_RAW and CAP_SYS_ADMIN.",
        footer = {"", "Examples:", "  ipvane run", "  ipvane run --config ./lab.yaml"})
final class RunCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration file. Default: /etc/ipvane/ipvane.yaml.")
    private Path file = SwitchConfig.DEFAULT_PATH;

    @Option(
            names = "--leave-nothing",
            description =
                    "Interfaces of ports go when the switch ends, and so do those that stayed from an"
                            + " earlier run, whatever the file says.")
    private boolean leaveNothing;

    @Override
    public Integer call() {
        if (IpvaneCommand.of(spec).isDryRun()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--dry-run is for verbs that change something; 'ipvane config check' reads a"
                            + " file without running it");
        }
        return IpvaneCommand.of(spec).runner().run(load(), this::load);
    }

    private SwitchConfig load() {
        final SwitchConfig config = SwitchConfig.load(file);
        return leaveNothing ? config.withoutKeptInterfaces() : config;
    }
}
