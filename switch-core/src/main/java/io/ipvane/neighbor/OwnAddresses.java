// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.Burst;
import io.ipvane.packet.Arp;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.Nd;

/**
 * Reads from a frame which addresses its sender says it has: the sender of ARP requests and
 * replies, the source of neighbour and router solicitations and advertisements, the target of an
 * advertisement. A probe says nothing: it comes from no address and only asks whether one is free
 * (RFC 5227, 2.1.1; RFC 4862, 5.4.2); for IPv6 {@link #isTrial} tells of it.
 *
 * <p>A rebindable reader: the accessors speak of the last row for which {@link #read} was true. One
 * thread; no allocation, never throws.
 */
public final class OwnAddresses {
    private static final int MOST = 2;

    private final long[] high = new long[MOST];
    private final long[] low = new long[MOST];
    private int family;
    private int count;
    private boolean trial;

    /** A reader that has read nothing. */
    public OwnAddresses() {}

    /** Whether a parsed row names any address of its sender's; the accessors then say which. */
    public boolean read(Burst burst, int i) {
        count = 0;
        trial = false;
        switch (burst.etherType(i)) {
            case Ethernet.TYPE_ARP -> readArp(burst, i);
            case Ethernet.TYPE_IPV6 -> readNd(burst, i);
            default -> {
                // Whose source an IP packet bears may be any forwarded packet's.
            }
        }
        return count > 0;
    }

    private void readArp(Burst burst, int i) {
        if (!ArpCheck.isValid(burst, i)) {
            return;
        }
        final long arp = burst.data(i) + burst.l3(i);
        final int operation = Arp.operation(arp);
        final int sender = Arp.sender(arp);
        if ((operation == Arp.REQUEST || operation == Arp.REPLY) && IpAddress.isNeighbor(sender)) {
            family = Burst.KEY_IPV4;
            add(sender & 0xFFFF_FFFFL, 0);
        }
    }

    private void readNd(Burst burst, int i) {
        final boolean advertises =
                NdCheck.validLength(burst, i, Icmpv6.NEIGHBOR_ADVERTISEMENT) != 0;
        if (!advertises
                && NdCheck.validLength(burst, i, Icmpv6.NEIGHBOR_SOLICITATION) == 0
                && !NdCheck.isRouterSolicitation(burst, i)) {
            return;
        }
        family = Burst.KEY_IPV6;
        final long ip = burst.data(i) + burst.l3(i);
        if (IpAddress.isNeighbor(Ipv6.sourceHigh(ip), Ipv6.sourceLow(ip))) {
            add(Ipv6.sourceHigh(ip), Ipv6.sourceLow(ip));
        }
        final long nd = ip + Ipv6.LENGTH;
        if (advertises) {
            addOnce(Nd.targetHigh(nd), Nd.targetLow(nd));
        } else if (count == 0 && Icmpv6.type(nd) == Icmpv6.NEIGHBOR_SOLICITATION) {
            trial = true;
            high[0] = Nd.targetHigh(nd);
            low[0] = Nd.targetLow(nd);
        }
    }

    private void addOnce(long addressHigh, long addressLow) {
        if (count == 0 || high[0] != addressHigh || low[0] != addressLow) {
            add(addressHigh, addressLow);
        }
    }

    private void add(long addressHigh, long addressLow) {
        high[count] = addressHigh;
        low[count] = addressLow;
        count++;
    }

    /**
     * Whether the row that {@link #read} has looked at last asks if an IPv6 address is free: the
     * one that {@code high(0)} and {@code low(0)} say then. Its sender may soon have it.
     */
    public boolean isTrial() {
        return trial;
    }

    /** {@link Burst#KEY_IPV4} or {@link Burst#KEY_IPV6}. */
    public int family() {
        return family;
    }

    /** How many addresses the row names, 1 or 2. */
    public int count() {
        return count;
    }

    /** Address {@code k}, laid out like {@link Burst#key0}. */
    public long high(int k) {
        return high[k];
    }

    /** The low half of IPv6 address {@code k}. */
    public long low(int k) {
        return low[k];
    }
}
