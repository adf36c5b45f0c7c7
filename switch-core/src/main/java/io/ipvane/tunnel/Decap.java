// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.burst.TunnelMeta;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.InternetChecksum;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.Udp;
import io.ipvane.packet.Vlan;
import io.ipvane.packet.Vxlan;

/**
 * Takes the outer headers off one frame, if they are those of a tunnel and right (spec DEC-1 to
 * DEC-12). Believes no length: each is compared with the one before it, and what is read lies in
 * the first segment.
 *
 * <p>Taken are also outer IPv4 options, IPv6 extension headers, any TTL, padding behind what IP or
 * UDP count, and any inner source. A frame whose inner checksum is unfinished, or that is still to
 * be split into inner segments, stays so.
 *
 * <p>Owned by one lcore; of a frame that was taken it says where its inner frame comes in.
 */
@HotPath
final class Decap {
    /** Answer: no tunnel's packet; nothing has happened. */
    static final int STAYS = -1;

    /** Answer: the inner frame is there. */
    static final int TAKEN = -2;

    private static final int HEADERS_SPLIT = BurstDrop.HEADERS_SPLIT.number();
    private static final int SHORT = TunnelDrop.VXLAN_SHORT.number();
    private static final int CHECKSUM = TunnelDrop.VXLAN_CSUM.number();
    private static final int FLAGS = TunnelDrop.VXLAN_FLAGS.number();
    private static final int RESERVED = TunnelDrop.VXLAN_RESERVED.number();
    private static final int FRAGMENT = TunnelDrop.VXLAN_FRAGMENT.number();
    private static final int LOOP = TunnelDrop.VXLAN_LOOP.number();
    private static final int MARTIAN = TunnelDrop.VXLAN_MARTIAN.number();
    private static final int PEER = TunnelDrop.PEER_NOT_ALLOWED.number();
    private static final int VNI = TunnelDrop.VNI_UNKNOWN.number();
    private static final int ECN = TunnelDrop.VXLAN_ECN.number();

    /** Nothing is wrong so far. */
    private static final int RIGHT = TAKEN;

    private static final int MAX_TAGS = 2;

    /** Where the UDP header of a plain packet is. */
    private static final int PLAIN_UDP = Ethernet.LENGTH + Ipv4.MIN_LENGTH;

    /** Bytes of the outer headers of a plain packet. */
    private static final int PLAIN = PLAIN_UDP + Udp.LENGTH + Vxlan.LENGTH;

    /** Bytes of it that are read. */
    private static final int PLAIN_LOOK = PLAIN + Ethernet.LENGTH;

    /** Version 4, five words, ECN 0; no fragment. In the first eight bytes, big endian. */
    private static final long PLAIN_START = 0x4500L << 48;

    private static final long PLAIN_START_MASK = 0xFF03L << 48 | 0x3FFF;

    /** UDP, in the next eight bytes. */
    private static final long PLAIN_MIDDLE = (long) Ipv4.PROTOCOL_UDP << 48;

    private static final long PLAIN_MIDDLE_MASK = 0xFFL << 48;

    private final FramePool pool;

    private Tunnel tunnel;
    private int place;

    private final UdpFinder udp;

    /** Bytes from the start of the frame that is looked at to its UDP header. */
    private int transport;

    Decap(FramePool pool) {
        this.pool = pool;
        this.udp = new UdpFinder(pool);
    }

    /** The tunnel that the last frame was for, be it taken or dropped. */
    Tunnel tunnel() {
        return tunnel;
    }

    /** Where the inner frame comes in that was taken last. */
    int place() {
        return place;
    }

    /**
     * Takes the outer headers off frame {@code i}, a parsed IP packet.
     *
     * @param tunnels of the uplink that it came in by
     * @param to where the inner frame becomes number {@code k}
     * @return {@link #STAYS}, {@link #TAKEN}, or the number of the reason by which it is dropped
     */
    int take(Burst burst, int i, Tunnel[] tunnels, Burst to, int k) {
        final long row = burst.row(i);
        final boolean ipv4 = Row.etherType(row) == Ethernet.TYPE_IPV4;
        if (tunnels.length == 1 && isPlain(row, tunnels[0])) {
            tunnel = tunnels[0];
            pool.removeFront(Row.mbuf(row), PLAIN);
            to.frame(
                    k,
                    Row.mbuf(row),
                    Row.data(row) + PLAIN,
                    Row.contiguous(row) - PLAIN,
                    Row.length(row) - PLAIN);
            if (tunnel.collects) {
                transport = PLAIN_UDP;
                note(row, true, to.row(k));
            }
            return TAKEN;
        }
        if (!udp.find(burst, i)) {
            return STAYS;
        }
        transport = udp.header();
        if (!isForTunnel(row, ipv4, tunnels)) {
            return STAYS;
        }
        final int inner = transport + Udp.LENGTH + Vxlan.LENGTH;
        int answer = checkDatagram(burst, i, inner);
        if (answer == RIGHT) {
            answer = checkOuter(row, ipv4);
        }
        if (answer == RIGHT) {
            answer = checkInner(burst, i, inner, ipv4);
        }
        if (answer == RIGHT) {
            strip(row, inner, to, k);
            if (tunnel.collects) {
                note(row, ipv4, to.row(k));
            }
        }
        return answer;
    }

    /**
     * What nearly every packet is: IPv4 without options, padding and UDP checksum, not congested,
     * from another host, with an inner packet that is whole. Whatever is not so is looked at step
     * by step.
     *
     * @param row of a packet to an address of the tunnel
     */
    private boolean isPlain(long row, Tunnel to) {
        final int length = Row.length(row);
        if (Row.contiguous(row) < PLAIN_LOOK
                || Row.etherType(row) != Ethernet.TYPE_IPV4
                || Row.l3(row) != Ethernet.LENGTH) {
            return false;
        }
        final long ip = Row.data(row) + Ethernet.LENGTH;
        final long start = Memory.i64be(ip, 0);
        final long middle = Memory.i64be(ip, 8);
        final long header = Memory.i64be(ip, Ipv4.MIN_LENGTH);
        final long word = Vxlan.word(ip + Ipv4.MIN_LENGTH + Udp.LENGTH);
        final int total = (int) (start >>> 32) & 0xFFFF;
        final long sum =
                (start >>> 32)
                        + (start & 0xFFFF_FFFFL)
                        + (middle >>> 32)
                        + (middle & 0xFFFF_FFFFL)
                        + (Memory.i32be(ip, 16) & 0xFFFF_FFFFL);
        // Ports and length of UDP without the source port, and no checksum.
        final long udpHeader = (long) to.port << 32 | (total - Ipv4.MIN_LENGTH) << 16;
        final long wrong =
                ((start & PLAIN_START_MASK) ^ PLAIN_START)
                        | ((middle & PLAIN_MIDDLE_MASK) ^ PLAIN_MIDDLE)
                        | (total ^ (length - Ethernet.LENGTH))
                        | ((header & 0xFFFF_FFFF_FFFFL) ^ udpHeader)
                        | (InternetChecksum.fold(sum) ^ 0xFFFF)
                        | ((word & (Vxlan.FLAG_VNI | to.refusedBits)) ^ Vxlan.FLAG_VNI);
        return wrong == 0
                && to.ownMac == Tunnel.ANY_MAC
                && isInnerWhole(ip + PLAIN - Ethernet.LENGTH, length - PLAIN)
                && pool.unfinishedFrom(Row.mbuf(row)) < 0
                && isPeer(to, (int) middle)
                && isKnown(to, Vxlan.vni(word));
    }

    private static boolean isInnerWhole(long inner, int length) {
        return switch (Ethernet.type(inner)) {
            case Ethernet.TYPE_IPV4 -> length >= Ethernet.LENGTH + Ipv4.MIN_LENGTH;
            case Ethernet.TYPE_IPV6 -> length >= Ethernet.LENGTH + Ipv6.LENGTH;
            default -> false;
        };
    }

    private boolean isPeer(Tunnel to, int source) {
        tunnel = to;
        return source4(source) == RIGHT;
    }

    private boolean isKnown(Tunnel to, int vni) {
        place = to.vnis.find(vni);
        return place != VniTable.NONE;
    }

    private boolean isForTunnel(long row, boolean ipv4, Tunnel[] tunnels) {
        final int port = Udp.destinationPort(Row.data(row) + transport);
        for (int t = 0; t < tunnels.length; t++) {
            tunnel = tunnels[t];
            if (tunnel.port == port
                    && (ipv4
                            ? tunnel.isLocal4((int) Row.key0(row))
                            : tunnel.isLocal6(Row.key0(row), Row.key1(row)))) {
                return true;
            }
        }
        return false;
    }

    /** Lengths; afterwards the frame ends where UDP says. */
    private int checkDatagram(Burst burst, int i, int inner) {
        if (udp.isFragment()) {
            return FRAGMENT;
        }
        final int length = Udp.length(burst.data(i) + transport);
        final int datagramEnd = transport + length;
        if (datagramEnd > udp.end() || datagramEnd < inner + Ethernet.LENGTH) {
            return SHORT;
        }
        if (!udp.reach(burst, i, inner + Ethernet.LENGTH)) {
            return HEADERS_SPLIT;
        }
        if (datagramEnd < burst.length(i)) {
            final long mbuf = burst.mbuf(i);
            pool.trim(mbuf, datagramEnd);
            burst.frame(i, mbuf, pool.data(mbuf), pool.contiguous(mbuf), datagramEnd);
        }
        return RIGHT;
    }

    private int checkOuter(long row, boolean ipv4) {
        final long header = Row.data(row) + transport;
        final long ip = Row.data(row) + Row.l3(row);
        final int sum = Udp.checksum(header);
        if ((ipv4 && !Ipv4.checksumValid(ip))
                || (sum == 0 ? !ipv4 && !tunnel.zeroChecksum6 : !isSumRight(row, ip, ipv4))) {
            return CHECKSUM;
        }
        final int unfinished = pool.unfinishedFrom(Row.mbuf(row));
        if (unfinished == transport && isToBeSplit(row)) {
            return FRAGMENT;
        }
        final long word = Vxlan.word(header + Udp.LENGTH);
        if ((word & Vxlan.FLAG_VNI) == 0) {
            return FLAGS;
        }
        if ((word & tunnel.refusedBits) != 0) {
            return RESERVED;
        }
        final int source = ipv4 ? source4(Ipv4.source(ip)) : source6(ip);
        if (source != RIGHT) {
            return source;
        }
        place = tunnel.vnis.find(Vxlan.vni(word));
        return place == VniTable.NONE ? VNI : RIGHT;
    }

    private boolean isSumRight(long row, long ip, boolean ipv4) {
        if (isToBeSplit(row) || pool.unfinishedFrom(Row.mbuf(row)) == transport) {
            // The sender, on this machine, has left this very sum to the device.
            return true;
        }
        final long sum =
                OuterChecksum.addresses(ip, ipv4)
                        + Ipv4.PROTOCOL_UDP
                        + (Row.length(row) - transport)
                        + OuterChecksum.sum(Row.mbuf(row), transport, pool);
        return InternetChecksum.fold(sum) == 0xFFFF;
    }

    private boolean isToBeSplit(long row) {
        return pool.longest(Row.mbuf(row)) < Row.length(row);
    }

    private int source4(int source) {
        final int first = source >>> 24;
        if (first == 0 || first == 127 || first >= 224) {
            return MARTIAN;
        }
        if (tunnel.isLocal4(source)) {
            return LOOP;
        }
        return tunnel.peers == null || tunnel.peers.passes4(source) ? RIGHT : PEER;
    }

    private int source6(long ip) {
        final long high = Ipv6.sourceHigh(ip);
        final long low = Ipv6.sourceLow(ip);
        if (high >>> 56 == 0xFF || (high == 0 && low >>> 1 == 0)) {
            return MARTIAN;
        }
        if (tunnel.isLocal6(high, low)) {
            return LOOP;
        }
        return tunnel.peers == null || tunnel.peers.passes6(high, low) ? RIGHT : PEER;
    }

    /** DEC-5 and DEC-10: an IP header that is whole, and what the underlay says of congestion. */
    private int checkInner(Burst burst, int i, int inner, boolean ipv4) {
        final long row = burst.row(i);
        final long outer = Row.data(row) + Row.l3(row);
        final int congestion =
                (ipv4 ? Ipv4.typeOfService(outer) : Ipv6.trafficClass(outer)) & EcnRules.MASK;
        if (tunnel.ownMac != Tunnel.ANY_MAC
                && Ethernet.source(Row.data(row) + inner) == tunnel.ownMac) {
            return LOOP;
        }
        int type = Ethernet.type(Row.data(row) + inner);
        int at = inner + Ethernet.LENGTH;
        for (int tags = 0; tags < MAX_TAGS && Vlan.isTag(type); tags++) {
            if (at + Vlan.LENGTH > Row.length(row)) {
                return SHORT;
            }
            if (!udp.reach(burst, i, at + Vlan.LENGTH)) {
                return HEADERS_SPLIT;
            }
            type = Vlan.type(Row.data(row) + at);
            at += Vlan.LENGTH;
        }
        return switch (type) {
            case Ethernet.TYPE_IPV4 -> checkInner4(burst, i, at, congestion);
            case Ethernet.TYPE_IPV6 -> checkInner6(burst, i, at, congestion);
            default -> RIGHT;
        };
    }

    private int checkInner4(Burst burst, int i, int at, int congestion) {
        if (at + Ipv4.MIN_LENGTH > burst.length(i)) {
            return SHORT;
        }
        if (congestion == 0) {
            return RIGHT;
        }
        if (!udp.reach(burst, i, at + Ipv4.MIN_LENGTH)) {
            return HEADERS_SPLIT;
        }
        final long ip = burst.data(i) + at;
        final int before = Ipv4.typeOfService(ip);
        final int after = EcnRules.decapsulated(congestion, before & EcnRules.MASK);
        if (after == EcnRules.DROP) {
            return ECN;
        }
        if (after != (before & EcnRules.MASK)) {
            Ipv4.mendTypeOfService(ip, (before & ~EcnRules.MASK) | after);
        }
        return RIGHT;
    }

    private int checkInner6(Burst burst, int i, int at, int congestion) {
        if (at + Ipv6.LENGTH > burst.length(i)) {
            return SHORT;
        }
        if (congestion == 0) {
            return RIGHT;
        }
        if (!udp.reach(burst, i, at + Ipv6.LENGTH)) {
            return HEADERS_SPLIT;
        }
        final long ip = burst.data(i) + at;
        final int before = Ipv6.trafficClass(ip);
        final int after = EcnRules.decapsulated(congestion, before & EcnRules.MASK);
        if (after == EcnRules.DROP) {
            return ECN;
        }
        Ipv6.putTrafficClass(ip, (before & ~EcnRules.MASK) | after);
        return RIGHT;
    }

    private void strip(long row, int inner, Burst to, int k) {
        final long mbuf = Row.mbuf(row);
        if (pool.unfinishedFrom(mbuf) == transport) {
            pool.forgetUnfinished(mbuf);
        }
        pool.removeFront(mbuf, inner);
        to.frame(
                k,
                mbuf,
                Row.data(row) + inner,
                Row.contiguous(row) - inner,
                Row.length(row) - inner);
    }

    /** The outer headers are still in front of the inner frame. */
    private void note(long row, boolean ipv4, long inner) {
        final long ip = Row.data(row) + Row.l3(row);
        final long header = Row.data(row) + transport;
        final long word = Vxlan.word(header + Udp.LENGTH);
        TunnelMeta.id(inner, Vxlan.vni(word));
        TunnelMeta.ports(inner, Udp.sourcePort(header), Udp.destinationPort(header));
        TunnelMeta.gbp(inner, tunnel.gbp ? Vxlan.group(word) : 0);
        int flags = MetaFlags.KEY | (Udp.checksum(header) == 0 ? 0 : MetaFlags.CHECKSUM);
        if (ipv4) {
            TunnelMeta.remote(inner, Ipv4.source(ip) & 0xFFFF_FFFFL, 0);
            TunnelMeta.local(inner, Ipv4.destination(ip) & 0xFFFF_FFFFL, 0);
            TunnelMeta.tosAndTtl(inner, Ipv4.typeOfService(ip), Ipv4.ttl(ip));
            TunnelMeta.label(inner, 0);
            flags |= Ipv4.dontFragment(ip) ? MetaFlags.DONT_FRAGMENT : 0;
        } else {
            TunnelMeta.remote(inner, Ipv6.sourceHigh(ip), Ipv6.sourceLow(ip));
            TunnelMeta.local(inner, Ipv6.destinationHigh(ip), Ipv6.destinationLow(ip));
            TunnelMeta.tosAndTtl(inner, Ipv6.trafficClass(ip), Ipv6.hopLimit(ip));
            TunnelMeta.label(inner, Ipv6.flowLabel(ip));
            flags |= MetaFlags.IPV6;
        }
        if (tunnel.gbp && (word & Vxlan.FLAG_GROUP) != 0) {
            flags |= MetaFlags.GROUP;
        }
        TunnelMeta.flags(inner, flags);
    }
}
