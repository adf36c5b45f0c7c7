// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.packet.Arp;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.Nd;

/**
 * Answers ARP requests and neighbour solicitations with the uplink's own MAC: on the wire for the
 * addresses of ports (RX-15), to a port for any address, since it sends everything through us
 * (TX-34).
 *
 * <p>The answer is a frame of its own: the question may be shared, split over segments, or, like a
 * solicitation without a MAC option, shorter than its answer. Owned by one lcore; no allocation on
 * the heap, never throws.
 *
 * <p>Silent, because an answer would be wrong, where the question
 *
 * <ul>
 *   <li>is malformed, comes from a router's distance (hop limit), or from no station;
 *   <li>asks for another address than the one that was looked up;
 *   <li>asks for the asker's own address: an announcement, or conflict detection (COR-18);
 *   <li>is a probe for an address that nobody has: the asker may take it.
 * </ul>
 */
@HotPath
public final class Responder {
    /** The asker is no port: the wire or the host. */
    public static final int NO_PORT = -1;

    /** No answer, because one would be wrong. */
    public static final long SILENCE = 0;

    /** No answer, because the pool has no frame for it. */
    public static final long NO_FRAME = -1;

    private final FramePool pool;

    /** A responder that takes its answers from {@code pool}. */
    public Responder(FramePool pool) {
        this.pool = pool;
    }

    /**
     * The answer to the question in one row, to be sent back to where it came from.
     *
     * @param burst parsed and looked up: {@code key0}, {@code key1} are the address asked for, and
     *     {@code port} its owner where the facts say KNOWN
     * @param ownMac the MAC to answer with
     * @param hosts whether the host port has the address asked for
     * @param asker index of the port that asks, or {@link #NO_PORT}
     * @return mbuf of the answer, the caller's now; {@link #SILENCE} or {@link #NO_FRAME}, both
     *     below 1, where there is none. The question stays the caller's either way
     */
    public long answer(Burst burst, int i, long ownMac, boolean hosts, int asker) {
        final boolean known = (burst.facts(i) & Facts.KNOWN) != 0;
        if (known && burst.port(i) == asker) {
            return SILENCE;
        }
        final boolean taken = known || hosts;
        return switch (burst.family(i)) {
            case Burst.KEY_IPV4 -> answerArp(burst, i, ownMac, taken);
            case Burst.KEY_IPV6 -> answerNd(burst, i, ownMac, taken);
            default -> SILENCE;
        };
    }

    private long answerArp(Burst burst, int i, long ownMac, boolean taken) {
        if (!ArpCheck.isValid(burst, i)) {
            return SILENCE;
        }
        final long arp = burst.data(i) + burst.l3(i);
        final int target = Arp.target(arp);
        final int sender = Arp.sender(arp);
        final boolean probe = sender == 0;
        if (Arp.operation(arp) != Arp.REQUEST
                || (target & 0xFFFF_FFFFL) != burst.key0(i)
                || !IpAddress.isNeighbor(target)
                || sender == target
                || (probe ? !taken : !IpAddress.isNeighbor(sender))) {
            return SILENCE;
        }
        final long mbuf = pool.allocate(ArpFrames.LENGTH);
        if (mbuf == 0) {
            return NO_FRAME;
        }
        ArpFrames.reply(pool.data(mbuf), Arp.senderMac(arp), sender, ownMac, target);
        return mbuf;
    }

    private long answerNd(Burst burst, int i, long ownMac, boolean taken) {
        final int length = NdCheck.validLength(burst, i, Icmpv6.NEIGHBOR_SOLICITATION);
        if (length == 0) {
            return SILENCE;
        }
        final long ip = burst.data(i) + burst.l3(i);
        final long nd = ip + Ipv6.LENGTH;
        final long high = Nd.targetHigh(nd);
        final long low = Nd.targetLow(nd);
        final long askerHigh = Ipv6.sourceHigh(ip);
        final long askerLow = Ipv6.sourceLow(ip);
        final boolean probe = NdCheck.isUnspecified(askerHigh, askerLow);
        final long askerMac = askerMac(burst.data(i), nd, length);
        if (high != burst.key0(i)
                || low != burst.key1(i)
                || (askerHigh == high && askerLow == low)
                || (probe && !taken)
                || !ArpCheck.isStation(askerMac)) {
            return SILENCE;
        }
        final long mbuf = pool.allocate(NdFrames.LENGTH);
        if (mbuf == 0) {
            return NO_FRAME;
        }
        final long frame = pool.data(mbuf);
        if (probe) {
            NdFrames.announcement(frame, ownMac, high, low);
        } else {
            NdFrames.advertisement(frame, askerMac, askerHigh, askerLow, ownMac, high, low);
        }
        return mbuf;
    }

    /** Where the option is missing, the frame's own source saves us asking back. */
    private static long askerMac(long frame, long nd, int length) {
        final long mac = NdCheck.macOption(nd, length, Nd.OPTION_SOURCE_MAC);
        return mac == NdCheck.ABSENT ? Ethernet.source(frame) : mac;
    }
}
