// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.List;

/**
 * What a TAP interface is to be when it is up.
 *
 * @param netns namespace as {@link Netns#open} takes it; empty for that of this process
 * @param name its name
 * @param mac MAC address, first byte on the wire highest: that of the uplink, or 0 for one that the
 *     kernel chooses
 * @param queues 1 or more
 * @param mtu in bytes of L3
 * @param arp whether it asks for neighbours: false in modes l3 and l3s (spec TX-34)
 * @param linkLocal number for {@link PortLinkLocal}, or 0 for no link-local address
 * @param addresses addresses to give it
 */
public record TapSpec(
        String netns,
        String name,
        long mac,
        int queues,
        int mtu,
        boolean arp,
        int linkLocal,
        List<IpPrefix> addresses) {
    /** Keeps a copy of the addresses. */
    public TapSpec {
        addresses = List.copyOf(addresses);
    }
}
