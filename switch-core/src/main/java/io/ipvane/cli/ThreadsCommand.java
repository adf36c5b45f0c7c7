// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code ipvane threads}. */
@Command(
        name = "threads",
        header = "Threads of the switch and what they do.",
        description =
                "Shows each thread with its CPU, roles, rx queues, what it does when nothing waits, the generation of the configuration that it works by, and the part of its turns that found work.",
        footer = {"", "Examples:", "  ipvane threads", "  ipvane -p threads"})
final class ThreadsCommand extends ShowCommand {
    @Override
    String path() {
        return "/v1/threads";
    }

    @Override
    List<Column> columns() {
        return List.of(
                Column.of("NAME", "name"),
                new Column("LCORE", ThreadsCommand::lcore),
                Column.of("ROLES", "roles"),
                Column.of("QUEUES", "queues"),
                Column.of("IDLE", "idle"),
                Column.of("GENERATION", "generation"),
                new Column("BUSY", ThreadsCommand::busy));
    }

    private static String lcore(JsonNode thread) {
        final int lcore = thread.path("lcore").asInt();
        return lcore < 0 ? "" : Integer.toString(lcore);
    }

    private static String busy(JsonNode thread) {
        return String.format(Locale.ROOT, "%.1f%%", thread.path("busyShare").asDouble() * 100);
    }
}
