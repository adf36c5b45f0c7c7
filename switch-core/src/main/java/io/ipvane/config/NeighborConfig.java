// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import io.ipvane.packet.IpAddress;

/**
 * A neighbour that is known without asking.
 *
 * @param address its unicast address
 * @param mac its MAC address, 48 bits, first byte on the wire highest
 */
public record NeighborConfig(IpAddress address, long mac) {
    private static final Key<IpAddress> ADDRESS =
            Key.of(
                            "address",
                            Forms.ADDRESS,
                            "of one station, held by no port and not by the host, once an uplink")
                    .required()
                    .with(Trait.ID);

    private static final Key<Long> MAC =
            Key.of("mac", Forms.STATION, "unicast").required().word("lladdr");

    /** Its keys. */
    public static final Table<NeighborConfig> TABLE =
            Table.<NeighborConfig>of(
                            "neighbor", "A permanent neighbour: never asked, never forgotten.")
                    .key(ADDRESS, NeighborConfig::address)
                    .key(MAC, NeighborConfig::mac)
                    .made(v -> new NeighborConfig(v.get(ADDRESS), v.get(MAC)));
}
