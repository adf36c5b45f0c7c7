// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

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
    /** Copies the list. */
    public HostConfig {
        addresses = List.copyOf(addresses);
    }
}
