// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.InternetChecksum;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.MacAddress;
import io.ipvane.packet.Udp;
import io.ipvane.packet.Vxlan;
import java.lang.foreign.Arena;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Puts outer headers in front of frames (spec ENC-1 to ENC-13). {@link #look} reads of a frame what
 * its outer headers will show of it, {@link #select} chooses the receiver, and {@link #put}
 * finishes the receiver's prepared header in front of that frame, or of a copy or a segment of it.
 *
 * <p>Of the inner frame only the destination MAC address is written, which is the remote's. An
 * unfinished inner checksum stays unfinished; a frame that is to be split has to be split before.
 *
 * <p>Owned by one lcore.
 */
@HotPath
public final class Encap {
    /** In place of a row of the counters: whoever asks has counted the frame. */
    public static final int COUNTED_ELSEWHERE = -1;

    /** Answer: the frame is an outer packet now. */
    public static final int DONE = -1;

    /** Answer: the same, but its next hop has no MAC address yet. */
    public static final int UNRESOLVED = -2;

    private static final int TOO_BIG = TunnelDrop.TX_TOO_BIG.number();
    private static final int NO_ROOM = BurstDrop.HEADERS_SPLIT.number();

    // From the start of the outer frame.
    private static final int IP = Ethernet.LENGTH;
    private static final int UDP4 = IP + Ipv4.MIN_LENGTH;
    private static final int UDP6 = IP + Ipv6.LENGTH;

    /** Bytes of the outer headers over IPv4. */
    private static final int PLAIN = UDP4 + Udp.LENGTH + Vxlan.LENGTH;

    /** Where the mbufs of segments are: as many as a frame of 64 KiB may have of 64 bytes. */
    private static final int MOST_SEGMENTS = 1024;

    private final FramePool pool;
    private final CounterShard counters;
    private final FlowEntropy entropy;
    private final long segments;

    /** IPv4 identification of the last outer packet: routers may fragment while DF is clear. */
    private int id;

    // What the last look saw.
    private int flow;
    private int tos;
    private int ttl;
    private boolean df;

    // The receiver that was selected last.
    private long header;
    private int vni;
    private long mac;

    /**
     * An encapsulation of one lcore.
     *
     * @param arena lives longer
     * @param counters of the same lcore
     */
    public Encap(Arena arena, FramePool pool, CounterShard counters) {
        this.pool = pool;
        this.counters = counters;
        this.entropy = new FlowEntropy();
        this.segments = arena.allocate(MOST_SEGMENTS * 8L, 8).address();
        this.id = ThreadLocalRandom.current().nextInt() & 0xFFFF;
    }

    /** Reads a parsed frame. */
    public void look(long row) {
        flow = entropy.of(row);
        if ((Row.facts(row) & Facts.IP) == 0) {
            tos = 0;
            ttl = TunnelOptions.TTL_OF_OTHERS;
            df = false;
            return;
        }
        final long ip = Row.data(row) + Row.l3(row);
        if (Row.etherType(row) == Ethernet.TYPE_IPV4) {
            tos = Ipv4.typeOfService(ip);
            ttl = Ipv4.ttl(ip);
            df = Ipv4.dontFragment(ip);
        } else {
            tos = Ipv6.trafficClass(ip);
            ttl = Ipv6.hopLimit(ip);
            df = true;
        }
    }

    /**
     * Chooses who gets what is put into the tunnel next.
     *
     * @param remote a value of the address table that is one
     */
    public void select(int remote, RemoteTable remotes) {
        header = remotes.header(remote);
        vni = remotes.vni(remote);
        mac = remotes.mac(remote);
    }

    /** Whether a frame of such a length can be sent to the receiver at once. */
    public boolean isReady(int length) {
        return length <= PreparedHeader.longest(header)
                && (PreparedHeader.flags(header) & PreparedHeader.UNRESOLVED) == 0;
    }

    /**
     * Makes a frame an outer packet to the receiver; it has no outer headers where the answer is a
     * reason.
     *
     * @param mbuf the frame that was looked at, or a copy or a segment of it
     * @param place row of the counters at which it counts as sent, or {@link #COUNTED_ELSEWHERE}
     * @return {@link #DONE}, {@link #UNRESOLVED}, or the number of the reason of its drop
     */
    public int put(long mbuf, int place) {
        final long slot = header;
        final int length = pool.length(mbuf);
        if (length > PreparedHeader.longest(slot)) {
            return TOO_BIG;
        }
        final int flags = PreparedHeader.flags(slot);
        final int bytes = PreparedHeader.length(slot);
        if (!pool.prepend(mbuf, bytes)) {
            return NO_ROOM;
        }
        final long outer = pool.data(mbuf);
        if (mac != 0 && !MacAddress.isGroup(Ethernet.destination(outer + bytes))) {
            Ethernet.putDestination(outer + bytes, mac);
        }
        if ((flags & PreparedHeader.NOT_PLAIN) == 0) {
            writePlain(outer, slot, flags, length);
        } else {
            write(mbuf, outer, slot, flags, length, bytes);
        }
        if (place != COUNTED_ELSEWHERE) {
            counters.add(place, PortCounter.TRANSMIT_PACKETS_COLUMN, 1);
            counters.add(place, PortCounter.TRANSMIT_BYTES_COLUMN, length);
        }
        return (flags & PreparedHeader.UNRESOLVED) == 0 ? DONE : UNRESOLVED;
    }

    /**
     * IPv4 without UDP checksum, by words: what differs from packet to packet is put into them
     * before they are stored.
     *
     * <pre>
     *  8 ..., EtherType, version, TOS     16 length, identification, flags, TTL, protocol
     * 24 checksum, source, destination    32 destination, UDP ports and length
     * 40 UDP checksum, VXLAN flags, VNI   48 VNI
     * </pre>
     */
    private void writePlain(long outer, long slot, int flags, int length) {
        final long header = slot + PreparedHeader.HEADER;
        final long service = outerTos(slot, flags);
        final long total = length + (long) PLAIN - IP;
        final long time = PreparedHeader.ttl(slot);
        id = (id + 1) & 0xFFFF;
        final long sum = PreparedHeader.ipSum(slot) + service + total + id + (time << 8);
        final long checksum = ~InternetChecksum.fold(sum) & 0xFFFFL;
        final long source = sourcePort(slot);
        final long word = Vxlan.of(vni);
        Memory.put64(outer, Memory.i64(header));
        Memory.put64be(outer + 8, Memory.i64be(header, 8) | service);
        Memory.put64be(
                outer + 16,
                Memory.i64be(header, 16) | (total << 48) | ((long) id << 32) | (time << 8));
        Memory.put64be(outer + 24, Memory.i64be(header, 24) | (checksum << 48));
        Memory.put64be(
                outer + 32, Memory.i64be(header, 32) | (source << 32) | (total - Ipv4.MIN_LENGTH));
        Memory.put64be(outer + 40, word >>> 16);
        Memory.put16be(outer + 48, (int) word);
    }

    private void write(long mbuf, long outer, long slot, int flags, int length, int bytes) {
        final long payloadSum =
                (flags & PreparedHeader.SUMS) == 0 ? 0 : OuterChecksum.sum(mbuf, bytes, pool);
        copy(slot + PreparedHeader.HEADER, outer, bytes);
        final int udpAt = (flags & PreparedHeader.IPV6) == 0 ? UDP4 : UDP6;
        if (udpAt == UDP4) {
            finish4(outer + IP, slot, flags, length + bytes - IP);
        } else {
            finish6(outer + IP, slot, flags, length + bytes - UDP6);
        }
        finishUdp(outer + udpAt, slot, flags, length, payloadSum);
    }

    /** By words; the last one reaches back into the one before. */
    private static void copy(long from, long to, int bytes) {
        for (int at = 0; at + 8 <= bytes; at += 8) {
            Memory.put64(to + at, Memory.i64(from + at));
        }
        Memory.put64(to + bytes - 8, Memory.i64(from + bytes - 8));
    }

    private int outerTos(long slot, int flags) {
        final boolean copies = (flags & PreparedHeader.COPIES_CONGESTION) != 0;
        final int upper =
                (flags & PreparedHeader.INHERITS_TOS) == 0
                        ? PreparedHeader.tos(slot)
                        : tos & ~EcnRules.MASK;
        return upper | EcnRules.encapsulated(tos & EcnRules.MASK, copies);
    }

    private int outerTtl(long slot, int flags) {
        return (flags & PreparedHeader.INHERITS_TTL) == 0 ? PreparedHeader.ttl(slot) : ttl;
    }

    private void finish4(long ip, long slot, int flags, int totalLength) {
        final boolean fixed = df && (flags & PreparedHeader.INHERITS_DF) != 0;
        final int service = outerTos(slot, flags);
        final int time = outerTtl(slot, flags);
        id = (id + 1) & 0xFFFF;
        Ipv4.putTypeOfService(ip, service);
        Ipv4.putTotalLength(ip, totalLength);
        Ipv4.putTtl(ip, time);
        Memory.put16be(ip + 4, id);
        int sum = PreparedHeader.ipSum(slot) + service + totalLength + id + (time << 8);
        if (fixed) {
            Ipv4.putIdentification(ip, id, true);
            sum += 0x4000;
        }
        Ipv4.putChecksum(ip, ~InternetChecksum.fold(sum) & 0xFFFF);
    }

    private void finish6(long ip, long slot, int flags, int payloadLength) {
        Ipv6.putPayloadLength(ip, payloadLength);
        Ipv6.putTrafficClass(ip, outerTos(slot, flags));
        Ipv6.putHopLimit(ip, outerTtl(slot, flags));
    }

    private int sourcePort(long slot) {
        final long ports = PreparedHeader.ports(slot);
        return PreparedHeader.firstPort(slot) + (int) (((flow & 0xFFFF_FFFFL) * ports) >>> 32);
    }

    private void finishUdp(long udp, long slot, int flags, int innerLength, long payloadSum) {
        final int length = innerLength + Udp.LENGTH + Vxlan.LENGTH;
        final int source = sourcePort(slot);
        final long word = Vxlan.of(vni);
        Udp.putSourceAndLength(udp, source, length);
        Vxlan.write(udp + Udp.LENGTH, word);
        if ((flags & PreparedHeader.SUMS) != 0) {
            final long sum =
                    PreparedHeader.udpSum(slot)
                            + source
                            + 2L * length
                            + (word >>> 16 & 0xFFFF)
                            + (word & 0xFFFF)
                            + payloadSum;
            Udp.putChecksum(udp, ~InternetChecksum.fold(sum) & 0xFFFF);
        }
    }

    /**
     * Makes finished frames of one that is to be split, so that each can be put into the tunnel.
     *
     * @return how many {@link #segment} gives, the caller's now, the frame being freed; 0 where
     *     there are no frames for them, and the frame is still the caller's
     */
    public int split(long mbuf) {
        final int count = pool.split(mbuf, segments, MOST_SEGMENTS);
        if (count > 0) {
            pool.free(mbuf);
        }
        return count;
    }

    /** One of the segments of the last {@link #split}, in their order. */
    public long segment(int i) {
        return Memory.i64(segments + 8L * i);
    }

    /** Place of the uplink that frames to the receiver leave by. */
    public int uplink() {
        return PreparedHeader.uplink(header);
    }

    /** Row of the counters of the receiver's tunnel. */
    public int tunnel() {
        return PreparedHeader.tunnel(header);
    }

    /** Bytes of IP that fit through the tunnel to the receiver. */
    public int innerMtu() {
        return PreparedHeader.longest(header) - Ethernet.LENGTH;
    }

    /** EtherType of outer packets to the receiver. */
    public int etherType() {
        return (PreparedHeader.flags(header) & PreparedHeader.IPV6) == 0
                ? Ethernet.TYPE_IPV4
                : Ethernet.TYPE_IPV6;
    }

    /** The next hop on the way to the receiver, laid out as in a row. */
    public long nextHop0() {
        return PreparedHeader.nextHop0(header);
    }

    /** The low half of {@link #nextHop0}, where it is an IPv6 address. */
    public long nextHop1() {
        return PreparedHeader.nextHop1(header);
    }
}
