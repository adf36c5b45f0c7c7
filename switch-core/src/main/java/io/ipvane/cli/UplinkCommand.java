// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ipvane uplink}: uplinks: the devices whose MAC ports share. */
@Command(
        name = "uplink",
        header = "Uplinks: the devices whose MAC ports share.",
        subcommands = UplinkCommand.Show.class)
final class UplinkCommand extends ObjectCommand {
    /** {@code ipvane uplink show}. */
    @Command(
            name = "show",
            header = "Uplinks: the devices whose MAC ports share.",
            description =
                    "Shows each uplink with its device, mode, flag, whose behaviour it shows where ours and the kernel's differ, link, MTU, MAC address, the interface of its host port, and how many ports it has.",
            footer = {"", "Examples:", "  ipvane uplink show", "  ipvane -j uplink show wan0"})
    static final class Show extends ShowCommand {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "NAME",
                description = "Only the uplink with this name.")
        private String name;

        @Override
        String path() {
            return name == null ? "/v1/uplinks" : AdminClient.path("/v1/uplinks", name);
        }

        @Override
        List<Column> columns() {
            return List.of(
                    Column.of("NAME", "name"),
                    Column.of("DEVICE", "device"),
                    Column.of("MODE", "mode"),
                    Column.of("FLAG", "flag"),
                    Column.of("COMPAT", "compat"),
                    Column.of("LINK", "link", "up", "down"),
                    Column.of("MTU", "mtu"),
                    Column.of("MAC", "mac"),
                    Column.of("HOST", "hostInterface"),
                    Column.of("PORTS", "ports"));
        }
    }
}
