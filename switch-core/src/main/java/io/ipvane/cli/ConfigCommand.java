// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ipvane.config.ConfigException;
import io.ipvane.config.Problem;
import io.ipvane.config.SwitchConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ipvane config}: the configuration, of a file and of the running switch. */
@Command(
        name = "config",
        header = "The configuration: a file, and what the switch works by.",
        subcommands = {
            ConfigCommand.Check.class,
            RunningConfig.Show.class,
            RunningConfig.Save.class,
            RunningConfig.Apply.class
        })
final class ConfigCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(), "a verb is missing: check, show, save or apply");
    }

    /** {@code ipvane config check}. */
    @Command(
            name = "check",
            header = "Check a configuration file without a daemon.",
            description =
                    "Reads the file as 'ipvane run' would and reports everything that is wrong with"
                            + " it, each with file, line and column. Touches no device. With -j the"
                            + " problems are an array of objects on stdout, empty for a good file.",
            footer = {
                "",
                "Examples:",
                "  ipvane config check",
                "  ipvane config check ./lab.yaml",
                "  ipvane -j config check ./lab.yaml"
            })
    static final class Check implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Option(names = "--config", paramLabel = "FILE", description = "The same as FILE.")
        private Path option;

        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "FILE",
                description = "File to check. Default: /etc/ipvane/ipvane.yaml.")
        private Path argument;

        @Override
        public Integer call() {
            if (option != null && argument != null) {
                throw new ParameterException(
                        spec.commandLine(), "the file is named twice; give FILE or --config");
            }
            final Path named = option == null ? argument : option;
            final Path file = named == null ? SwitchConfig.DEFAULT_PATH : named;
            return IpvaneCommand.of(spec).output() == Output.TABLE ? check(file) : list(file);
        }

        private int check(Path file) {
            final SwitchConfig config = SwitchConfig.load(file);
            spec.commandLine()
                    .getOut()
                    .println(
                            file
                                    + ": good; uplinks: "
                                    + config.uplinks().size()
                                    + ", ports: "
                                    + config.ports().size());
            return ExitCode.DONE;
        }

        private int list(Path file) {
            final ArrayNode problems = JsonNodeFactory.instance.arrayNode();
            try {
                SwitchConfig.load(file);
            } catch (ConfigException e) {
                for (Problem problem : e.problems()) {
                    problems.addObject()
                            .put("file", problem.file())
                            .put("line", problem.line())
                            .put("column", problem.column())
                            .put("sentence", problem.sentence());
                }
            }
            final Output output = IpvaneCommand.of(spec).output();
            spec.commandLine().getOut().print(output.format(problems, List.of()));
            spec.commandLine().getOut().flush();
            return problems.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
        }
    }
}
