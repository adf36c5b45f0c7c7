// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ipvane link}: ports by the words that the kernel's ipvlan has in ip-link(8). */
@Command(
        name = "link",
        header = "Ports, by the words of ip-link(8).",
        subcommands = {
            LinkCommand.Show.class,
            LinkCommand.Add.class,
            LinkCommand.Set.class,
            LinkCommand.Del.class
        })
final class LinkCommand extends ObjectCommand {
    private static final String IPVLAN = "ipvlan";
    private static final String UP = "up";
    private static final String DOWN = "down";

    private static final List<Keyword> SETTINGS =
            Stream.concat(
                            Stream.of(Keyword.text("type")),
                            Keyword.pick(
                                    PortCommand.SETTINGS,
                                    "mode",
                                    "netns",
                                    "mtu",
                                    "bridge",
                                    "private",
                                    "vepa")
                                    .stream())
                    .toList();

    /** The type belongs to the sentence, not to the port. */
    private static void checkType(Words words, ObjectNode port) {
        if (!IPVLAN.equals(port.path("type").asText(IPVLAN))) {
            throw words.usage(
                    "type '" + port.get("type").asText() + "' is unknown here; write type ipvlan");
        }
        port.remove("type");
    }

    /** {@code ipvane link show}. */
    @Command(
            name = "show",
            header = "Ports, as 'ip link show' shows interfaces.",
            customSynopsis = "ipvane link show [[dev] PORT] [type ipvlan]",
            description = "The same as 'port show'.",
            footer = {"", "Examples:", "  ipvane link show", "  ipvane link show dev web"})
    static final class Show extends ShowCommand {
        @Parameters(arity = "0..*", paramLabel = "WORD", hidden = true)
        private List<String> given = new ArrayList<>();

        @Override
        String path() {
            final Words words = new Words(spec().commandLine(), given);
            final Keyword dev = Keyword.text("dev");
            final ObjectNode asked =
                    words.settings(List.of(dev, Keyword.text("type")), dev, "type");
            checkType(words, asked);
            return asked.has("dev")
                    ? AdminClient.path("/v1/ports", asked.get("dev").asText())
                    : "/v1/ports";
        }

        @Override
        List<Column> columns() {
            return PortCommand.Show.COLUMNS;
        }
    }

    /** {@code ipvane link add}. */
    @Command(
            name = "add",
            header = "Make a port, as 'ip link add' makes an ipvlan device.",
            customSynopsis = {
                "ipvane link add link UPLINK [name] PORT [mtu N] [netns NS] type ipvlan",
                "         [mode l2|l3] [bridge|private|vepa] [--dry-run]"
            },
            description = {
                "The same as 'port add PORT uplink UPLINK ...'. UPLINK is an uplink by its name, by"
                        + " the kernel interface of its device (eth0; eth0.7 for VLAN 7), or by one of"
                        + " its ports.",
                "As with the kernel, the mode is l3 and the flag bridge unless given; but they are"
                        + " those of this port, and no other port changes. 'port add' leaves both to the"
                        + " uplink."
            },
            footer = {
                "",
                "Examples:",
                "  ipvane link add link eth0 web type ipvlan mode l2",
                "  ipvane link add link wan0 name db netns green type ipvlan mode l2 private"
            })
    static final class Add extends ChangeCommand {
        private static final Keyword NAME = Keyword.text("name");

        private static final List<Keyword> KEYWORDS =
                Stream.concat(
                                Stream.of(
                                        Keyword.as("link", "uplink"),
                                        NAME,
                                        Keyword.as("dev", NAME.key())),
                                SETTINGS.stream())
                        .toList();

        @Override
        Change change(Words words, AdminClient client) {
            final ObjectNode port = words.settings(KEYWORDS, NAME, "type");
            final String uplink = words.required(port, "uplink");
            final String name = words.required(port, "name");
            words.required(port, "type");
            checkType(words, port);
            port.remove("name");
            port.put("uplink", LowerDevice.uplink(client, uplink));
            asTheKernelDoes(port, "mode", "l3");
            asTheKernelDoes(port, "flag", "bridge");
            return Change.add(AdminClient.path("/v1/ports", name), port);
        }

        private static void asTheKernelDoes(ObjectNode port, String key, String value) {
            if (!port.has(key)) {
                port.put(key, value);
            }
        }
    }

    /** {@code ipvane link set}. */
    @Command(
            name = "set",
            header = "Change a port, as 'ip link set' changes an ipvlan device.",
            customSynopsis = {
                "ipvane link set [dev] PORT [up] [mtu N] [netns NS] [type ipvlan",
                "         [mode l2|l3] [bridge|private|vepa]] [--dry-run]"
            },
            description = {
                "Changes what is named at this port and nothing else, while the kernel changes mode"
                        + " and flag of every port of the uplink. 'ipvane uplink set' does that. With"
                        + " netns the interface is made anew in that namespace.",
                "A port is up from the start; up only makes sure of it."
            },
            footer = {
                "",
                "Examples:",
                "  ipvane link set dev web netns blue",
                "  ipvane link set dev web type ipvlan mode l3",
                "  ipvane link set dev web type ipvlan private"
            })
    static final class Set extends ChangeCommand {
        private static final List<Keyword> KEYWORDS =
                Stream.concat(
                                SETTINGS.stream(),
                                Stream.of(UP, DOWN).map(w -> Keyword.itself(w, "state")))
                        .toList();

        @Override
        Change change(Words words, AdminClient client) {
            words.postpone(List.of(UP, DOWN));
            final String name = words.subject("PORT");
            final ObjectNode patch = words.settings(KEYWORDS, true);
            checkType(words, patch);
            if (patch.isEmpty()) {
                throw words.usage("nothing to set; name a setting and its value");
            }
            final String path = AdminClient.path("/v1/ports", name);
            checkState(patch.path("state").asText(), client, path, name);
            patch.remove("state");
            return Change.set(path, patch);
        }

        /** Whether an interface is up is its namespace's to say, not the configuration's. */
        private static void checkState(
                String wanted, AdminClient client, String path, String name) {
            if (wanted.isEmpty()) {
                return;
            }
            final JsonNode port = client.get(path);
            final String at = port.path("interface").asText();
            if (wanted.equals(DOWN) || (!at.isEmpty() && !port.path("up").asBoolean())) {
                final String netns = port.path("netns").asText();
                throw new CommandException(
                        ExitCode.FAILED,
                        "port '%s': its namespace says whether it is up; use: ip %slink set dev %s %s"
                                .formatted(
                                        name,
                                        netns.isEmpty() ? "" : "-n " + netns + " ",
                                        at.isEmpty() ? "IF" : at,
                                        wanted));
            }
        }
    }

    /** {@code ipvane link del}; {@code del} is short for it. */
    @Command(
            name = "delete",
            header = "Delete a port, as 'ip link del' deletes an ipvlan device.",
            customSynopsis = "ipvane link del [dev] PORT [type ipvlan] [--dry-run]",
            description = "The same as 'port del PORT'.",
            footer = {"", "Examples:", "  ipvane link del web"})
    static final class Del extends ChangeCommand {
        @Override
        Change change(Words words, AdminClient client) {
            final String name = words.subject("PORT");
            checkType(words, words.settings(List.of(Keyword.text("type")), false));
            return Change.delete(AdminClient.path("/v1/ports", name));
        }
    }
}
