// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.Mode;
import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Reads one element of {@code ports}. */
final class PortReader {
    static final List<String> KEYS =
            Stream.concat(
                            Stream.of(
                                    "name",
                                    "uplink",
                                    "addresses",
                                    "mtu",
                                    "mode",
                                    "flag",
                                    "allowedSources",
                                    "queues"),
                            EndpointReader.KEYS.stream())
                    .toList();

    /** A guest that uses more addresses than this is a router, which has allowedSources. */
    private static final int MAX_LEARNED = 1_024;

    private final YamlSection section;
    private final Places places;

    PortReader(YamlSection section, Places places) {
        this.section = section;
        this.places = places;
    }

    /** The port; empty where its name, uplink or endpoint is missing or wrong. */
    Optional<PortConfig> read() {
        final Optional<String> name = section.required("name", section.value("name", Names::check));
        final Optional<String> uplink = section.required("uplink", section.text("uplink"));
        final Optional<EndpointConfig> endpoint = new EndpointReader(section).read(name);
        final List<IpPrefix> addresses =
                section.values("addresses", "address", IpPrefix::parseWithHostBits);
        final var mtu =
                section.integer("mtu", SwitchConfigReader.MIN_MTU, SwitchConfigReader.MAX_MTU);
        final Optional<Mode> mode = UplinkReader.mode(section);
        final Optional<IpvlanFlag> flag = section.choice("flag", IpvlanFlag.class);
        final List<IpPrefix> sources =
                section.values("allowedSources", "allowedSources", IpPrefix::parse);
        final int queues = section.integer("queues", 1, SwitchConfigReader.MAX_QUEUES).orElse(1);
        final OptionalInt learn = learn();
        if (name.isEmpty() || uplink.isEmpty() || endpoint.isEmpty()) {
            return Optional.empty();
        }
        final PortConfig port =
                new PortConfig(
                        name.get(),
                        uplink.get(),
                        endpoint.get(),
                        addresses,
                        mtu,
                        mode,
                        flag,
                        sources,
                        queues,
                        learn);
        places.put(port, section);
        return Optional.of(port);
    }

    private OptionalInt learn() {
        final Optional<YamlSection> learn = section.section("learn", List.of("max"));
        if (learn.isEmpty()) {
            return OptionalInt.empty();
        }
        final OptionalInt max = learn.get().integer("max", 1, MAX_LEARNED);
        if (!learn.get().has("max")) {
            learn.get()
                    .refuse(
                            "max",
                            "max is missing; say how many addresses may be learned, or remove learn");
        }
        return max;
    }
}
