// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.config.EndpointConfig.Memif;
import io.ipvane.config.EndpointConfig.OverSocket;
import io.ipvane.config.EndpointConfig.Tap;
import io.ipvane.config.EndpointConfig.VhostUser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what a port is attached to: {@code type}, and the keys that go with it. */
final class EndpointReader {
    private static final List<String> TAP = List.of(Tap.TYPE);
    private static final List<String> SOCKET = List.of(Memif.TYPE, VhostUser.TYPE);

    /** Keys and the types that they belong to. */
    private static final Map<String, List<String>> OWNERS =
            Map.of(
                    "netns", TAP,
                    "interface", TAP,
                    "socket", SOCKET,
                    "role", SOCKET,
                    "id", List.of(Memif.TYPE),
                    "mac", SOCKET,
                    "mergeable", List.of(VhostUser.TYPE),
                    "socketMode", SOCKET,
                    "socketGroup", SOCKET,
                    "learn", SOCKET);

    static final List<String> KEYS =
            List.of(
                    "type",
                    "netns",
                    "interface",
                    "socket",
                    "role",
                    "id",
                    "mac",
                    "mergeable",
                    "socketMode",
                    "socketGroup",
                    "learn");

    /** With the closing NUL, what fits a socket address: unix(7). */
    private static final int MAX_PATH = 107;

    /** The memif protocol has 32 bits for it. */
    private static final long MAX_ID = 0xFFFF_FFFFL;

    private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");

    /** Makes an endpoint of what all of those with a socket have in common. */
    @FunctionalInterface
    private interface Maker {
        OverSocket make(
                Path socket, SocketRole role, Optional<Long> mac, int mode, Optional<String> group);
    }

    private final YamlSection section;

    EndpointReader(YamlSection section) {
        this.section = section;
    }

    /** The endpoint; empty where what it needs is missing or wrong. */
    Optional<EndpointConfig> read(Optional<String> portName) {
        final Optional<EndpointType> type =
                section.has("type")
                        ? section.choice("type", EndpointType.class)
                        : Optional.of(EndpointType.TAP);
        return type.flatMap(known -> read(known, portName));
    }

    private Optional<EndpointConfig> read(EndpointType type, Optional<String> portName) {
        return switch (type) {
            case TAP -> {
                refuseOthers(Tap.TYPE);
                yield tap(portName);
            }
            case MEMIF -> {
                refuseOthers(Memif.TYPE);
                yield memif();
            }
            case VHOST_USER -> {
                refuseOthers(VhostUser.TYPE);
                yield vhostUser();
            }
        };
    }

    private void refuseOthers(String type) {
        for (String key : KEYS) {
            final List<String> owners = OWNERS.getOrDefault(key, List.of(type));
            if (section.has(key) && !owners.contains(type)) {
                section.refuse(
                        key,
                        key
                                + (owners.size() == 1 ? " belongs to type " : " belongs to types ")
                                + String.join(" and ", owners)
                                + "; remove it from a "
                                + type
                                + " port");
            }
        }
    }

    private Optional<EndpointConfig> tap(Optional<String> portName) {
        final Optional<String> netns = section.value("netns", Names::checkNamespace);
        return portName.flatMap(this::interfaceName).map(name -> new Tap(netns, name));
    }

    private Optional<String> interfaceName(String portName) {
        if (section.has("interface")) {
            return section.value("interface", Names::checkNewInterface);
        }
        try {
            return Optional.of(Names.checkNewInterface(portName));
        } catch (IllegalArgumentException e) {
            section.refuse(
                    "name",
                    "interface is missing, and the port's name is too long for one"
                            + " (15 characters at most); give it an interface");
            return Optional.empty();
        }
    }

    private Optional<EndpointConfig> memif() {
        final long id = section.number("id", 0, MAX_ID).orElse(0);
        return overSocket(
                (socket, role, mac, mode, group) -> new Memif(socket, role, id, mac, mode, group));
    }

    private Optional<EndpointConfig> vhostUser() {
        final boolean mergeable = section.bool("mergeable").orElse(true);
        return overSocket(
                (socket, role, mac, mode, group) ->
                        new VhostUser(socket, role, mac, mergeable, mode, group));
    }

    private Optional<EndpointConfig> overSocket(Maker maker) {
        final Optional<Path> socket =
                section.required("socket", section.value("socket", EndpointReader::socket));
        final SocketRole role = section.choice("role", SocketRole.class).orElse(SocketRole.CLIENT);
        final Optional<Long> mac = section.value("mac", Names::checkStation);
        final Optional<Integer> mode = section.value("socketMode", EndpointReader::mode);
        final Optional<String> group = section.text("socketGroup");
        if (role == SocketRole.CLIENT) {
            for (String key : List.of("socketMode", "socketGroup")) {
                if (section.has(key)) {
                    section.refuse(
                            key,
                            key
                                    + " belongs to role server; remove it, since the other side"
                                    + " makes the socket");
                }
            }
        }
        return socket.map(
                path -> maker.make(path, role, mac, mode.orElse(OverSocket.DEFAULT_MODE), group));
    }

    private static Path socket(String text) {
        if (!text.startsWith("/")
                || text.endsWith("/")
                || text.getBytes(StandardCharsets.UTF_8).length > MAX_PATH
                || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is no socket path; use an absolute one of at most "
                            + MAX_PATH
                            + " bytes, for example /run/ipvane/vm1.sock");
        }
        return Path.of(text).normalize();
    }

    private static int mode(String text) {
        if (!MODE.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no mode of a file; write octal digits, such as \"0660\"");
        }
        return Integer.parseInt(text, 8);
    }
}
