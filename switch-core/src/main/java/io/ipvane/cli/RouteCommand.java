// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code ipvane route}: routes: where ports in mode l3 send. */
@Command(
        name = "route",
        header = "Routes: where ports in mode l3 send.",
        subcommands = RouteCommand.Show.class)
final class RouteCommand extends ObjectCommand {
    /** {@code ipvane route show}. */
    @Command(
            name = "show",
            header = "Routes: where ports in mode l3 send.",
            description =
                    "Shows each route with its uplink, the gateway, and its type: unicast (by a gateway), connected, or blackhole.",
            footer = {"", "Examples:", "  ipvane route show", "  ipvane -j route show"})
    static final class Show extends ShowCommand {
        @Override
        String path() {
            return "/v1/routes";
        }

        @Override
        List<Column> columns() {
            return List.of(
                    Column.of("TO", "to"),
                    Column.of("VIA", "via"),
                    Column.of("UPLINK", "uplink"),
                    Column.of("TYPE", "type"));
        }
    }
}
