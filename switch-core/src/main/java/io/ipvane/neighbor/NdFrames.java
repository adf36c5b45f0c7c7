// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.MacAddress;
import io.ipvane.packet.Nd;

/**
 * Writes whole neighbour solicitations and advertisements into native memory, checksum included.
 * Each is {@value #LENGTH} bytes: Ethernet, IPv6, message, one MAC option. IPv6 addresses are two
 * host-order halves; any thread.
 */
public final class NdFrames {
    /** Bytes of a frame, without checksum. */
    public static final int LENGTH =
            Ethernet.LENGTH + Ipv6.LENGTH + Nd.LENGTH + Nd.MAC_OPTION_LENGTH;

    /** High half of the group of all nodes on the link, ff02::1. */
    static final long ALL_NODES_HIGH = 0xFF02_0000_0000_0000L;

    /** Low half of {@link #ALL_NODES_HIGH}. */
    static final long ALL_NODES_LOW = 1;

    private NdFrames() {}

    /** Asks the solicited-node group of the target who has it. The source is ours. */
    public static void solicitation(
            long frame,
            long ownMac,
            long sourceHigh,
            long sourceLow,
            long targetHigh,
            long targetLow) {
        start(frame, MacAddress.ofSolicitedNode(targetLow), ownMac, sourceHigh, sourceLow);
        final long group = Nd.solicitedNodeLow(targetLow);
        Ipv6.putDestination(frame + Ethernet.LENGTH, Nd.SOLICITED_NODE_HIGH, group);
        finish(frame, Icmpv6.NEIGHBOR_SOLICITATION, 0, targetHigh, targetLow, ownMac);
    }

    /** Asks one station to confirm that it still has the target (RFC 4861, 7.3.3). */
    public static void unicastSolicitation(
            long frame,
            long destinationMac,
            long ownMac,
            long sourceHigh,
            long sourceLow,
            long targetHigh,
            long targetLow) {
        start(frame, destinationMac, ownMac, sourceHigh, sourceLow);
        Ipv6.putDestination(frame + Ethernet.LENGTH, targetHigh, targetLow);
        finish(frame, Icmpv6.NEIGHBOR_SOLICITATION, 0, targetHigh, targetLow, ownMac);
    }

    /** Answers an asker that has an address: the target is ours. */
    public static void advertisement(
            long frame,
            long askerMac,
            long askerHigh,
            long askerLow,
            long ownMac,
            long targetHigh,
            long targetLow) {
        start(frame, askerMac, ownMac, targetHigh, targetLow);
        Ipv6.putDestination(frame + Ethernet.LENGTH, askerHigh, askerLow);
        final int flags = Nd.SOLICITED | Nd.OVERRIDE;
        finish(frame, Icmpv6.NEIGHBOR_ADVERTISEMENT, flags, targetHigh, targetLow, ownMac);
    }

    /**
     * Answers an asker without an address, which thereby learns that it may not have this one (RFC
     * 4862, 5.4.4).
     */
    public static void announcement(long frame, long ownMac, long targetHigh, long targetLow) {
        toAllNodes(frame, ownMac, targetHigh, targetLow, Nd.OVERRIDE);
    }

    /**
     * Tells all nodes, unasked, that the target is ours.
     *
     * @param mayRoute the target may be a router's. To say so of a host harms nobody; to say of a
     *     router that it is none takes its routes away from all who hear it (RFC 4861, 7.2.5)
     */
    public static void unsolicited(
            long frame, long ownMac, long targetHigh, long targetLow, boolean mayRoute) {
        final int flags = Nd.OVERRIDE | (mayRoute ? Nd.ROUTER : 0);
        toAllNodes(frame, ownMac, targetHigh, targetLow, flags);
    }

    private static void toAllNodes(
            long frame, long ownMac, long targetHigh, long targetLow, int flags) {
        start(frame, MacAddress.ofIpv6Group(ALL_NODES_LOW), ownMac, targetHigh, targetLow);
        Ipv6.putDestination(frame + Ethernet.LENGTH, ALL_NODES_HIGH, ALL_NODES_LOW);
        finish(frame, Icmpv6.NEIGHBOR_ADVERTISEMENT, flags, targetHigh, targetLow, ownMac);
    }

    private static void start(
            long frame, long destinationMac, long ownMac, long sourceHigh, long sourceLow) {
        Ethernet.write(frame, destinationMac, ownMac, Ethernet.TYPE_IPV6);
        final long ip = frame + Ethernet.LENGTH;
        final int payload = Nd.LENGTH + Nd.MAC_OPTION_LENGTH;
        Ipv6.write(ip, payload, Ipv6.NEXT_ICMPV6, Nd.HOP_LIMIT);
        Ipv6.putSource(ip, sourceHigh, sourceLow);
    }

    private static void finish(
            long frame, int type, int flags, long targetHigh, long targetLow, long ownMac) {
        final long ip = frame + Ethernet.LENGTH;
        Nd.write(ip + Ipv6.LENGTH, type, flags, targetHigh, targetLow, ownMac);
        Icmpv6.seal(ip);
    }
}
