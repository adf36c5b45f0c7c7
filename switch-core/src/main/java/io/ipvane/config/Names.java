// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.name.KernelNames;
import io.ipvane.packet.MacAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** What may be called what. Errors start with the quoted value. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,63}");
    private static final String LOOPBACK = "lo";

    private Names() {}

    /** A name of an uplink or a port; it is an id in paths of the REST interface. */
    static String check(String name) {
        if (!NAME.matcher(name).matches() || ".".equals(name) || "..".equals(name)) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' is no name; use 1 to 63 letters, digits, dots, underscores or dashes");
        }
        return name;
    }

    /** The name of an interface that is there or is to be made. */
    static String checkInterface(String name) {
        refuse(KernelNames.interfaceFault(name), name, "names no interface", "choose another name");
        return name;
    }

    /** The name of an interface that is to be made. */
    static String checkNewInterface(String name) {
        if (LOOPBACK.equals(name)) {
            throw new IllegalArgumentException(
                    "'lo' is the loopback interface of every namespace; choose another name");
        }
        return checkInterface(name);
    }

    /** The name of a network namespace: a file below /run/netns. */
    static String checkNamespace(String name) {
        refuse(
                KernelNames.namespaceFault(name),
                name,
                "names no network namespace",
                "use a name that 'ip netns list' shows");
        return name;
    }

    private static void refuse(Optional<String> fault, String name, String what, String remedy) {
        fault.ifPresent(
                why -> {
                    throw new IllegalArgumentException(
                            "'" + name + "' " + what + ": " + why + "; " + remedy);
                });
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
