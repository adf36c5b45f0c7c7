// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ipvane.config.UplinkConfig;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ipvane uplink}: uplinks: the devices whose MAC ports share. */
@Command(
        name = "uplink",
        header = "Uplinks: the devices whose MAC ports share.",
        subcommands = {
            UplinkCommand.Show.class,
            UplinkCommand.Add.class,
            UplinkCommand.Set.class,
            UplinkCommand.Del.class
        })
final class UplinkCommand extends ObjectCommand {
    private static final List<Keyword> SETTINGS =
            Stream.concat(Keyword.of(UplinkConfig.TABLE).stream(), Stream.of(Words.WAIT)).toList();

    /** {@code ipvane uplink show}. */
    @Command(
            name = "show",
            header = "Uplinks: the devices whose MAC ports share.",
            description =
                    "Shows each uplink with its device, mode, flag, whose behaviour it shows where ours and the kernel's differ, link (waiting while its device is not there), MTU, MAC address, the interface of its host port, how many ports it has, and why it or its host port is not up.",
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
                    Column.of("LINK", "state"),
                    Column.of("MTU", "mtu"),
                    Column.of("MAC", "mac"),
                    Column.of("HOST", "hostInterface"),
                    Column.of("PORTS", "ports"),
                    Column.of("REASON", "reason"));
        }
    }

    /** {@code ipvane uplink add}. */
    @Command(
            name = "add",
            header = "Make an uplink.",
            customSynopsis = {
                "ipvane uplink add NAME device DEVICE [WORD VALUE]...",
                "         [bridge|private|vepa] [wait] [--dry-run] [--if-match=TAG]"
            },
            description = {
                "Makes an uplink while the switch runs: opens its device and takes its interface over."
                        + " Without mode it is l2, without flag bridge.",
                "host makes a host port, with an address for each host-address.",
                "An interface or a namespace that is not there is refused; with the word wait it is"
                        + " waited for."
            },
            footer = {
                "",
                "Examples:",
                "  ipvane uplink add wan0 device af_packet:eth0",
                "  ipvane uplink add wan1 device af_packet:eth1 mode l3 private \\",
                "    host ipvane1 host-address 198.51.100.10/24"
            })
    static final class Add extends ChangeCommand {
        @Override
        List<Keyword> keywords() {
            return SETTINGS;
        }

        @Override
        Change change(Words words, AdminClient client) {
            final String name = words.subject("NAME");
            final ObjectNode uplink = words.settings(SETTINGS, false);
            words.required(uplink, "device");
            return Change.add(AdminClient.path("/v1/uplinks", name), uplink);
        }
    }

    /** {@code ipvane uplink set}. */
    @Command(
            name = "set",
            header = "Change an uplink.",
            customSynopsis = {
                "ipvane uplink set NAME [WORD VALUE]... [bridge|private|vepa]",
                "         [wait] [--dry-run] [--if-match=TAG]"
            },
            description = {
                "Changes what is named and nothing else: a mode without a flag leaves the flag as it"
                        + " is. Mode and flag are those of every port that has none of its own. The"
                        + " word 'default' as a value takes a setting back. Addresses of the host port"
                        + " that are given replace those that were."
            },
            footer = {
                "",
                "Examples:",
                "  ipvane uplink set wan0 mode l3",
                "  ipvane uplink set wan0 private antispoof off",
                "  ipvane uplink set wan0 mtu default"
            })
    static final class Set extends ChangeCommand {
        @Override
        List<Keyword> keywords() {
            return SETTINGS;
        }

        @Override
        Change change(Words words, AdminClient client) {
            final String name = words.subject("NAME");
            final ObjectNode patch = words.settings(SETTINGS, true);
            if (patch.isEmpty()) {
                throw words.usage("nothing to set; name a setting and its value");
            }
            return Change.set(AdminClient.path("/v1/uplinks", name), patch);
        }
    }

    /** {@code ipvane uplink del}. */
    @Command(
            name = "del",
            header = "Delete an uplink.",
            customSynopsis = "ipvane uplink del NAME [cascade] [--dry-run] [--if-match=TAG]",
            description =
                    "Deletes an uplink and gives its interface back to the kernel. It must have no"
                            + " ports; with cascade they are deleted too, as the kernel does it.",
            footer = {
                "",
                "Examples:",
                "  ipvane uplink del wan1",
                "  ipvane uplink del wan1 cascade"
            })
    static final class Del extends ChangeCommand {
        private static final List<Keyword> KEYWORDS = List.of(Keyword.itself("cascade", "cascade"));

        @Override
        Change change(Words words, AdminClient client) {
            final String name = words.subject("NAME");
            final boolean cascade = words.settings(KEYWORDS, false).has("cascade");
            final String path = AdminClient.path("/v1/uplinks", name);
            return cascade ? Change.delete(path, "cascade=true") : Change.delete(path);
        }
    }
}
