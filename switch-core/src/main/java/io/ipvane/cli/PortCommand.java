// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ipvane.config.PortConfig;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ipvane port}: ports: what is behind an uplink. */
@Command(
        name = "port",
        header = "Ports: what is behind an uplink.",
        subcommands = {
            PortCommand.Show.class,
            PortCommand.Add.class,
            PortCommand.Set.class,
            PortCommand.Del.class
        })
final class PortCommand extends ObjectCommand {
    /** What a port can be told when it is made. */
    static final List<Keyword> AT_FIRST =
            Stream.concat(Keyword.of(PortConfig.TABLE).stream(), Stream.of(Words.WAIT)).toList();

    /** What a port can be told at any time; addresses have a command of their own. */
    static final List<Keyword> SETTINGS =
            AT_FIRST.stream().filter(keyword -> !keyword.word().equals("address")).toList();

    private static String attachment(JsonNode port) {
        final String socket = port.path("socket").asText();
        return socket.isEmpty() ? port.path("interface").asText() : socket;
    }

    /** {@code ipvane port show}. */
    @Command(
            name = "show",
            header = "Ports: what is behind an uplink.",
            description =
                    "Shows each port with its uplink, the mode and flag that it forwards by, whether frames can be delivered, its MTU, what it is attached to (the interface in a namespace, or the socket of a memif or vhost-user port), and its addresses. An address that another port held first has '(duplicate)' behind it. A port that is not up has a reason.",
            footer = {
                "",
                "Examples:",
                "  ipvane port show",
                "  ipvane port show web",
                "  ipvane -p port show web"
            })
    static final class Show extends ShowCommand {
        static final List<Column> COLUMNS =
                List.of(
                        Column.of("NAME", "name"),
                        Column.of("UPLINK", "uplink"),
                        Column.of("MODE", "mode"),
                        Column.of("FLAG", "flag"),
                        Column.of("STATE", "state"),
                        Column.of("MTU", "mtu"),
                        Column.of("NETNS", "netns"),
                        new Column("INTERFACE", PortCommand::attachment),
                        new Column("ADDRESSES", AddressCommand::ofPort),
                        Column.of("REASON", "reason"));

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
            return COLUMNS;
        }
    }

    /** {@code ipvane port add}. */
    @Command(
            name = "add",
            header = "Make a port.",
            customSynopsis = {
                "ipvane port add NAME uplink UPLINK [WORD VALUE]...",
                "         [bridge|private|vepa] [wait] [--dry-run] [--if-match=TAG]",
                "ipvane port add NAME uplink UPLINK type vhost-user socket PATH ...",
                "ipvane port add NAME uplink UPLINK type memif socket PATH [id N] ..."
            },
            description = {
                "Makes a port while the switch runs. Without interface its TAP has the port's name;"
                        + " without netns it is in the namespace of the daemon. Without mode or flag"
                        + " the port has its uplink's, now and when they change. source is a network"
                        + " that it may send from beside its own addresses.",
                "A vhost-user port is for a virtual machine, or a program with a virtio driver of its"
                        + " own. mergeable off is faster, for guests whose buffers take whole frames.",
                "A memif port is for a program that speaks memif, the shared memory packet interface,"
                        + " as VPP does and what is made with DPDK or libmemif; it often is in a"
                        + " container. id is the number by which both sides call the interface, 0"
                        + " unless given.",
                "A port of either type has a socket of its own. In role client, the default, the other"
                        + " side makes it, and each side may be restarted; in role server the switch"
                        + " does, with the rights of socket-mode (0660) and socket-group. mac is the"
                        + " address that the other side has; without it the switch takes what that"
                        + " sends from. learn lets the port have up to N addresses by using them."
                        + " queues is how many pairs of rings the other side may have.",
                "A namespace, or the folder of a socket, that is not there is refused; with the word"
                        + " wait the port is 'waiting' until it is.",
                "A port of this name must not exist: 'port set' changes one."
            },
            footer = {
                "",
                "Examples:",
                "  ipvane port add web uplink wan0 netns blue interface eth0 \\",
                "    address 192.0.2.11/24 address 2001:db8::11/64",
                "  ipvane port add db uplink wan0 netns green private",
                "  ipvane port add vm1 uplink wan0 type vhost-user socket /run/ipvane/vm1.sock \\",
                "    address 192.0.2.12/24",
                "  ipvane port add app1 uplink wan0 type memif socket /run/ipvane/app1.sock \\",
                "    role server address 192.0.2.13/24",
                "  ipvane --dry-run port add db uplink wan0"
            })
    static final class Add extends ChangeCommand {
        @Override
        List<Keyword> keywords() {
            return AT_FIRST;
        }

        @Override
        Change change(Words words, AdminClient client) {
            final String name = words.subject("NAME");
            final ObjectNode port = words.settings(AT_FIRST, false);
            words.required(port, "uplink");
            return Change.add(AdminClient.path("/v1/ports", name), port);
        }
    }

    /** {@code ipvane port set}. */
    @Command(
            name = "set",
            header = "Change a port.",
            customSynopsis = {
                "ipvane port set NAME [WORD VALUE]... [bridge|private|vepa]",
                "         [wait] [--dry-run] [--if-match=TAG]"
            },
            description = {
                "Changes what is named and nothing else: a mode without a flag leaves the flag as it"
                        + " is. The word 'default' as a value takes a setting back: 'flag default'"
                        + " gives the port its uplink's flag again. Sources that are given replace"
                        + " those that were.",
                "What a port is attached to does not change in place: with another uplink, type or"
                        + " number of queues, or another value for anything of its TAP or socket, id"
                        + " and mac among them, the old interface or connection goes and a new one"
                        + " is made."
            },
            footer = {
                "",
                "Examples:",
                "  ipvane port set web private",
                "  ipvane port set web mtu 1400 mode l3",
                "  ipvane port set web flag default"
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
            return Change.set(AdminClient.path("/v1/ports", name), patch);
        }
    }

    /** {@code ipvane port del}. */
    @Command(
            name = "del",
            header = "Delete a port.",
            customSynopsis = "ipvane port del NAME [--dry-run] [--if-match=TAG]",
            description =
                    "Deletes a port and its interface. Its addresses are unknown from then on: frames"
                            + " for them go to the host port.",
            footer = {"", "Examples:", "  ipvane port del web"})
    static final class Del extends ChangeCommand {
        @Override
        Change change(Words words, AdminClient client) {
            final String name = words.subject("NAME");
            words.settings(List.of(), false);
            return Change.delete(AdminClient.path("/v1/ports", name));
        }
    }
}
