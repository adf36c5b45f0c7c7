// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.MacAddress;
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
                neighbor.required("mac", neighbor.value("mac", NeighborReader::unicastMac));
        if (address.isEmpty() || mac.isEmpty()) {
            return Optional.empty();
        }
        final NeighborConfig config = new NeighborConfig(address.get(), mac.get());
        places.put(config, neighbor);
        return Optional.of(config);
    }

    private static long unicastMac(String text) {
        final long mac = MacAddress.parse(text);
        if (mac == 0 || MacAddress.isGroup(mac)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no address of one station; give a unicast MAC address");
        }
        return mac;
    }
}
