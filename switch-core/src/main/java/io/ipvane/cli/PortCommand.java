// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ipvane port}: ports: what is behind an uplink. */
@Command(
        name = "port",
        header = "Ports: what is behind an uplink.",
        subcommands = PortCommand.Show.class)
final class PortCommand extends ObjectCommand {
    /** {@code ipvane port show}. */
    @Command(
            name = "show",
            header = "Ports: what is behind an uplink.",
            description =
                    "Shows each port with its uplink, the mode and flag that it forwards by, whether its interface is up, its MTU, where its interface is, and its addresses. An address that another port held first has '(duplicate)' behind it.",
            footer = {
                "",
                "Examples:",
                "  ipvane port show",
                "  ipvane port show web",
                "  ipvane -p port show web"
            })
    static final class Show extends ShowCommand {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "NAME",
                description = "Only the port with this name.")
        private String name;

        @Override
        String path() {
            return name == null ? "/v1/ports" : AdminClient.path("/v1/ports", name);
        }

        @Override
        List<Column> columns() {
            return List.of(
                    Column.of("NAME", "name"),
                    Column.of("UPLINK", "uplink"),
                    Column.of("MODE", "mode"),
                    Column.of("FLAG", "flag"),
                    Column.of("STATE", "up", "up", "down"),
                    Column.of("MTU", "mtu"),
                    Column.of("NETNS", "netns"),
                    Column.of("INTERFACE", "interface"),
                    new Column("ADDRESSES", AddressCommand::ofPort));
        }
    }
}
