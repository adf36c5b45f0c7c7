// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Form;
import io.ipvane.option.Given;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import io.ipvane.option.Values;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One route of an uplink.
 *
 * @param to destination network; {@code default} is length 0
 * @param type what becomes of packets to it
 * @param via the gateway, of the same family; present with {@link Type#VIA} only
 */
public record RouteConfig(IpPrefix to, Type type, Optional<IpAddress> via) {
    /** What becomes of packets, in the words of iproute2. */
    public enum Type {
        /** Sent by a gateway. */
        VIA,
        /** Dropped. */
        BLACKHOLE,
        /** Dropped; the sender is told that the host cannot be reached. */
        UNREACHABLE,
        /** Dropped; the sender is told that it is forbidden. */
        PROHIBIT;

        /** The key in the file. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Every destination, of the gateway's family. */
    static final String DEFAULT_ROUTE = "default";

    /** Empty: every destination of the gateway's family. */
    private static final Key<Optional<IpPrefix>> TO =
            Key.of(
                            "to",
                            Form.text(
                                    "network or `default`",
                                    "PREFIX",
                                    RouteConfig::destination,
                                    to -> to.map(IpPrefix::toString).orElse(DEFAULT_ROUTE)),
                            "destination, once an uplink, no multicast; `default` has the family of `via`")
                    .required()
                    .with(Trait.ID);

    private static final Key<IpAddress> VIA =
            Key.of(
                    Type.VIA.key(),
                    Forms.ADDRESS,
                    "gateway of the same family, on a network of the uplink (or IPv6 link-local), not one of its own");

    private static final Map<Type, Key<Boolean>> DROPS =
            new EnumMap<>(
                    Map.of(
                            Type.BLACKHOLE,
                            drops(
                                    Type.BLACKHOLE,
                                    "drop instead, silently; then `to` is written out"),
                            Type.UNREACHABLE,
                            drops(Type.UNREACHABLE, "drop, and tell the sender: host unreachable"),
                            Type.PROHIBIT,
                            drops(
                                    Type.PROHIBIT,
                                    "drop, and tell the sender: administratively prohibited")));

    /** Its keys. */
    public static final Table<RouteConfig> TABLE = table();

    private static Key<Boolean> drops(Type type, String help) {
        return Key.of(type.key(), Form.truth(), help).byDefault(false);
    }

    private static Table<RouteConfig> table() {
        final Table.Builder<RouteConfig> table =
                Table.<RouteConfig>of(
                                "route", "Exactly one of via, blackhole, unreachable and prohibit.")
                        .key(TO, RouteConfig::written)
                        .maybe(VIA, RouteConfig::via);
        DROPS.forEach((type, key) -> table.key(key, route -> route.type() == type));
        return table.check(RouteConfig::check).made(RouteConfig::of);
    }

    private static Optional<IpPrefix> destination(String text) {
        return DEFAULT_ROUTE.equals(text) ? Optional.empty() : Optional.of(IpPrefix.parse(text));
    }

    /** Its destination as a document has it; without a gateway that of all needs its family. */
    private Optional<IpPrefix> written() {
        return to.length() == 0 && via.isPresent() ? Optional.empty() : Optional.of(to);
    }

    private static void check(Given route) {
        final List<Type> types = types(route, route.has(VIA));
        if (types.size() != 1) {
            route.refuse(
                    types.isEmpty() ? VIA : DROPS.get(types.get(1)),
                    "needs either via or one of blackhole: true, unreachable: true and prohibit:"
                            + " true; give one of the four");
        } else if (!route.has(VIA) && route.find(TO).filter(Optional::isEmpty).isPresent()) {
            route.refuse(TO, "to 'default' without via has no family; write 0.0.0.0/0 or ::/0");
        }
    }

    private static List<Type> types(Values route, boolean via) {
        return Stream.of(Type.values())
                .filter(type -> type == Type.VIA ? via : route.find(DROPS.get(type)).orElse(false))
                .toList();
    }

    private static RouteConfig of(Values route) {
        final Optional<IpAddress> via = route.find(VIA);
        return new RouteConfig(
                route.get(TO).orElseGet(() -> all(via.orElseThrow().isIpv4())),
                types(route, via.isPresent()).get(0),
                via);
    }

    /** Every destination of a family. */
    static IpPrefix all(boolean ipv4) {
        return new IpPrefix(ipv4 ? IpAddress.ipv4(0) : IpAddress.ipv6(0, 0), 0);
    }

    /** By a gateway, or where there is none a blackhole. */
    public RouteConfig(IpPrefix to, Optional<IpAddress> via) {
        this(to, via.isPresent() ? Type.VIA : Type.BLACKHOLE, via);
    }

    /** Whether packets to this destination are dropped without a word. */
    public boolean isBlackhole() {
        return type == Type.BLACKHOLE;
    }
}
