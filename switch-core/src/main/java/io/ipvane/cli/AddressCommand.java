// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.StringJoiner;
import picocli.CommandLine.Command;

/** {@code ipvane address}: addresses: what ports are found by. */
@Command(
        name = "address",
        header = "Addresses: what ports are found by.",
        subcommands = {
            AddressCommand.Show.class,
            AddressCommand.Add.class,
            AddressCommand.Del.class
        })
final class AddressCommand extends ObjectCommand {
    private static final List<Keyword> KEYWORDS = List.of(Keyword.text("dev"));

    private static String path(Words words) {
        final String address = words.subject("ADDR");
        final String port = words.required(words.settings(KEYWORDS, false), "dev");
        return AdminClient.path("/v1/ports", port, "addresses", address);
    }

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

    /** {@code ipvane address add}. */
    @Command(
            name = "add",
            header = "Give a port an address.",
            customSynopsis = "ipvane address add ADDR[/LEN] dev PORT [--dry-run] [--if-match=TAG]",
            description =
                    "Gives a port an address: it is put on the port's interface, and frames for it go"
                            + " to the port. Nobody else of the uplink may have it, the host included."
                            + " Without a length it is that one address.",
            footer = {
                "",
                "Examples:",
                "  ipvane address add 192.0.2.21/24 dev web",
                "  ipvane address add 2001:db8::21/64 dev web"
            })
    static final class Add extends ChangeCommand {
        @Override
        Change change(Words words, AdminClient client) {
            return Change.add(path(words), JsonNodeFactory.instance.missingNode());
        }
    }

    /** {@code ipvane address del}. */
    @Command(
            name = "del",
            header = "Take an address from a port.",
            customSynopsis = "ipvane address del ADDR[/LEN] dev PORT [--dry-run] [--if-match=TAG]",
            description =
                    "Takes from a port an address that it has by the configuration. One that was set"
                            + " on the interface by hand is deleted there. A length that is given must"
                            + " be right.",
            footer = {"", "Examples:", "  ipvane address del 192.0.2.21 dev web"})
    static final class Del extends ChangeCommand {
        @Override
        Change change(Words words, AdminClient client) {
            return Change.delete(path(words));
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
