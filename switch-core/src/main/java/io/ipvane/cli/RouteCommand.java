// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** {@code ipvane route}: routes: where ports in mode l3 send. */
@Command(
        name = "route",
        header = "Routes: where ports in mode l3 send.",
        subcommands = {
            RouteCommand.Show.class,
            RouteCommand.Add.class,
            RouteCommand.Replace.class,
            RouteCommand.Del.class
        })
final class RouteCommand extends ObjectCommand {
    /** Words for a route without a gateway: what becomes of packets. */
    private static final List<String> TYPES = List.of("blackhole", "unreachable", "prohibit");

    /** Begins one of several gateways. */
    private static final String NEXT_HOP = "nexthop";

    private static final List<Keyword> KEYWORDS =
            List.of(
                    Keyword.text("dev"),
                    Keyword.text("via"),
                    Keyword.number("metric"),
                    Keyword.text("src"),
                    Keyword.number("mtu"));

    private static final List<Keyword> HOP_KEYWORDS =
            List.of(Keyword.text("dev"), Keyword.text("via"), Keyword.number("weight"));

    /** The words of a route as its document; {@code to} and {@code dev} among them. */
    private static ObjectNode read(Words words) {
        final List<Words> hops = words.cut(NEXT_HOP);
        final String first = words.subject("PREFIX");
        final boolean typed = TYPES.contains(first);
        final String to = typed ? words.subject("PREFIX") : first;
        final ObjectNode route = words.settings(KEYWORDS, false);
        hops.forEach(hop -> addHop(hop, route));
        words.required(route, "dev");
        if (typed) {
            route.put(first, true);
        }
        return route.put("to", to.equals("default") ? all(route) : to);
    }

    /** One of several gateways: its uplink is that of the route. */
    private static void addHop(Words words, ObjectNode route) {
        final ObjectNode hop = words.settings(HOP_KEYWORDS, false);
        words.required(hop, "via");
        final JsonNode dev = hop.remove("dev");
        if (dev != null) {
            if (route.path("dev").asText(dev.asText()).equals(dev.asText())) {
                route.set("dev", dev);
            } else {
                throw words.usage(
                        "nexthop via "
                                + hop.get("via").asText()
                                + " dev "
                                + dev.asText()
                                + ": all gateways of a route are on one uplink, here "
                                + route.get("dev").asText());
            }
        }
        route.withArrayProperty("nexthops").add(hop);
    }

    /**
     * What {@code default} is: of the family that an address says, and where none does that of
     * IPv4, as with ip(8). A route without a gateway has to say which.
     */
    private static String all(ObjectNode route) {
        final String gateway =
                route.path("nexthops").path(0).path("via").asText(route.path("via").asText());
        if (gateway.contains(":") || route.path("src").asText().contains(":")) {
            return "::/0";
        }
        return gateway.isEmpty() ? "0.0.0.0/0" : "default";
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
                    "Shows each route with its uplink, its gateway or gateways, and its type: unicast"
                            + " (by a gateway), link (without one), connected, local, blackhole,"
                            + " unreachable or prohibit. Of those to one network the lowest metric"
                            + " counts.",
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
                    new Column("VIA", Show::gateways),
                    Column.of("UPLINK", "uplink"),
                    Column.of("TYPE", "type"),
                    Column.of("METRIC", "metric"),
                    new Column("MTU", route -> unlessZero(route.path("mtu"))),
                    Column.of("SRC", "src"));
        }

        private static String gateways(JsonNode route) {
            final List<String> all = new ArrayList<>();
            for (JsonNode hop : route.path("nexthops")) {
                all.add(hop.path("via").asText() + " weight " + hop.path("weight").asText());
            }
            return all.isEmpty() ? route.path("via").asText() : String.join(", ", all);
        }

        private static String unlessZero(JsonNode number) {
            return number.asInt() == 0 ? "" : number.asText();
        }
    }

    /** {@code ipvane route add}. */
    @Command(
            name = "add",
            header = "Make a route.",
            customSynopsis = {
                "ipvane route add PREFIX [via GATEWAY] dev UPLINK",
                "                        [metric N] [src ADDR] [mtu N]",
                "       ipvane route add PREFIX [metric N] [src ADDR] [mtu N]",
                "                        nexthop via GATEWAY dev UPLINK [weight N]...",
                "       ipvane route add blackhole|unreachable|prohibit PREFIX dev UPLINK",
                "                        [metric N]"
            },
            description = {
                "Makes a route of an uplink. PREFIX is a network or 'default', which has the family"
                        + " of the gateway. The gateway is on a network of the uplink, or on that of a"
                        + " route without gateway.",
                "Without 'via' the destinations are on the link: each is asked for by ARP or ND.",
                "With several 'nexthop' each flow keeps to one of them; the weights say how many. One"
                        + " that does not answer is passed over.",
                "metric: of the routes to one network the lowest counts (0; IPv6: 1024). src: address"
                        + " of the host port that the switch speaks from. mtu: senders of longer"
                        + " packets are told."
            },
            footer = {
                "",
                "Examples:",
                "  ipvane route add default via 192.0.2.1 dev wan0",
                "  ipvane route add 198.51.100.0/24 via 192.0.2.7 dev wan0",
                "  ipvane route add 203.0.113.0/24 dev wan0 mtu 1400",
                "  ipvane route add default nexthop via 192.0.2.1 dev wan0 weight 2" + " nexthop",
                "      via 192.0.2.2 dev wan0",
                "  ipvane route add blackhole 203.0.113.128/25 dev wan0"
            })
    static final class Add extends ChangeCommand {
        @Override
        Change change(Words words, AdminClient client) {
            final ObjectNode route = read(words);
            return Change.add(path(route), route);
        }
    }

    /** {@code ipvane route replace}. */
    @Command(
            name = "replace",
            header = "Make a route, or change it.",
            customSynopsis = "ipvane route replace PREFIX ...   (as route add)",
            description =
                    "As 'route add', where the uplink may have a route to the network of that metric"
                            + " already: it becomes another one at once, without a gap. Flows move"
                            + " only as far as gateways and weights are others.",
            footer = {
                "",
                "Examples:",
                "  ipvane route replace default via 192.0.2.2 dev wan0",
                "  ipvane route replace default nexthop via 192.0.2.1 dev wan0 weight 1"
                        + " nexthop",
                "      via 192.0.2.2 dev wan0 weight 3"
            })
    static final class Replace extends ChangeCommand {
        @Override
        Change change(Words words, AdminClient client) {
            final ObjectNode route = read(words);
            return Change.replace(path(route), route);
        }
    }

    /** {@code ipvane route del}. */
    @Command(
            name = "del",
            header = "Delete a route.",
            customSynopsis =
                    "ipvane route del PREFIX [via GATEWAY] dev UPLINK [metric N] [--dry-run]",
            description =
                    "Deletes a route of an uplink: of several to the network that which has the metric"
                            + " and the gateway, where they are named, and the lowest metric. 'default'"
                            + " is that of IPv4 unless an IPv6 gateway is named; '::/0' is that of"
                            + " IPv6. Connected routes go with their addresses. The whole sentence that"
                            + " has added a route may stand here too.",
            footer = {
                "",
                "Examples:",
                "  ipvane route del default dev wan0",
                "  ipvane route del ::/0 dev wan0"
            })
    static final class Del extends ChangeCommand {
        @Override
        Change change(Words words, AdminClient client) {
            final ObjectNode route = read(words);
            return Change.delete(path(route), narrowed(route));
        }

        private static String[] narrowed(ObjectNode route) {
            return Stream.of("metric", "via")
                    .filter(route::has)
                    .map(key -> key + "=" + route.get(key).asText())
                    .toArray(String[]::new);
        }
    }
}
