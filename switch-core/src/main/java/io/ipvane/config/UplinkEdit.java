// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Changes of one uplink. */
public final class UplinkEdit {
    /** How many ports a refusal names. */
    private static final int NAMED = 8;

    private UplinkEdit() {}

    /**
     * Makes it what the body says, or makes it at all. Mode and flag that the body leaves out stay
     * as they are: isolation is never lost by silence (F1, CFG-3).
     */
    public static ConfigEdit put(String name, Object body) {
        return config -> {
            final Draft draft = new Draft(body);
            final Object document =
                    Kept.keep(UplinkConfig.TABLE, draft.with("name", name), config.uplink(name));
            return replace(config, draft, name, document);
        };
    }

    /** Changes what the body names: RFC 7396. */
    public static ConfigEdit patch(String name, Object body) {
        return config -> {
            final Draft draft = new Draft(body);
            final Map<String, Object> before = UplinkConfig.TABLE.write(find(config, name));
            return replace(config, draft, name, MergePatch.apply(before, draft.with("name", name)));
        };
    }

    /**
     * Deletes it.
     *
     * @param cascade with its ports, as the kernel does (CFG-12); else it must have none
     */
    public static ConfigEdit delete(String name, boolean cascade) {
        return config -> {
            final UplinkConfig uplink = find(config, name);
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

    /**
     * The uplink.
     *
     * @throws UnknownElementException where there is none
     */
    static UplinkConfig find(SwitchConfig config, String name) {
        return config.uplink(name)
                .orElseThrow(() -> new UnknownElementException("uplink '" + name + "' is unknown"));
    }

    private static SwitchConfig replace(
            SwitchConfig config, Draft draft, String name, Object document) {
        final UplinkConfig uplink =
                draft.read(UplinkConfig.TABLE, "uplink '" + name + "'", document);
        return draft.checked(
                config.withUplinks(
                        Elements.put(config.uplinks(), u -> u.name().equals(name), uplink)));
    }

    private static ConfigException busy(String name, List<PortConfig> ports) {
        final String names =
                ports.stream().limit(NAMED).map(PortConfig::name).collect(Collectors.joining(", "));
        final int more = ports.size() - NAMED;
        return refusal(
                Errno.EBUSY,
                "uplink '"
                        + name
                        + "' still has ports: "
                        + names
                        + (more > 0 ? " and " + more + " more" : "")
                        + " (EBUSY); delete them first, or ask for cascade");
    }

    private static ConfigException refusal(Errno errno, String sentence) {
        final Problems problems = new Problems("request");
        problems.add(Optional.empty(), "", errno, sentence);
        return problems.exception();
    }
}
