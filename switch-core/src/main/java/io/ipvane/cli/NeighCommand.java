// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code ipvane neigh}: neighbours: who is behind the wire. */
@Command(
        name = "neigh",
        header = "Neighbours: who is behind the wire.",
        subcommands = NeighCommand.Show.class)
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
}
