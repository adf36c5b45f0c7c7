// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ipvane.config.NeighborConfig;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** {@code ipvane neigh}: neighbours: who is behind the wire. */
@Command(
        name = "neigh",
        header = "Neighbours: who is behind the wire.",
        subcommands = {NeighCommand.Show.class, NeighCommand.Add.class, NeighCommand.Del.class})
final class NeighCommand extends ObjectCommand {
    /** {@code ipvane neigh show}. */
    @Command(
            name = "show",
            header = "Neighbours: who is behind the wire.",
            description =
                    "Shows each neighbour that the switch has resolved or tries to, with its MAC address and state.",
            footer = {"", "Examples:", "  ipvane neigh show", "  ipvane -j neigh show"})
    static final class Show extends ShowCommand {
        @Override
        String path() {
            return "/v1/neighbors";
        }

        @Override
        List<Column> columns() {
            return List.of(
                    Column.of("ADDRESS", "address"),
                    Column.of("MAC", "mac"),
                    Column.of("UPLINK", "uplink"),
                    Column.of("STATE", "state"));
        }
    }

    /** {@code ipvane neigh add}. */
    @Command(
            name = "add",
            header = "Make a permanent neighbour.",
            customSynopsis = "ipvane neigh add ADDR lladdr MAC dev UPLINK [--dry-run]",
            description =
                    "Makes a neighbour that is never asked for, never forgotten and never replaced by"
                            + " what is heard.",
            footer = {
                "",
                "Examples:",
                "  ipvane neigh add 192.0.2.5 lladdr 02:00:00:00:00:05 dev wan0"
            })
    static final class Add extends ChangeCommand {
        private static final List<Keyword> KEYWORDS =
                Stream.concat(
                                Stream.of(Keyword.text("dev")),
                                Keyword.of(NeighborConfig.TABLE).stream())
                        .toList();

        @Override
        Change change(Words words, AdminClient client) {
            final String address = words.subject("ADDR");
            final ObjectNode neighbor = words.settings(KEYWORDS, false);
            final String uplink = words.required(neighbor, "dev");
            if (!neighbor.has("mac")) {
                throw words.usage("lladdr is missing");
            }
            neighbor.remove("dev");
            return Change.add(AdminClient.path("/v1/neighbors", uplink, address), neighbor);
        }
    }

    /** {@code ipvane neigh del}. */
    @Command(
            name = "del",
            header = "Delete a permanent neighbour.",
            customSynopsis = "ipvane neigh del ADDR dev UPLINK [--dry-run]",
            description =
                    "Deletes a neighbour of the configuration. Those that the switch has learnt go by"
                            + " themselves.",
            footer = {"", "Examples:", "  ipvane neigh del 192.0.2.5 dev wan0"})
    static final class Del extends ChangeCommand {
        private static final List<Keyword> KEYWORDS = List.of(Keyword.text("dev"));

        @Override
        Change change(Words words, AdminClient client) {
            final String address = words.subject("ADDR");
            final String uplink = words.required(words.settings(KEYWORDS, false), "dev");
            return Change.delete(AdminClient.path("/v1/neighbors", uplink, address));
        }
    }
}
