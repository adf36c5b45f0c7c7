// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.StringJoiner;
import picocli.CommandLine.Command;

/** {@code ipvane address}: addresses: what ports are found by. */
@Command(
        name = "address",
        header = "Addresses: what ports are found by.",
        subcommands = AddressCommand.Show.class)
final class AddressCommand extends ObjectCommand {
    /** {@code ipvane address show}. */
    @Command(
            name = "show",
            header = "Addresses: what ports are found by.",
            description =
                    "Shows every address with the port that has it, where it comes from (config: the configuration; namespace: set on the interface by hand; linklocal: made by the switch), and whether it is active or a duplicate of another port's, which gets its frames.",
            footer = {"", "Examples:", "  ipvane address show", "  ipvane -j address show"})
    static final class Show extends ShowCommand {
        @Override
        String path() {
            return "/v1/addresses";
        }

        @Override
        List<Column> columns() {
            return List.of(
                    Column.of("ADDRESS", "address"),
                    Column.of("PORT", "port"),
                    Column.of("UPLINK", "uplink"),
                    Column.of("ORIGIN", "origin"),
                    Column.of("STATE", "state"));
        }
    }

    /** The addresses of one port in one cell. */
    static String ofPort(JsonNode port) {
        final StringJoiner cell = new StringJoiner(",");
        for (JsonNode address : port.path("addresses")) {
            final boolean active = "active".equals(address.path("state").asText());
            cell.add(
                    address.path("address").asText()
                            + (active ? "" : "(" + address.path("state").asText() + ")"));
        }
        return cell.toString();
    }
}
