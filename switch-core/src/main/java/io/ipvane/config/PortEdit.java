// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.Map;

/** Changes of one port. */
public final class PortEdit {
    private PortEdit() {}

    /**
     * Makes it what the body says, or makes it at all. A new port without mode or flag has its
     * uplink's; an old one keeps what the body leaves out of the two (F1, CFG-2).
     */
    public static ConfigEdit put(String name, Object body) {
        return config -> {
            final Draft draft = new Draft(body);
            final Object document =
                    Kept.keep(PortConfig.TABLE, draft.with("name", name), config.port(name));
            return replace(config, draft, name, document);
        };
    }

    /**
     * Changes what the body names; {@code null} for mode or flag: the uplink's again (RFC 7396).
     */
    public static ConfigEdit patch(String name, Object body) {
        return config -> {
            final Draft draft = new Draft(body);
            final Map<String, Object> before = PortConfig.TABLE.write(find(config, name));
            return replace(config, draft, name, MergePatch.apply(before, draft.with("name", name)));
        };
    }

    /** Deletes it. */
    public static ConfigEdit delete(String name) {
        return config -> {
            final PortConfig port = find(config, name);
            return new Draft(null)
                    .checked(config.withPorts(Elements.without(config.ports(), port::equals)));
        };
    }

    /**
     * The port.
     *
     * @throws UnknownElementException where there is none
     */
    static PortConfig find(SwitchConfig config, String name) {
        return config.port(name)
                .orElseThrow(() -> new UnknownElementException("port '" + name + "' is unknown"));
    }

    private static SwitchConfig replace(
            SwitchConfig config, Draft draft, String name, Object document) {
        final PortConfig port = draft.read(PortConfig.TABLE, "port '" + name + "'", document);
        return draft.checked(
                config.withPorts(Elements.put(config.ports(), p -> p.name().equals(name), port)));
    }
}
