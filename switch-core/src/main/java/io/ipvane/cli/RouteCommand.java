// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code ipvane route}: routes: where ports in mode l3 send. */
@Command(
        name = "route",
        header = "Routes: where ports in mode l3 send.",
        subcommands = {RouteCommand.Show.class, RouteCommand.Add.class, RouteCommand.Del.class})
final class RouteCommand extends ObjectCommand {
    /** Words for a route without a gateway: what becomes of packets. */
    private static final List<String> TYPES = List.of("blackhole", "unreachable", "prohibit");

    private static final List<Keyword> KEYWORDS = List.of(Keyword.text("dev"), Keyword.text("via"));

    /** The words of a route as its document; {@code to} and {@code dev} among them. */
    private static ObjectNode read(Words words) {
        final String first = words.subject("PREFIX");
        final boolean typed = TYPES.contains(first);
        final String to = typed ? words.subject("PREFIX") : first;
        final ObjectNode route = words.settings(KEYWORDS, false);
        words.required(route, "dev");
        if (typed) {
            route.put(first, true);
        }
        // 'default' alone is that of IPv4, as with ip(8).
        final boolean ipv6 = route.path("via").asText().contains(":");
        return route.put("to", to.equals("default") && ipv6 ? "::/0" : to);
    }

    private static String path(ObjectNode route) {
        return AdminClient.path(
                "/v1/routes", route.remove("dev").asText(), route.remove("to").asText());
    }

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

    /** {@code ipvane route add}. */
    @Command(
            name = "add",
            header = "Make a route.",
            customSynopsis = {
                "ipvane route add PREFIX via GATEWAY dev UPLINK",
                "       ipvane route add blackhole|unreachable|prohibit PREFIX dev UPLINK"
            },
            description =
                    "Makes a route of an uplink. PREFIX is a network or 'default', which has the family"
                            + " of the gateway. The gateway is on a network of the uplink.",
            footer = {
                "",
                "Examples:",
                "  ipvane route add default via 192.0.2.1 dev wan0",
                "  ipvane route add 198.51.100.0/24 via 192.0.2.7 dev wan0",
                "  ipvane route add blackhole 203.0.113.0/24 dev wan0"
            })
    static final class Add extends ChangeCommand {
        @Override
        Change change(Words words, AdminClient client) {
            final ObjectNode route = read(words);
            return Change.add(path(route), route);
        }
    }

    /** {@code ipvane route del}. */
    @Command(
            name = "del",
            header = "Delete a route.",
            customSynopsis = "ipvane route del PREFIX [via GATEWAY] dev UPLINK [--dry-run]",
            description =
                    "Deletes a route of an uplink. 'default' is that of IPv4 unless an IPv6 gateway is"
                            + " named; '::/0' is that of IPv6. Connected routes go with their addresses.",
            footer = {
                "",
                "Examples:",
                "  ipvane route del default dev wan0",
                "  ipvane route del ::/0 dev wan0"
            })
    static final class Del extends ChangeCommand {
        @Override
        Change change(Words words, AdminClient client) {
            return Change.delete(path(read(words)));
        }
    }
}
