// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.burst.TunnelMeta;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.Vlan;
import java.lang.foreign.Arena;

/**
 * Gathers what rules may ask about from a parsed frame into a {@link FlowKey}. Believes nothing of
 * the frame: every length is compared before a byte is read, and bytes behind the end of the IP
 * packet are none of it. Headers that lie in several segments are copied together first, so that
 * nobody hides a port by the way in which a frame is cut.
 *
 * <p>The first fragment of a packet has its ports, the others have none, as in the kernel.
 *
 * <p>Owned by the lcore that runs it.
 */
@HotPath
public final class KeyReader {
    /**
     * Bytes of an IP packet that are enough for all that is read, but for many extension headers.
     */
    private static final int HEADERS = 256;

    private static final int MAX_EXTENSIONS = 8;
    private static final int TCP = 6;
    private static final int DCCP = 33;
    private static final int SCTP = 132;
    private static final int UDP_LITE = 136;
    private static final int PORT_BYTES = 4;
    private static final int TCP_FLAGS_AT = 12;
    private static final int TCP_FLAGS_END = 14;
    private static final int OUTER_IPV6 = 1 << 4;

    private final FramePool pool;
    private final long headers;
    private final long key;

    /** What the frame has, while it is read. */
    private int present;

    /** A reader and its key, which live as long as {@code arena}. */
    public KeyReader(Arena arena, FramePool pool) {
        this.pool = pool;
        this.headers = arena.allocate(HEADERS, Long.BYTES).address();
        this.key = arena.allocate(FlowKey.BYTES, FlowKey.BYTES).address();
    }

    /**
     * Reads a frame.
     *
     * @param ingress place where it came in
     * @param domain of its segment
     * @return address of its key, which the next call overwrites
     */
    public long read(Burst burst, int i, int ingress, int domain) {
        final long row = burst.row(i);
        FlowKey.clear(key);
        present = 0;
        ethernet(row, domain);
        if ((Row.facts(row) & Facts.IP) != 0) {
            packet(row);
        }
        if (burst.tunneled) {
            tunnel(row);
        }
        FlowKey.word(key, 0, present | (long) (ingress & 0xFFFF) << 32);
        return key;
    }

    /**
     * Parse has found an Ethernet header in one piece, and the tags behind it, or noted neither.
     */
    private void ethernet(long row, int domain) {
        final int l3 = Row.l3(row);
        long first = domain & 0xFFFF_FFFFL;
        if (l3 != 0) {
            final long frame = Row.data(row);
            present |= FlowKey.ETHERNET;
            first |= (long) Row.etherType(row) << 32;
            if (l3 > Ethernet.LENGTH) {
                present |= FlowKey.VLAN;
                first |= (long) Vlan.vid(frame + Ethernet.LENGTH) << 48;
            }
            FlowKey.word(key, 2, Ethernet.destination(frame));
            FlowKey.word(key, 3, Ethernet.source(frame));
        }
        FlowKey.word(key, 1, first);
    }

    private void packet(long row) {
        final int l3 = Row.l3(row);
        final int whole = Math.min(Row.length(row) - l3, HEADERS);
        long ip = Row.data(row) + l3;
        if (Row.contiguous(row) - l3 < whole) {
            pool.read(Row.mbuf(row), l3, headers, whole);
            ip = headers;
        }
        if (Row.etherType(row) == Ethernet.TYPE_IPV4) {
            ipv4(ip, whole);
        } else {
            ipv6(ip, whole);
        }
    }

    private void ipv4(long ip, int whole) {
        if (whole < Ipv4.MIN_LENGTH) {
            return;
        }
        final int header = Ipv4.headerLength(ip);
        final int bytes = Math.min(whole, Ipv4.totalLength(ip));
        FlowKey.word(key, FlowKey.SRC, Ipv4.source(ip) & 0xFFFF_FFFFL);
        FlowKey.word(key, FlowKey.DST, Ipv4.destination(ip) & 0xFFFF_FFFFL);
        present |= FlowKey.IPV4 | FlowKey.IP;
        final int protocol = Ipv4.protocol(ip);
        ip(protocol, Ipv4.typeOfService(ip));
        if (header >= Ipv4.MIN_LENGTH && Ipv4.fragmentOffset(ip) == 0) {
            transport(protocol, ip + header, bytes - header);
        }
    }

    private void ipv6(long ip, int whole) {
        if (whole < Ipv6.LENGTH) {
            return;
        }
        FlowKey.word(key, FlowKey.SRC, Ipv6.sourceHigh(ip));
        FlowKey.word(key, FlowKey.SRC + 1, Ipv6.sourceLow(ip));
        FlowKey.word(key, FlowKey.DST, Ipv6.destinationHigh(ip));
        FlowKey.word(key, FlowKey.DST + 1, Ipv6.destinationLow(ip));
        present |= FlowKey.IPV6 | FlowKey.IP;
        final int payload = Ipv6.payloadLength(ip);
        // A length of 0 says nothing (RFC 2675).
        final int bytes = payload == 0 ? whole : Math.min(whole, Ipv6.LENGTH + payload);
        int protocol = Ipv6.nextHeader(ip);
        int at = Ipv6.LENGTH;
        boolean later = false;
        int passed = 0;
        while ((Ipv6.isExtension(protocol) || protocol == Ipv6.NEXT_FRAGMENT)
                && !later
                && passed++ < MAX_EXTENSIONS
                && at + Ipv6.EXTENSION_UNIT <= bytes) {
            final long header = ip + at;
            if (protocol == Ipv6.NEXT_FRAGMENT) {
                later = (Ipv6.fragmentWord(header) & 0xFFF8) != 0;
                at += Ipv6.EXTENSION_UNIT;
            } else {
                at += Ipv6.extensionLength(header);
            }
            protocol = Ipv6.extensionNext(header);
        }
        ip(protocol, Ipv6.trafficClass(ip));
        if (!later) {
            transport(protocol, ip + at, bytes - at);
        }
    }

    private void ip(int protocol, int tos) {
        final long macs = FlowKey.word(key, 2);
        FlowKey.word(key, 2, macs | (long) protocol << 48 | (long) tos << 56);
    }

    private void transport(int protocol, long l4, int bytes) {
        switch (protocol) {
            case TCP, Ipv4.PROTOCOL_UDP, DCCP, SCTP, UDP_LITE -> {
                if (bytes >= PORT_BYTES) {
                    ports(protocol, l4, bytes);
                }
            }
            case Ipv4.PROTOCOL_ICMP, Ipv6.NEXT_ICMPV6 -> {
                if (bytes >= 2) {
                    present |= FlowKey.ICMP;
                    final long type = Memory.u8(l4) | (long) Memory.u8(l4 + 1) << 8;
                    FlowKey.word(key, 3, FlowKey.word(key, 3) | type << 48);
                }
            }
            default -> {} // others have neither ports nor types
        }
    }

    private void ports(int protocol, long l4, int bytes) {
        present |= FlowKey.PORTS;
        long word = Memory.u16be(l4) | (long) Memory.u16be(l4 + 2) << 16;
        if (protocol == TCP && bytes >= TCP_FLAGS_END) {
            present |= FlowKey.TCP;
            word |= (long) (Memory.u16be(l4 + TCP_FLAGS_AT) & 0x0FFF) << 32;
        }
        FlowKey.word(key, 4, word);
    }

    private void tunnel(long row) {
        final boolean ipv6 = (TunnelMeta.flags(row) & OUTER_IPV6) != 0;
        present |= FlowKey.TUNNEL | (ipv6 ? FlowKey.ENC_IPV6 : FlowKey.ENC_IPV4);
        FlowKey.word(
                key,
                10,
                (TunnelMeta.id(row) & 0xFFFF_FFFFL)
                        | (long) TunnelMeta.destinationPort(row) << 32
                        | (long) TunnelMeta.tos(row) << 48
                        | (long) TunnelMeta.ttl(row) << 56);
        FlowKey.word(
                key, 11, (TunnelMeta.gbp(row) & 0xFFFF_FFFFL) | (long) TunnelMeta.flags(row) << 32);
        FlowKey.word(key, FlowKey.ENC_SRC, TunnelMeta.remote0(row));
        FlowKey.word(key, FlowKey.ENC_SRC + 1, TunnelMeta.remote1(row));
        FlowKey.word(key, FlowKey.ENC_DST, TunnelMeta.local0(row));
        FlowKey.word(key, FlowKey.ENC_DST + 1, TunnelMeta.local1(row));
    }
}
