// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.Burst;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.Nd;

/**
 * Which rows of a parsed burst are neighbour discovery that may be believed or answered: the checks
 * that RFC 4861, 7.1.1 and 7.1.2, ask of a receiver, and that the whole message is contiguous.
 */
final class NdCheck {
    /** {@link #macOption}: the message has no such option. */
    static final long ABSENT = 0;

    /** {@link #macOption}: the message has one that no station could have sent. */
    static final long MALFORMED = -1;

    /** Bits 24 and up of the low half of every solicited-node group. */
    private static final long SOLICITED_NODE = Nd.solicitedNodeLow(0) >>> 24;

    private NdCheck() {}

    /**
     * Bytes of the message in this row, 24 or more, or 0 where it is none of this type or a bad
     * one.
     *
     * @param type {@link Icmpv6#NEIGHBOR_SOLICITATION} or {@link Icmpv6#NEIGHBOR_ADVERTISEMENT}
     */
    static int validLength(Burst burst, int i, int type) {
        final int l4 = burst.l3(i) + Ipv6.LENGTH;
        final int room = burst.contiguous(i) - l4;
        if (burst.etherType(i) != Ethernet.TYPE_IPV6 || room < Nd.LENGTH) {
            return 0;
        }
        final long ip = burst.data(i) + burst.l3(i);
        final long nd = ip + Ipv6.LENGTH;
        final int length = Ipv6.payloadLength(ip);
        final boolean sound =
                Ipv6.version(ip) == 6
                        && Ipv6.nextHeader(ip) == Ipv6.NEXT_ICMPV6
                        && Ipv6.hopLimit(ip) == Nd.HOP_LIMIT
                        && length >= Nd.LENGTH
                        && length <= room
                        && Icmpv6.type(nd) == type
                        && Icmpv6.code(nd) == 0
                        && IpAddress.isNeighbor(Nd.targetHigh(nd), Nd.targetLow(nd))
                        && hasWholeOptions(nd, length)
                        && Icmpv6.checksumValid(ip);
        if (!sound) {
            return 0;
        }
        final boolean fits =
                type == Icmpv6.NEIGHBOR_SOLICITATION
                        ? solicitationFits(ip, nd, length)
                        : advertisementFits(ip, nd);
        return fits ? length : 0;
    }

    /** Whether the row holds a router solicitation: RFC 4861, 6.1.1, options aside. */
    static boolean isRouterSolicitation(Burst burst, int i) {
        final int l4 = burst.l3(i) + Ipv6.LENGTH;
        final int room = burst.contiguous(i) - l4;
        if (burst.etherType(i) != Ethernet.TYPE_IPV6 || room < Nd.ROUTER_SOLICITATION_LENGTH) {
            return false;
        }
        final long ip = burst.data(i) + burst.l3(i);
        final long nd = ip + Ipv6.LENGTH;
        final int length = Ipv6.payloadLength(ip);
        return Ipv6.version(ip) == 6
                && Ipv6.nextHeader(ip) == Ipv6.NEXT_ICMPV6
                && Ipv6.hopLimit(ip) == Nd.HOP_LIMIT
                && length >= Nd.ROUTER_SOLICITATION_LENGTH
                && length <= room
                && Icmpv6.type(nd) == Icmpv6.ROUTER_SOLICITATION
                && Icmpv6.code(nd) == 0
                && Icmpv6.checksumValid(ip);
    }

    /** From :: only to a solicited-node group, and then without a source MAC (7.1.1). */
    private static boolean solicitationFits(long ip, long nd, int length) {
        if (isGroup(Ipv6.sourceHigh(ip))) {
            return false;
        }
        if (!isUnspecified(Ipv6.sourceHigh(ip), Ipv6.sourceLow(ip))) {
            return true;
        }
        return Ipv6.destinationHigh(ip) == Nd.SOLICITED_NODE_HIGH
                && Ipv6.destinationLow(ip) >>> 24 == SOLICITED_NODE
                && Nd.option(nd, length, Nd.OPTION_SOURCE_MAC) == 0;
    }

    /** What a group is told was not asked for (7.1.2). */
    private static boolean advertisementFits(long ip, long nd) {
        return !isGroup(Ipv6.destinationHigh(ip)) || (Nd.flags(nd) & Nd.SOLICITED) == 0;
    }

    /** Whether every option has a length, and the last one ends where the message does. */
    private static boolean hasWholeOptions(long nd, int length) {
        int at = Nd.LENGTH;
        while (at + Nd.OPTION_UNIT <= length) {
            final int bytes = Nd.optionLength(nd + at);
            if (bytes == 0) {
                return false;
            }
            at += bytes;
        }
        return at == length;
    }

    /**
     * The MAC address in the first option of a type.
     *
     * @param length bytes of a message that {@link #validLength} has checked
     * @return the address of one station, {@link #ABSENT} or {@link #MALFORMED}
     */
    static long macOption(long nd, int length, int type) {
        final long option = Nd.option(nd, length, type);
        if (option == 0) {
            return ABSENT;
        }
        if (Nd.optionLength(option) != Nd.MAC_OPTION_LENGTH) {
            return MALFORMED;
        }
        final long mac = Nd.optionMac(option);
        return ArpCheck.isStation(mac) ? mac : MALFORMED;
    }

    static boolean isGroup(long high) {
        return high >>> 56 == 0xFF;
    }

    static boolean isUnspecified(long high, long low) {
        return (high | low) == 0;
    }
}
