// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

/** What the kernel accepts as the name of an interface. Source: linux {@code dev_valid_name()}. */
public final class InterfaceName {
    /** Longest name in bytes: IFNAMSIZ less its end mark. */
    public static final int MAX_LENGTH = 15;

    private InterfaceName() {}

    /**
     * Returns the name where the kernel would take it as it stands.
     *
     * @throws LinuxException with the reason otherwise; {@code %} is refused too, because the
     *     kernel would make a number of it
     */
    public static String require(String name) {
        if (name.isEmpty() || name.length() > MAX_LENGTH) {
            throw refusal(name, "it must have 1 to " + MAX_LENGTH + " characters");
        }
        if (name.equals(".") || name.equals("..")) {
            throw refusal(name, "it may not be . or ..");
        }
        for (int i = 0; i < name.length(); i++) {
            final char c = name.charAt(i);
            if (c <= ' ' || c > '~' || c == '/' || c == ':' || c == '%') {
                throw refusal(name, "no space, '/', ':', '%' or non-ASCII character may be in it");
            }
        }
        return name;
    }

    private static LinuxException refusal(String name, String why) {
        return new LinuxException(0, "interface name '" + name + "' is not valid: " + why);
    }
}
