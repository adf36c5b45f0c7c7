// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Changes of one element of the configuration that has a name: an uplink, a port.
 *
 * @param table its keys
 * @param name its name
 * @param all where a configuration has all of them
 * @param with the same configuration with others
 */
public record NamedEdit<R>(
        Table<R> table,
        Function<R, String> name,
        Function<SwitchConfig, List<R>> all,
        BiFunction<SwitchConfig, List<R>, SwitchConfig> with) {
    /** Uplinks. */
    public static final NamedEdit<UplinkConfig> UPLINK =
            new NamedEdit<>(
                    UplinkConfig.TABLE,
                    UplinkConfig::name,
                    SwitchConfig::uplinks,
                    SwitchConfig::withUplinks);

    /** Ports. A new one without mode or flag has its uplink's. */
    public static final NamedEdit<PortConfig> PORT =
            new NamedEdit<>(
                    PortConfig.TABLE,
                    PortConfig::name,
                    SwitchConfig::ports,
                    SwitchConfig::withPorts);

    /**
     * Makes it what the body says, or makes it at all. What is {@link Trait#KEPT}, as mode and flag
     * are, stays as it is where the body leaves it out: isolation is never lost by silence (F1,
     * CFG-2, CFG-3).
     */
    public ConfigEdit put(String id, Object body) {
        return config -> {
            final Draft draft = new Draft(body);
            final Object document = Kept.keep(table, draft.with("name", id), find(config, id));
            return replace(config, draft, id, document);
        };
    }

    /** Changes what the body names; {@code null} takes back what was said: RFC 7396. */
    public ConfigEdit patch(String id, Object body) {
        return config -> {
            final Draft draft = new Draft(body);
            final Map<String, Object> before = table.write(get(config, id));
            return replace(config, draft, id, MergePatch.apply(before, draft.with("name", id)));
        };
    }

    /** Deletes it, and nothing else. */
    public ConfigEdit delete(String id) {
        return config -> {
            final R element = get(config, id);
            return new Draft(null)
                    .checked(
                            with.apply(
                                    config, Elements.without(all.apply(config), element::equals)));
        };
    }

    /** The element; empty where there is none. */
    public Optional<R> find(SwitchConfig config, String id) {
        return all.apply(config).stream().filter(e -> name.apply(e).equals(id)).findFirst();
    }

    /**
     * The element.
     *
     * @throws UnknownElementException where there is none
     */
    R get(SwitchConfig config, String id) {
        return find(config, id)
                .orElseThrow(() -> new UnknownElementException(called(id) + " is unknown"));
    }

    private SwitchConfig replace(SwitchConfig config, Draft draft, String id, Object document) {
        final R element = draft.read(table, called(id), document);
        return draft.checked(
                with.apply(
                        config,
                        Elements.put(all.apply(config), e -> name.apply(e).equals(id), element)));
    }

    private String called(String id) {
        return table.kind() + " '" + id + "'";
    }
}
