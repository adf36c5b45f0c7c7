// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

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
    /** Keys and the type that they belong to. */
    private static final Map<String, String> OWNERS =
            Map.of(
                    "netns", Tap.TYPE,
                    "interface", Tap.TYPE,
                    "socket", VhostUser.TYPE,
                    "role", VhostUser.TYPE,
                    "mac", VhostUser.TYPE,
                    "mergeable", VhostUser.TYPE,
                    "socketMode", VhostUser.TYPE,
                    "socketGroup", VhostUser.TYPE,
                    "learn", VhostUser.TYPE);

    static final List<String> KEYS =
            List.of(
                    "type",
                    "netns",
                    "interface",
                    "socket",
                    "role",
                    "mac",
                    "mergeable",
                    "socketMode",
                    "socketGroup",
                    "learn");

    /** With the closing NUL, what fits a socket address: unix(7). */
    private static final int MAX_PATH = 107;

    private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");

    private final YamlSection section;

    EndpointReader(YamlSection section) {
        this.section = section;
    }

    /** The endpoint; empty where what it needs is missing or wrong. */
    Optional<EndpointConfig> read(Optional<String> portName) {
        final EndpointType type =
                section.choice("type", EndpointType.class).orElse(EndpointType.TAP);
        return switch (type) {
            case TAP -> {
                refuseOthers(Tap.TYPE);
                yield tap(portName);
            }
            case VHOST_USER -> {
                refuseOthers(VhostUser.TYPE);
                yield vhostUser();
            }
        };
    }

    private void refuseOthers(String type) {
        for (String key : KEYS) {
            final String owner = OWNERS.getOrDefault(key, type);
            if (section.has(key) && !owner.equals(type)) {
                section.refuse(
                        key,
                        key
                                + " belongs to type "
                                + owner
                                + "; remove it from a "
                                + type
                                + (type.equals(Tap.TYPE) ? "" : " port"));
            }
        }
    }

    private Optional<EndpointConfig> tap(Optional<String> portName) {
        final Optional<String> netns = section.value("netns", Names::checkNamespace);
        return portName.flatMap(this::interfaceName).map(name -> new Tap(netns, name));
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

    private Optional<EndpointConfig> vhostUser() {
        final Optional<Path> socket =
                section.required("socket", section.value("socket", EndpointReader::socket));
        final SocketRole role = section.choice("role", SocketRole.class).orElse(SocketRole.CLIENT);
        final Optional<Long> mac = section.value("mac", Names::checkStation);
        final boolean mergeable = section.bool("mergeable").orElse(true);
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
                path ->
                        new VhostUser(
                                path,
                                role,
                                mac,
                                mergeable,
                                mode.orElse(VhostUser.DEFAULT_MODE),
                                group));
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
