// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ipvane version}. */
@Command(
        name = "version",
        header = "The version of this program.",
        description = "Shows the version of this program and of the Java runtime below it.",
        footer = {"", "Examples:", "  ipvane version", "  ipvane -j version"})
final class VersionCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        final String java = Runtime.version().toString();
        final Output output = IpvaneCommand.of(spec).output();
        final ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        rows.addObject().put("version", BuildVersion.current()).put("java", java);
        spec.commandLine()
                .getOut()
                .print(
                        output == Output.TABLE
                                ? "ipvane " + BuildVersion.current() + " (Java " + java + ")\n"
                                : output.format(rows, List.of()));
        spec.commandLine().getOut().flush();
        return ExitCode.DONE;
    }
}
