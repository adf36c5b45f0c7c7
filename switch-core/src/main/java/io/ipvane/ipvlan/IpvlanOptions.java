// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

/**
 * Where the rules of an uplink leave the kernel's. {@link #compat} decides what has no switch of
 * its own: whether own group frames are told by their MAC alone (RX-9), and whether frames that
 * parse discards are dropped rather than shown to the host port.
 *
 * @param compat whose behaviour to show where no option below says
 * @param strictMac drop unicast from the wire that is not for the uplink's MAC (RX-2)
 * @param arpResponder answer ARP and ND for ports in l3 and l3s (RX-15, TX-34, F4)
 * @param antispoof a port sends only from its own addresses (TX-6, F6)
 * @param privateConfinesGroups {@code private} keeps group frames from siblings too (F2)
 * @param hostReachesPorts the host port and the ports can talk (F3)
 * @param icmpErrors in l3 and l3s a sender is told by ICMP what could not be sent on (F5, F26)
 * @param propagateLink ports lose their carrier with the uplink (F15, CFG-10)
 * @param announce tell the wire of an address that appears at a port or moves (ADR-18, F17)
 * @param dhcpSnooping replies to DHCP clients find their port although all share one MAC (F16)
 * @param dhcpClientId a DHCP client that a server could not tell from its siblings gets an
 *     identifier of its own (F16)
 */
public record IpvlanOptions(
        Compat compat,
        boolean strictMac,
        boolean arpResponder,
        boolean antispoof,
        boolean privateConfinesGroups,
        boolean hostReachesPorts,
        boolean icmpErrors,
        boolean propagateLink,
        boolean announce,
        boolean dhcpSnooping,
        boolean dhcpClientId) {
    /**
     * All options as {@code compat} has them: off for the kernel's behaviour, on for ours. The
     * kernel has one of them itself: it copies the carrier (CFG-10).
     */
    public static IpvlanOptions of(Compat compat) {
        final boolean on = compat == Compat.IMPROVED;
        return new IpvlanOptions(compat, on, on, on, on, on, on, true, on, on, on);
    }

    boolean improved() {
        return compat == Compat.IMPROVED;
    }
}
