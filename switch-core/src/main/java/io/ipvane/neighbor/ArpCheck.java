// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.Burst;
import io.ipvane.packet.Arp;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.MacAddress;

/** Which rows of a parsed burst are ARP that may be believed or answered (RFC 826). */
final class ArpCheck {
    private ArpCheck() {}

    /**
     * Whether the row holds a whole ARP packet for IPv4 over Ethernet, whose sender is one station.
     */
    static boolean isValid(Burst burst, int i) {
        final int l3 = burst.l3(i);
        if (burst.etherType(i) != Ethernet.TYPE_ARP || burst.contiguous(i) - Arp.LENGTH < l3) {
            return false;
        }
        final long arp = burst.data(i) + l3;
        return Arp.isEthernetIpv4(arp) && isStation(Arp.senderMac(arp));
    }

    /** Whether a MAC address can be somebody's: not a group's, not zero. */
    static boolean isStation(long mac) {
        return mac != 0 && !MacAddress.isGroup(mac);
    }
}
