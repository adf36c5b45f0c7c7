// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;

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
    private static final Key<Compat> COMPAT =
            Key.of(
                            "compat",
                            Form.choice(Compat.class),
                            "default of the boolean options below but `propagateLink`, and of what has no option")
                    .byDefault(Compat.IMPROVED);

    static final Key<Boolean> STRICT_MAC =
            byCompat("strictMac", "unicast from the wire must be for our MAC");

    static final Key<Boolean> ARP_RESPONDER =
            byCompat("arpResponder", "the switch answers ARP and ND for its ports")
                    .bound("mode `l3`");

    static final Key<Boolean> ANTISPOOF =
            byCompat("antispoof", "a port sends only from its own addresses and `allowedSources`");

    static final Key<Boolean> PRIVATE_CONFINES_GROUPS =
            byCompat("privateConfinesGroups", "`private` keeps group frames from siblings too")
                    .bound("mode `l2`");

    static final Key<Boolean> HOST_REACHES_PORTS =
            byCompat("hostReachesPorts", "host port and ports can talk");

    private static final Key<Boolean> ICMP_ERRORS =
            byCompat("icmpErrors", "senders are told what could not be sent on").bound("mode `l3`");

    private static final Key<Boolean> PROPAGATE_LINK =
            Key.of("propagateLink", Form.truth(), "ports lose their carrier with the uplink")
                    .byDefault(true);

    private static final Key<Boolean> ANNOUNCE =
            byCompat(
                    "announce",
                    "neighbours are told of [addresses that appear or move](addresses.md#announcements)");

    private static final Key<Boolean> DHCP_SNOOPING =
            byCompat(
                            "dhcpSnooping",
                            "[DHCP](addresses.md#dhcp) answers find their port, leases are addresses")
                    .bound("mode `l2`");

    private static final Key<Boolean> DHCP_CLIENT_ID =
            byCompat("dhcpClientId", "DHCP clients get identifiers of their own")
                    .bound("with `dhcpSnooping`");

    /** The options as keys of an uplink. */
    public static final Table<IpvlanOptions> TABLE =
            Table.<IpvlanOptions>of("options", "Where the rules of an uplink leave the kernel's.")
                    .key(COMPAT, IpvlanOptions::compat)
                    .key(STRICT_MAC, IpvlanOptions::strictMac)
                    .key(ARP_RESPONDER, IpvlanOptions::arpResponder)
                    .key(ANTISPOOF, IpvlanOptions::antispoof)
                    .key(PRIVATE_CONFINES_GROUPS, IpvlanOptions::privateConfinesGroups)
                    .key(HOST_REACHES_PORTS, IpvlanOptions::hostReachesPorts)
                    .key(ICMP_ERRORS, IpvlanOptions::icmpErrors)
                    .key(PROPAGATE_LINK, IpvlanOptions::propagateLink)
                    .key(ANNOUNCE, IpvlanOptions::announce)
                    .key(DHCP_SNOOPING, IpvlanOptions::dhcpSnooping)
                    .key(DHCP_CLIENT_ID, IpvlanOptions::dhcpClientId)
                    .made(
                            v ->
                                    new IpvlanOptions(
                                            v.get(COMPAT),
                                            v.get(STRICT_MAC),
                                            v.get(ARP_RESPONDER),
                                            v.get(ANTISPOOF),
                                            v.get(PRIVATE_CONFINES_GROUPS),
                                            v.get(HOST_REACHES_PORTS),
                                            v.get(ICMP_ERRORS),
                                            v.get(PROPAGATE_LINK),
                                            v.get(ANNOUNCE),
                                            v.get(DHCP_SNOOPING),
                                            v.get(DHCP_CLIENT_ID)));

    private static Key<Boolean> byCompat(String name, String help) {
        return Key.of(name, Form.truth(), help)
                .byDefault("by `compat`", v -> v.find(COMPAT).map(c -> c == Compat.IMPROVED));
    }

    /**
     * All options as {@code compat} has them: off for the kernel's behaviour, on for ours. The
     * kernel has one of them itself: it copies the carrier (CFG-10).
     */
    public static IpvlanOptions of(Compat compat) {
        return TABLE.of(COMPAT, compat);
    }

    boolean improved() {
        return compat == Compat.IMPROVED;
    }
}
