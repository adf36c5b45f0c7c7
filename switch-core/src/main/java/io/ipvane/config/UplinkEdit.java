// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The end of an uplink, which its ports have a say in; else see {@link NamedEdit#UPLINK}. */
public final class UplinkEdit {
    /** How many ports a refusal names. */
    private static final int NAMED = 8;

    private UplinkEdit() {}

    /**
     * Deletes it.
     *
     * @param cascade with its ports, as the kernel does (CFG-12); else it must have none
     */
    public static ConfigEdit delete(String name, boolean cascade) {
        return config -> {
            final UplinkConfig uplink = NamedEdit.UPLINK.get(config, name);
            final List<PortConfig> ports = config.portsOf(uplink);
            if (!ports.isEmpty() && !cascade) {
                throw busy(name, ports);
            }
            return new Draft(null)
                    .checked(
                            config.withUplinks(Elements.without(config.uplinks(), uplink::equals))
                                    .withPorts(
                                            Elements.without(
                                                    config.ports(),
                                                    port -> port.uplink().equals(name))));
        };
    }

    private static ConfigException busy(String name, List<PortConfig> ports) {
        final String names =
                ports.stream().limit(NAMED).map(PortConfig::name).collect(Collectors.joining(", "));
        final int more = ports.size() - NAMED;
        final Problems problems = new Problems("request");
        problems.add(
                Optional.empty(),
                "",
                Errno.EBUSY,
                "uplink '"
                        + name
                        + "' still has ports: "
                        + names
                        + (more > 0 ? " and " + more + " more" : "")
                        + " (EBUSY); delete them first, or ask for cascade");
        return problems.exception();
    }
}
