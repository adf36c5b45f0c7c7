// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ipvane.cli.Words.Keyword;
import io.ipvane.cli.Words.Kind;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** {@code ipvane link}: ports by the words that the kernel's ipvlan has in ip-link(8). */
@Command(
        name = "link",
        header = "Ports, by the words of ip-link(8).",
        subcommands = {
            PortCommand.Show.class,
            LinkCommand.Add.class,
            LinkCommand.Set.class,
            LinkCommand.Del.class
        })
final class LinkCommand extends ObjectCommand {
    private static final String IPVLAN = "ipvlan";

    private static final List<Keyword> SETTINGS =
            Stream.concat(
                            Stream.of(
                                    Keyword.text("type"),
                                    Keyword.text("mode"),
                                    Keyword.text("netns"),
                                    new Keyword("mtu", "mtu", Kind.NUMBER)),
                            Words.FLAGS.stream())
                    .toList();

    /** The type belongs to the sentence, not to the port. */
    private static void checkType(Words words, ObjectNode port) {
        if (!IPVLAN.equals(port.path("type").asText(IPVLAN))) {
            throw words.usage(
                    "type '" + port.get("type").asText() + "' is unknown here; write type ipvlan");
        }
        port.remove("type");
    }

    /** {@code ipvane link add}. */
    @Command(
            name = "add",
            header = "Make a port, as 'ip link add' makes an ipvlan device.",
            customSynopsis = {
                "ipvane link add link UPLINK name PORT [mtu N] [netns NS] type ipvlan",
                "         [mode l2|l3] [bridge|private|vepa] [--dry-run]"
            },
            description = {
                "The same as 'port add PORT uplink UPLINK ...'. What is left out is the uplink's and"
                        + " stays it: no other port changes, while the kernel switches all of them to"
                        + " l3 without a mode, and to bridge without a flag.",
                "Where UPLINK is a port, the new one becomes its sibling."
            },
            footer = {
                "",
                "Examples:",
                "  ipvane link add link wan0 name web type ipvlan mode l2 bridge",
                "  ipvane link add link wan0 name db netns green type ipvlan"
            })
    static final class Add extends ChangeCommand {
        private static final List<Keyword> KEYWORDS =
                Stream.concat(
                                Stream.of(
                                        new Keyword("link", "uplink", Kind.TEXT),
                                        Keyword.text("name")),
                                SETTINGS.stream())
                        .toList();

        @Override
        Change change(Words words, AdminClient client) {
            final ObjectNode port = words.settings(KEYWORDS, false);
            final String uplink = words.required(port, "uplink");
            final String name = words.required(port, "name");
            words.required(port, "type");
            checkType(words, port);
            port.remove("name");
            port.put("uplink", uplinkOf(client, uplink));
            return Change.add(AdminClient.path("/v1/ports", name), port);
        }

        /** The uplink of a port where it is one: CFG-6. */
        private static String uplinkOf(AdminClient client, String name) {
            for (JsonNode port : client.get("/v1/ports")) {
                if (port.path("name").asText().equals(name)) {
                    return port.path("uplink").asText();
                }
            }
            return name;
        }
    }

    /** {@code ipvane link set}. */
    @Command(
            name = "set",
            header = "Change a port, as 'ip link set' changes an ipvlan device.",
            customSynopsis = {
                "ipvane link set [dev] PORT [mtu N] [netns NS] [type ipvlan",
                "         [mode l2|l3] [bridge|private|vepa]] [--dry-run]"
            },
            description =
                    "Changes what is named at this port and nothing else, while the kernel changes mode"
                            + " and flag of every port of the uplink. 'ipvane uplink set' does that.",
            footer = {
                "",
                "Examples:",
                "  ipvane link set dev web type ipvlan mode l3",
                "  ipvane link set dev web type ipvlan private"
            })
    static final class Set extends ChangeCommand {
        @Override
        Change change(Words words, AdminClient client) {
            final String name = words.subject("PORT");
            final ObjectNode patch = words.settings(SETTINGS, true);
            checkType(words, patch);
            if (patch.isEmpty()) {
                throw words.usage("nothing to set; name a setting and its value");
            }
            return Change.set(AdminClient.path("/v1/ports", name), patch);
        }
    }

    /** {@code ipvane link del}. */
    @Command(
            name = "del",
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
