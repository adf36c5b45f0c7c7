// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 5: MAC-NAT (spec TX-6). A guest behind a port brings a MAC address of its own, while on the
 * switch and on the wire every port has the uplink's. {@link io.ipvane.macnat.FromGuest} and {@link
 * io.ipvane.macnat.ToGuest} change one for the other where a frame enters and leaves the port's
 * device, so that nothing above knows: in the Ethernet header of every frame, and of untagged ones
 * in ARP, in options of neighbour discovery and in DHCPv4, whose checksums are mended.
 *
 * <p>No table and no connections: a port has one guest with one {@link io.ipvane.macnat.GuestMac},
 * and every change follows from the frame and that address alone. A field that holds another
 * address stays as it is; whether it may is for others to say.
 *
 * <p>Owner: the lcore that polls the queue, or transmits to it. Never allocates or throws. Sources:
 * RFC 826, RFC 4861, RFC 2131, RFC 1624.
 */
package io.ipvane.macnat;
