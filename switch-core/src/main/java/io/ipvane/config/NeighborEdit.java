// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import java.util.List;
import java.util.Optional;

/** Changes of one permanent neighbour of an uplink. */
public final class NeighborEdit {
    private NeighborEdit() {}

    /** Makes the neighbour what the body says, or makes it at all. */
    public static ConfigEdit put(String uplink, String address, Object body) {
        return config -> {
            final UplinkConfig before = UplinkEdit.find(config, uplink);
            final Draft draft = new Draft(body);
            final NeighborConfig neighbor =
                    draft.read(
                            NeighborConfig.TABLE,
                            "uplink '" + uplink + "': neighbor",
                            draft.with("address", address));
            return draft.checked(
                    replace(
                            config,
                            before,
                            Elements.put(
                                    before.neighbors(),
                                    n -> n.address().equals(neighbor.address()),
                                    neighbor)));
        };
    }

    /** Deletes it. */
    public static ConfigEdit delete(String uplink, String address) {
        return config -> {
            final UplinkConfig before = UplinkEdit.find(config, uplink);
            final NeighborConfig neighbor =
                    find(config, uplink, address)
                            .orElseThrow(
                                    () ->
                                            new UnknownElementException(
                                                    "uplink '"
                                                            + uplink
                                                            + "' has no neighbor "
                                                            + address
                                                            + " in the configuration"));
            return new Draft(null)
                    .checked(
                            replace(
                                    config,
                                    before,
                                    Elements.without(before.neighbors(), neighbor::equals)));
        };
    }

    /** The neighbour with an address; empty where the configuration has none. */
    public static Optional<NeighborConfig> find(
            SwitchConfig config, String uplink, String address) {
        final Optional<IpAddress> wanted = parse(address);
        return config.uplink(uplink).stream()
                .flatMap(u -> u.neighbors().stream())
                .filter(neighbor -> wanted.filter(neighbor.address()::equals).isPresent())
                .findFirst();
    }

    private static Optional<IpAddress> parse(String address) {
        try {
            return Optional.of(IpAddress.parse(address));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static SwitchConfig replace(
            SwitchConfig config, UplinkConfig before, List<NeighborConfig> neighbors) {
        return config.withUplinks(
                Elements.put(
                        config.uplinks(),
                        uplink -> uplink.name().equals(before.name()),
                        before.withNeighbors(neighbors)));
    }
}
