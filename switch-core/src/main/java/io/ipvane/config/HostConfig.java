// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Optional;

/**
 * The host port of an uplink: the interface by which the machine's own IP stack uses it.
 *
 * @param interfaceName of the TAP interface to make
 * @param netns network namespace it is put into; empty: that of the daemon
 * @param addresses interface addresses, host bits included
 */
public record HostConfig(String interfaceName, Optional<String> netns, List<IpPrefix> addresses) {
    private static final Key<String> INTERFACE =
            Key.of("interface", Forms.NEW_INTERFACE, "the TAP that is made: the host port")
                    .required()
                    .word("host");

    private static final Key<String> NETNS =
            Key.of("netns", Forms.NAMESPACE, "namespace that the host port is put into")
                    .otherwise("the daemon's")
                    .word("host-netns");

    private static final Key<List<IpPrefix>> ADDRESSES =
            Key.of(
                            "addresses",
                            Forms.ADDRESSES,
                            "of the host port, beside those that a taken-over interface had")
                    .byDefault(List.of())
                    .word("host-address");

    /** Its keys. */
    static final Table<HostConfig> TABLE =
            Table.<HostConfig>of("host", "The interface of the machine's own IP stack.")
                    .key(INTERFACE, HostConfig::interfaceName)
                    .maybe(NETNS, HostConfig::netns)
                    .key(ADDRESSES, HostConfig::addresses)
                    .made(v -> new HostConfig(v.get(INTERFACE), v.find(NETNS), v.get(ADDRESSES)));

    /** Copies the list. */
    public HostConfig {
        addresses = List.copyOf(addresses);
    }
}
