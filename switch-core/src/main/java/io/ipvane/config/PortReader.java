// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.Mode;
import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Optional;

/** Reads one element of {@code ports}. */
final class PortReader {
    static final List<String> KEYS =
            List.of(
                    "name",
                    "uplink",
                    "type",
                    "netns",
                    "interface",
                    "addresses",
                    "mtu",
                    "mode",
                    "flag",
                    "allowedSources",
                    "queues",
                    "socket",
                    "role");

    private final YamlSection section;
    private final Places places;

    PortReader(YamlSection section, Places places) {
        this.section = section;
        this.places = places;
    }

    /** The port; empty where its name, uplink or interface is missing or wrong. */
    Optional<PortConfig> read() {
        final PortType type = section.choice("type", PortType.class).orElse(PortType.TAP);
        if (type == PortType.VHOST_USER) {
            section.refuse("type", "type 'vhost-user' is not supported by this build; use tap");
            return Optional.empty();
        }
        for (String key : List.of("socket", "role")) {
            if (section.has(key)) {
                section.refuse(key, key + " belongs to type vhost-user; remove it from a tap");
            }
        }
        final Optional<String> name = section.required("name", section.value("name", Names::check));
        final Optional<String> uplink = section.required("uplink", section.text("uplink"));
        final Optional<String> netns = section.value("netns", Names::checkNamespace);
        final Optional<String> interfaceName = name.flatMap(this::interfaceName);
        final List<IpPrefix> addresses =
                section.values("addresses", "address", IpPrefix::parseWithHostBits);
        final var mtu =
                section.integer("mtu", SwitchConfigReader.MIN_MTU, SwitchConfigReader.MAX_MTU);
        final Optional<Mode> mode = UplinkReader.mode(section);
        final Optional<IpvlanFlag> flag = section.choice("flag", IpvlanFlag.class);
        final List<IpPrefix> sources =
                section.values("allowedSources", "allowedSources", IpPrefix::parse);
        final int queues = section.integer("queues", 1, SwitchConfigReader.MAX_QUEUES).orElse(1);
        if (name.isEmpty() || uplink.isEmpty() || interfaceName.isEmpty()) {
            return Optional.empty();
        }
        final PortConfig port =
                new PortConfig(
                        name.get(),
                        uplink.get(),
                        type,
                        netns,
                        interfaceName.get(),
                        addresses,
                        mtu,
                        mode,
                        flag,
                        sources,
                        queues);
        places.put(port, section);
        return Optional.of(port);
    }

    private Optional<String> interfaceName(String portName) {
        if (section.has("interface")) {
            return section.value("interface", Names::checkInterface);
        }
        try {
            return Optional.of(Names.checkInterface(portName));
        } catch (IllegalArgumentException e) {
            section.refuse(
                    "name",
                    "interface is missing, and the port's name is too long for one"
                            + " (15 characters at most); give it an interface");
            return Optional.empty();
        }
    }
}
