// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.MacAddress;
import java.util.regex.Pattern;

/** What may be called what. Errors start with the quoted value. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,63}");
    private static final Pattern INTERFACE = Pattern.compile("[^/\\s:]{1,15}");

    private Names() {}

    /** A name of an uplink or a port; it is an id in paths of the REST interface. */
    static String check(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' is no name; use 1 to 63 letters, digits, dots, underscores or dashes");
        }
        return name;
    }

    /** A Linux interface name; IFNAMSIZ is 16 with the closing NUL. */
    static String checkInterface(String name) {
        if (!INTERFACE.matcher(name).matches() || ".".equals(name) || "..".equals(name)) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' names no interface; use 1 to 15 characters without '/', ':' and white space");
        }
        return name;
    }

    /** The name of a network namespace: a file below /run/netns. */
    static String checkNamespace(String name) {
        if (!Pattern.matches("[^/\\s]{1,255}", name) || ".".equals(name) || "..".equals(name)) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' names no network namespace; use a name that 'ip netns list' shows, without"
                            + " '/' and white space");
        }
        return name;
    }

    /** The MAC address of one station, 48 bits. */
    static long checkStation(String text) {
        final long mac = MacAddress.parse(text);
        if (mac == 0 || MacAddress.isGroup(mac)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no address of one station; give a unicast MAC address");
        }
        return mac;
    }
}
