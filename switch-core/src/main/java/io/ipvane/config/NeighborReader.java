// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import java.util.List;
import java.util.Optional;

/** Reads one element of {@code neighbors}. */
final class NeighborReader {
    static final List<String> KEYS = List.of("address", "mac");

    private NeighborReader() {}

    /** The neighbour; empty where anything in it is missing or wrong. */
    static Optional<NeighborConfig> read(YamlSection neighbor, Places places) {
        final Optional<IpAddress> address =
                neighbor.required("address", neighbor.value("address", IpAddress::parse));
        final Optional<Long> mac =
                neighbor.required("mac", neighbor.value("mac", Names::checkStation));
        if (address.isEmpty() || mac.isEmpty()) {
            return Optional.empty();
        }
        final NeighborConfig config = new NeighborConfig(address.get(), mac.get());
        places.put(config, neighbor);
        return Optional.of(config);
    }
}
