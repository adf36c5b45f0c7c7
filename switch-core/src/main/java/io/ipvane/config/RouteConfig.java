// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.Locale;
import java.util.Optional;

/**
 * One route of an uplink.
 *
 * @param to destination network; {@code default} is length 0
 * @param type what becomes of packets to it
 * @param via the gateway, of the same family; present with {@link Type#VIA} only
 */
public record RouteConfig(IpPrefix to, Type type, Optional<IpAddress> via) {
    /** What becomes of packets, in the words of iproute2. */
    public enum Type {
        /** Sent by a gateway. */
        VIA,
        /** Dropped. */
        BLACKHOLE,
        /** Dropped; the sender is told that the host cannot be reached. */
        UNREACHABLE,
        /** Dropped; the sender is told that it is forbidden. */
        PROHIBIT;

        /** The key in the file. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** By a gateway, or where there is none a blackhole. */
    public RouteConfig(IpPrefix to, Optional<IpAddress> via) {
        this(to, via.isPresent() ? Type.VIA : Type.BLACKHOLE, via);
    }

    /** Whether packets to this destination are dropped without a word. */
    public boolean isBlackhole() {
        return type == Type.BLACKHOLE;
    }
}
