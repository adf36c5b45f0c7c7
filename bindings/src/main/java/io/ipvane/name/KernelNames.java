// SPDX-License-Identifier: Apache-2.0
package io.ipvane.name;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * Names of interfaces and namespaces: one rule for the file, REST, the command line and the calls
 * to the kernel. Sources: linux {@code dev_valid_name()}, {@code sysctl_dev_name_is_allowed()}, and
 * ip-netns(8).
 */
public final class KernelNames {
    /** Longest name of an interface in bytes: IFNAMSIZ less its end mark. */
    public static final int MAX_INTERFACE = 15;

    /** Longest name of a file, which the name of a namespace is. */
    private static final int MAX_NAMESPACE = 255;

    /** Folders of settings that are not an interface's: the kernel makes none of that name. */
    private static final Set<String> SETTINGS = Set.of("all", "default");

    private KernelNames() {}

    /**
     * Why a name is not that of an interface; empty where it can be. The kernel would make a number
     * of {@code %}, and shells, logs and JSON do not agree on what is not ASCII.
     */
    public static Optional<String> interfaceFault(String name) {
        if (name.isEmpty() || name.length() > MAX_INTERFACE) {
            return Optional.of("it must have 1 to " + MAX_INTERFACE + " characters");
        }
        if (isDots(name)) {
            return Optional.of("it may not be . or ..");
        }
        if (SETTINGS.contains(name)) {
            return Optional.of(
                    "the kernel keeps settings for 'all' and 'default' interfaces there");
        }
        if (name.chars().anyMatch(c -> c <= ' ' || c > '~' || "/:%".indexOf(c) >= 0)) {
            return Optional.of("no space, '/', ':', '%' or non-ASCII character may be in it");
        }
        return Optional.empty();
    }

    /** Why a name is not that of a namespace; empty where it can be. */
    public static Optional<String> namespaceFault(String name) {
        final int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (name.isEmpty() || bytes > MAX_NAMESPACE) {
            return Optional.of("it must have 1 to " + MAX_NAMESPACE + " bytes");
        }
        if (isDots(name)) {
            return Optional.of("it may not be . or ..");
        }
        if (name.chars()
                .anyMatch(
                        c -> c == '/' || Character.isWhitespace(c) || Character.isISOControl(c))) {
            return Optional.of("no white space, '/' or control character may be in it");
        }
        return Optional.empty();
    }

    private static boolean isDots(String name) {
        return name.equals(".") || name.equals("..");
    }
}
