// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.Optional;

/**
 * One route of an uplink.
 *
 * @param to destination network; {@code default} is length 0
 * @param via the gateway, of the same family; empty: blackhole
 */
public record RouteConfig(IpPrefix to, Optional<IpAddress> via) {
    /** Whether packets to this destination are dropped. */
    public boolean isBlackhole() {
        return via.isEmpty();
    }
}
