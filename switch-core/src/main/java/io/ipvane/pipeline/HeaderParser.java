// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.packet.Arp;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.MacAddress;
import io.ipvane.packet.Nd;
import io.ipvane.packet.Vlan;

/**
 * Parses one frame header by header: everything that {@link Parser} does not recognise at a glance,
 * be it tagged, split, malformed, ARP or ICMPv6. Same results, same promises.
 */
@HotPath
final class HeaderParser {
    private static final int MAX_TAGS = 2;
    private static final int MAX_EXTENSIONS = 8;

    /** Options by which what is too short stays as it is. */
    private static final int LENIENT = 0;

    private HeaderParser() {}

    /** Parses frame {@code i}; arguments as {@link Parser#parse}. */
    static void parse(Burst burst, int i, long ownMac, int options, FramePool pool) {
        burst.facts(i, 0);
        noKey(burst, i);
        if (!reach(burst, i, Ethernet.LENGTH, Parser.STRICT, pool)) {
            return;
        }
        final long frame = burst.data(i);
        final long destination = Ethernet.destination(frame);
        burst.facts(i, Parser.macFacts(destination, Ethernet.source(frame), ownMac));
        burst.l2(i, 0, Ethernet.type(frame));
        if (Vlan.isTag(burst.etherType(i)) && !skipTags(burst, i, options, pool)) {
            return;
        }
        switch (burst.etherType(i)) {
            case Ethernet.TYPE_IPV4 -> ipv4(burst, i, options, pool);
            case Ethernet.TYPE_IPV6 -> ipv6(burst, i, options, pool);
            case Ethernet.TYPE_ARP -> arp(burst, i, options, pool);
            case Ethernet.TYPE_MAC_CONTROL -> macControl(burst, i, destination);
            default -> {} // CLS-11: no key
        }
    }

    /**
     * Moves {@code l3} and {@code etherType} behind up to {@value #MAX_TAGS} tags (CLS-12, COR-5).
     *
     * @return whether the header behind them says where the frame goes: the kernel looks behind one
     *     tag, whatever its VLAN, or behind none; we look behind two, if they are only priority
     *     tags
     */
    private static boolean skipTags(Burst burst, int i, int options, FramePool pool) {
        if ((options & Parser.OPAQUE_TAGS) != 0) {
            return false;
        }
        final boolean strict = (options & Parser.STRICT) != 0;
        int vids = 0;
        int tags = 0;
        while (tags < MAX_TAGS && Vlan.isTag(burst.etherType(i))) {
            final int behind = burst.l3(i) + Vlan.LENGTH;
            if (!reach(burst, i, behind, options, pool)) {
                return false;
            }
            final long tag = burst.data(i) + burst.l3(i);
            vids |= Vlan.vid(tag);
            tags++;
            burst.l2(i, tags, Vlan.type(tag));
        }
        if (strict && (vids != 0 || Vlan.isTag(burst.etherType(i)))) {
            return discard(burst, i, BurstDrop.VLAN_UNKNOWN);
        }
        return strict || tags == 1;
    }

    /** CLS-1 to CLS-4. The header checksum is not looked at; fragments are keyed like the rest. */
    private static void ipv4(Burst burst, int i, int options, FramePool pool) {
        final int l3 = burst.l3(i);
        if (!reach(burst, i, l3 + Ipv4.MIN_LENGTH, options, pool)) {
            return;
        }
        final long ip = burst.data(i) + l3;
        final int header = Ipv4.headerLength(ip);
        final int total = Ipv4.totalLength(ip);
        final int source = Ipv4.source(ip);
        final int destination = Ipv4.destination(ip);
        if (Ipv4.version(ip) != 4 || header < Ipv4.MIN_LENGTH || total < header) {
            refuse(burst, i, options, ParseDrop.IP_MALFORMED);
        } else if (total > burst.length(i) - l3) {
            refuse(burst, i, options, ParseDrop.TRUNCATED);
        } else if ((options & Parser.STRICT) != 0 && Parser.isMartian(source, destination)) {
            discard(burst, i, ParseDrop.IP_MALFORMED);
        } else if (reach(burst, i, l3 + header, options, pool)) {
            burst.facts(i, burst.facts(i) | Facts.IP);
            ipv4Key(burst, i, destination, source);
        }
    }

    /** CLS-5, COR-1. Extension headers are not looked behind (COR-2). */
    private static void ipv6(Burst burst, int i, int options, FramePool pool) {
        final int l3 = burst.l3(i);
        if (!reach(burst, i, l3 + Ipv6.LENGTH, options, pool)) {
            return;
        }
        final long ip = burst.data(i) + l3;
        final boolean strict = (options & Parser.STRICT) != 0;
        if (Ipv6.version(ip) != 6) {
            refuse(burst, i, options, ParseDrop.IP_MALFORMED);
        } else if (strict && Ipv6.payloadLength(ip) > burst.length(i) - l3 - Ipv6.LENGTH) {
            discard(burst, i, ParseDrop.TRUNCATED);
        } else if (strict
                && Parser.isMartian(
                        Ipv6.sourceHigh(ip),
                        Ipv6.sourceLow(ip),
                        Ipv6.destinationHigh(ip),
                        Ipv6.destinationLow(ip))) {
            discard(burst, i, ParseDrop.IP_MALFORMED);
        } else {
            burst.facts(i, burst.facts(i) | Facts.IP);
            ipv6Key(burst, i, Ipv6.destinationHigh(ip), Ipv6.destinationLow(ip));
            ipv6Source(burst, i, Ipv6.sourceHigh(ip), Ipv6.sourceLow(ip));
            if (Ipv6.nextHeader(ip) == Ipv6.NEXT_ICMPV6) {
                icmpv6(burst, i, options, pool);
            }
            advertisement(burst, i, pool);
        }
    }

    /**
     * Notes what a neighbour advertisement claims, also behind extension headers, where stacks look
     * for it too. Behind more of them than we follow nobody knows what is claimed: it counts as an
     * address that no port has. One in fragments is none (RFC 6980).
     */
    private static void advertisement(Burst burst, int i, FramePool pool) {
        int next = Ipv6.nextHeader(burst.data(i) + burst.l3(i));
        int at = burst.l3(i) + Ipv6.LENGTH;
        for (int passed = 0; Ipv6.isExtension(next); passed++) {
            if (passed == MAX_EXTENSIONS) {
                claim(burst, i, -1, -1);
                return;
            }
            if (!reach(burst, i, at + Ipv6.EXTENSION_UNIT, LENIENT, pool)) {
                return;
            }
            final long header = burst.data(i) + at;
            next = Ipv6.extensionNext(header);
            at += Ipv6.extensionLength(header);
        }
        if (next == Ipv6.NEXT_ICMPV6
                && reach(burst, i, at + Icmpv6.LENGTH, LENIENT, pool)
                && Icmpv6.type(burst.data(i) + at) == Icmpv6.NEIGHBOR_ADVERTISEMENT
                && reach(burst, i, at + Nd.LENGTH, LENIENT, pool)) {
            final long nd = burst.data(i) + at;
            claim(burst, i, Nd.targetHigh(nd), Nd.targetLow(nd));
        }
    }

    private static void claim(Burst burst, int i, long high, long low) {
        burst.facts(i, burst.facts(i) | Facts.CLAIM);
        burst.claim(i, high, low);
    }

    /** CLS-6 to CLS-8: finds neighbour solicitations; from :: nothing else has a key. */
    private static void icmpv6(Burst burst, int i, int options, FramePool pool) {
        final int l4 = burst.l3(i) + Ipv6.LENGTH;
        final boolean unspecified = (burst.source0(i) | burst.source1(i)) == 0;
        if (unspecified) {
            noKey(burst, i);
        }
        if (!reach(burst, i, l4 + Icmpv6.LENGTH, options, pool)
                || Icmpv6.type(burst.data(i) + l4) != Icmpv6.NEIGHBOR_SOLICITATION
                || !reach(burst, i, l4 + Nd.LENGTH, options, pool)) {
            return;
        }
        final long ip = burst.data(i) + burst.l3(i);
        final long nd = burst.data(i) + l4;
        final boolean whole = Ipv6.payloadLength(ip) >= Nd.LENGTH;
        if (!whole && (options & Parser.STRICT) != 0) {
            discard(burst, i, ParseDrop.TRUNCATED);
            return;
        }
        final boolean honest =
                whole
                        && Ipv6.hopLimit(ip) == Nd.HOP_LIMIT
                        && Icmpv6.code(nd) == 0
                        && Nd.targetHigh(nd) >>> 56 != 0xFF;
        if (honest) {
            burst.facts(i, burst.facts(i) | Facts.SOLICIT);
        }
        if (unspecified || (honest && (options & Parser.SOLICIT_TARGET) != 0)) {
            ipv6Key(burst, i, Nd.targetHigh(nd), Nd.targetLow(nd));
        }
        if (unspecified && (options & Parser.STRICT) == 0) {
            // The kernel knows its own reflected probe by the address probed for (CLS-6, RX-8).
            // Ours
            // keeps the 0, by which a probe of ND and of ARP is known alike; a reflection is told
            // by
            // its MAC (RX-9).
            ipv6Source(burst, i, Nd.targetHigh(nd), Nd.targetLow(nd));
        }
    }

    /** CLS-9, CLS-10, COR-4: any operation; types and lengths matter to us, not to the kernel. */
    private static void arp(Burst burst, int i, int options, FramePool pool) {
        final int l3 = burst.l3(i);
        if (!reach(burst, i, l3 + Arp.LENGTH, options, pool)) {
            return;
        }
        final long arp = burst.data(i) + l3;
        final boolean honest = Arp.isEthernetIpv4(arp);
        if (!honest && (options & Parser.STRICT) != 0) {
            discard(burst, i, ParseDrop.IP_MALFORMED);
            return;
        }
        if (honest && Arp.operation(arp) == Arp.REQUEST) {
            burst.facts(i, burst.facts(i) | Facts.SOLICIT);
        } else if (answersProbe(burst.facts(i), arp, options)) {
            burst.facts(i, burst.facts(i) | Facts.GROUP);
        }
        ipv4Key(burst, i, Arp.target(arp), Arp.sender(arp));
    }

    /**
     * Who probes for an address has none (RFC 5227): the answer is to our MAC and to 0.0.0.0, and
     * any port may have asked. The kernel gives it to the host.
     */
    private static boolean answersProbe(int facts, long arp, int options) {
        return (options & Parser.STRICT) != 0
                && (facts & Facts.OWN_DEST) != 0
                && Arp.operation(arp) == Arp.REPLY
                && Arp.target(arp) == 0;
    }

    /**
     * RX-10, TX-14, COR-14: to a group it stays on its link; to one station it is a frame as any.
     */
    private static void macControl(Burst burst, int i, long destination) {
        if (MacAddress.isGroup(destination)) {
            burst.facts(i, burst.facts(i) & ~Facts.GROUP);
            discard(burst, i, ParseDrop.PAUSE);
        }
    }

    private static void noKey(Burst burst, int i) {
        burst.family(i, Burst.NO_KEY);
        burst.key0(i, 0);
        burst.key1(i, 0);
        burst.source0(i, 0);
        burst.source1(i, 0);
    }

    private static void ipv4Key(Burst burst, int i, int destination, int source) {
        burst.family(i, Burst.KEY_IPV4);
        burst.key0(i, destination & 0xFFFF_FFFFL);
        burst.key1(i, 0);
        burst.source0(i, source & 0xFFFF_FFFFL);
        burst.source1(i, 0);
    }

    private static void ipv6Key(Burst burst, int i, long high, long low) {
        burst.family(i, Burst.KEY_IPV6);
        burst.key0(i, high);
        burst.key1(i, low);
    }

    private static void ipv6Source(Burst burst, int i, long high, long low) {
        burst.source0(i, high);
        burst.source1(i, low);
    }

    /**
     * Makes the first {@code bytes} of a frame readable.
     *
     * @return whether they are; if not, the frame was discarded, or is merely too short and stays
     *     as it is because the options are not strict
     */
    private static boolean reach(Burst burst, int i, int bytes, int options, FramePool pool) {
        return burst.contiguous(i) >= bytes || gather(burst, i, bytes, options, pool);
    }

    private static boolean gather(Burst burst, int i, int bytes, int options, FramePool pool) {
        if (burst.length(i) < bytes) {
            return refuse(burst, i, options, ParseDrop.TRUNCATED);
        }
        final long mbuf = burst.mbuf(i);
        if (!pool.pullUp(mbuf, bytes)) {
            return discard(burst, i, BurstDrop.HEADERS_SPLIT);
        }
        burst.frame(i, mbuf, pool.data(mbuf), pool.contiguous(mbuf), burst.length(i));
        return true;
    }

    /**
     * Discards if the options are strict, else leaves the frame as it is; false, for the caller.
     */
    private static boolean refuse(Burst burst, int i, int options, DropReason reason) {
        return (options & Parser.STRICT) != 0 && discard(burst, i, reason);
    }

    /** Marks a frame as going nowhere; false, for the caller to return. */
    private static boolean discard(Burst burst, int i, DropReason reason) {
        burst.facts(i, (burst.facts(i) & ~(Facts.IP | Facts.SOLICIT)) | Facts.DISCARD);
        burst.reason(i, reason.number());
        noKey(burst, i);
        return false;
    }
}
