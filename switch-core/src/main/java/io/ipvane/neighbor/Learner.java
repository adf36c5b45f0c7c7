// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;
import io.ipvane.packet.Arp;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.MacAddress;
import io.ipvane.packet.Nd;

/**
 * Reads from a frame of the wire what it says about its sender: (address, MAC, how much that is
 * worth), for {@link NeighborResolver#learned} on the conductor. ARP requests and replies,
 * neighbour solicitations and advertisements tell something.
 *
 * <p>A rebindable reader: the accessors speak of the last row for which {@link #read} was true.
 * Owned by one lcore; no allocation, never throws.
 */
@HotPath
public final class Learner {
    private byte family;
    private long address0;
    private long address1;
    private long mac;
    private boolean solicited;
    private boolean override;

    /** A learner that has read nothing. */
    public Learner() {}

    /** Whether a parsed row says anything about a neighbour; the accessors then say what. */
    public boolean read(Burst burst, int i) {
        return switch (burst.etherType(i)) {
            case Ethernet.TYPE_ARP -> readArp(burst, i);
            case Ethernet.TYPE_IPV6 -> readAdvertisement(burst, i) || readSolicitation(burst, i);
            default -> false;
        };
    }

    private boolean readArp(Burst burst, int i) {
        if (!ArpCheck.isValid(burst, i)) {
            return false;
        }
        final long arp = burst.data(i) + burst.l3(i);
        final int operation = Arp.operation(arp);
        if ((operation != Arp.REQUEST && operation != Arp.REPLY)
                || !IpAddress.isNeighbor(Arp.sender(arp))) {
            return false;
        }
        family = Burst.KEY_IPV4;
        address0 = Arp.sender(arp) & 0xFFFF_FFFFL;
        address1 = 0;
        mac = Arp.senderMac(arp);
        solicited =
                operation == Arp.REPLY && !MacAddress.isGroup(Ethernet.destination(burst.data(i)));
        override = true;
        return true;
    }

    private boolean readAdvertisement(Burst burst, int i) {
        final int length = NdCheck.validLength(burst, i, Icmpv6.NEIGHBOR_ADVERTISEMENT);
        if (length == 0) {
            return false;
        }
        final long nd = burst.data(i) + burst.l3(i) + Ipv6.LENGTH;
        final long targetMac = NdCheck.macOption(nd, length, Nd.OPTION_TARGET_MAC);
        if (targetMac == NdCheck.MALFORMED) {
            return false;
        }
        family = Burst.KEY_IPV6;
        address0 = Nd.targetHigh(nd);
        address1 = Nd.targetLow(nd);
        mac = targetMac;
        solicited = (Nd.flags(nd) & Nd.SOLICITED) != 0;
        override = (Nd.flags(nd) & Nd.OVERRIDE) != 0;
        return true;
    }

    /** Who asks gives its own MAC, so that the answer needs no question (RFC 4861, 7.2.3). */
    private boolean readSolicitation(Burst burst, int i) {
        final int length = NdCheck.validLength(burst, i, Icmpv6.NEIGHBOR_SOLICITATION);
        if (length == 0) {
            return false;
        }
        final long ip = burst.data(i) + burst.l3(i);
        final long sourceMac = NdCheck.macOption(ip + Ipv6.LENGTH, length, Nd.OPTION_SOURCE_MAC);
        if (sourceMac == NdCheck.ABSENT
                || sourceMac == NdCheck.MALFORMED
                || !IpAddress.isNeighbor(Ipv6.sourceHigh(ip), Ipv6.sourceLow(ip))) {
            return false;
        }
        family = Burst.KEY_IPV6;
        address0 = Ipv6.sourceHigh(ip);
        address1 = Ipv6.sourceLow(ip);
        mac = sourceMac;
        solicited = false;
        override = true;
        return true;
    }

    /** {@link Burst#KEY_IPV4} or {@link Burst#KEY_IPV6}. */
    public byte family() {
        return family;
    }

    /** The neighbour's address, laid out like {@link Burst#key0}. */
    public long address0() {
        return address0;
    }

    /** The low half of an IPv6 address. */
    public long address1() {
        return address1;
    }

    /**
     * The neighbour's MAC, or {@link NeighborResolver#NO_MAC} where an advertisement only confirms.
     */
    public long mac() {
        return mac;
    }

    /** Whether this answers a question, and so proves that the neighbour hears us. */
    public boolean solicited() {
        return solicited;
    }

    /** Whether a MAC that was known before is to be replaced. */
    public boolean override() {
        return override;
    }
}
