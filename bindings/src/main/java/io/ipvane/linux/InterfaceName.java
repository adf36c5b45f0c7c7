// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.name.KernelNames;

/** Guards the calls that hand the name of an interface to the kernel. */
public final class InterfaceName {
    /** Longest name in bytes: IFNAMSIZ less its end mark. */
    public static final int MAX_LENGTH = KernelNames.MAX_INTERFACE;

    private InterfaceName() {}

    /**
     * Returns the name where the kernel would take it as it stands.
     *
     * @throws LinuxException with the reason otherwise, see {@link KernelNames#interfaceFault}
     */
    public static String require(String name) {
        KernelNames.interfaceFault(name)
                .ifPresent(
                        why -> {
                            throw new LinuxException(
                                    0, "interface name '" + name + "' is not valid: " + why);
                        });
        return name;
    }
}
