// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A verb that prints what the daemon says at one path. */
abstract class ShowCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    /** What to ask for. */
    abstract String path();

    /** What to show of it to people. */
    abstract List<Column> columns();

    @Override
    public Integer call() {
        final IpvaneCommand root = IpvaneCommand.of(spec);
        print(root.output().format(rows(root.client()), columns()));
        return ExitCode.DONE;
    }

    /** What the daemon says; a single object is an array of one. */
    final JsonNode rows(AdminClient client) {
        final JsonNode answer = client.get(path());
        return answer.isArray() ? answer : JsonNodeFactory.instance.arrayNode().add(answer);
    }

    final void print(String text) {
        final PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }

    final CommandSpec spec() {
        return spec;
    }
}
