// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.Burst;
import io.ipvane.packet.Arp;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.Nd;

/**
 * Reads from a frame which addresses its sender says it has: the sender of ARP requests and
 * replies, the source of neighbour and router solicitations and advertisements, the target of an
 * advertisement. A probe says nothing: it comes from no address and only asks whether one is free
 * (RFC 5227, 2.1.1; RFC 4862, 5.4.2).
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

    /** A reader that has read nothing. */
    public OwnAddresses() {}

    /** Whether a parsed row names any address of its sender's; the accessors then say which. */
    public boolean read(Burst burst, int i) {
        count = 0;
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
        if ((operation == Arp.REQUEST || operation == Arp.REPLY) && ArpCheck.isHost(sender)) {
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
        if (NdCheck.isHost(Ipv6.sourceHigh(ip), Ipv6.sourceLow(ip))) {
            add(Ipv6.sourceHigh(ip), Ipv6.sourceLow(ip));
        }
        if (advertises) {
            final long nd = ip + Ipv6.LENGTH;
            addOnce(Nd.targetHigh(nd), Nd.targetLow(nd));
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
