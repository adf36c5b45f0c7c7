// SPDX-License-Identifier: Apache-2.0
package io.ipvane.icmp;

import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Icmpv4;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.MacAddress;
import io.ipvane.packet.Vlan;

/**
 * A frame that could not be sent on, as far as an error has to know it. Believes nothing of the
 * frame: every length is compared before it is used. Conductor only.
 *
 * <p>Nobody is told (RFC 1122, section 3.2.2; RFC 1812, section 4.3.2.7; RFC 4443, section 2.4 e)
 * of
 *
 * <ul>
 *   <li>an ICMP error, or an ICMPv4 message of unknown kind, which may be one;
 *   <li>a fragment that is not the first;
 *   <li>what was sent to a group, to everybody, or in a frame for a group;
 *   <li>what names no single station as its source.
 * </ul>
 */
final class OffendingPacket {
    private static final int MAX_TAGS = 2;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int EXTENSION_LENGTH = 8;

    private long frame;
    private int length;
    private int l3;
    private boolean ipv4;

    /**
     * Reads a frame.
     *
     * @param bytes address of its first bytes
     * @param count how many of them there are: all, or more than an error can quote
     * @return whether its sender may be told of an error
     */
    boolean read(long bytes, int count) {
        frame = bytes;
        length = count;
        l3 = Ethernet.LENGTH;
        if (count < l3 || MacAddress.isGroup(Ethernet.destination(bytes))) {
            return false;
        }
        int type = Ethernet.type(bytes);
        for (int tags = 0; tags < MAX_TAGS && Vlan.isTag(type); tags++) {
            if (count < l3 + Vlan.LENGTH) {
                return false;
            }
            type = Vlan.type(bytes + l3);
            l3 += Vlan.LENGTH;
        }
        ipv4 = type == Ethernet.TYPE_IPV4;
        return ipv4 ? mayTell4() : type == Ethernet.TYPE_IPV6 && mayTell6();
    }

    private boolean mayTell4() {
        final long ip = ip();
        final int here = length - l3;
        if (here < Ipv4.MIN_LENGTH || Ipv4.version(ip) != 4) {
            return false;
        }
        final int header = Ipv4.headerLength(ip);
        if (header < Ipv4.MIN_LENGTH || header > here || Ipv4.totalLength(ip) < header) {
            return false;
        }
        return Ipv4.fragmentOffset(ip) == 0
                && isStation(Ipv4.source(ip))
                && isUnicast(Ipv4.destination(ip))
                && (Ipv4.protocol(ip) != Ipv4.PROTOCOL_ICMP
                        || (here > header && Icmpv4.isQuery(Icmpv4.type(ip + header))));
    }

    /** RFC 1122, section 3.2.1.3: 0/8 and 127/8 are nobody's on a wire, 240/4 is reserved. */
    private static boolean isStation(int address) {
        return address >>> 24 != 0 && address >>> 24 != 127 && isUnicast(address);
    }

    private static boolean isUnicast(int address) {
        return Integer.compareUnsigned(address, 0xE000_0000) < 0;
    }

    private boolean mayTell6() {
        final long ip = ip();
        if (length - l3 < Ipv6.LENGTH
                || Ipv6.version(ip) != 6
                || Ipv6.destinationHigh(ip) >>> 56 == 0xFF
                || Ipv6.sourceHigh(ip) >>> 56 == 0xFF
                || (Ipv6.sourceHigh(ip) == 0 && Ipv6.sourceLow(ip) >>> 1 == 0)) {
            return false;
        }
        return mayTellOfPayload(Ipv6.nextHeader(ip), l3 + Ipv6.LENGTH);
    }

    /** Looks behind extension headers for an ICMPv6 error; what is cut off may be one. */
    private boolean mayTellOfPayload(int first, int from) {
        int next = first;
        int at = from;
        while (next == HOP_BY_HOP
                || next == ROUTING
                || next == DESTINATION_OPTIONS
                || next == FRAGMENT) {
            if (at + EXTENSION_LENGTH > length) {
                return false;
            }
            final long header = frame + at;
            if (next == FRAGMENT && Memory.u16be(header + 2) >>> 3 != 0) {
                return false;
            }
            at += next == FRAGMENT ? EXTENSION_LENGTH : (Memory.u8(header + 1) + 1) * 8;
            next = Memory.u8(header);
        }
        if (next != Ipv6.NEXT_ICMPV6) {
            return true;
        }
        if (at >= length) {
            return false;
        }
        final int type = Icmpv6.type(frame + at);
        return !Icmpv6.isError(type) && type != Icmpv6.REDIRECT;
    }

    boolean isIpv4() {
        return ipv4;
    }

    /** Address of the IP header. */
    long ip() {
        return frame + l3;
    }

    /** Where the error goes. */
    IpAddress source() {
        return ipv4
                ? IpAddress.ipv4(Ipv4.source(ip()))
                : IpAddress.ipv6(Ipv6.sourceHigh(ip()), Ipv6.sourceLow(ip()));
    }

    IpAddress destination() {
        return ipv4
                ? IpAddress.ipv4(Ipv4.destination(ip()))
                : IpAddress.ipv6(Ipv6.destinationHigh(ip()), Ipv6.destinationLow(ip()));
    }

    /** MAC that the frame came from. */
    long sourceMac() {
        return Ethernet.source(frame);
    }

    /**
     * Bytes of the packet to quote, at most {@code most}: what its header counts, not a trailer. A
     * long packet is quoted by its start, so that what the header counts and was not read matters
     * little.
     */
    int quote(int most) {
        final long ip = ip();
        final int counted = ipv4 ? Ipv4.totalLength(ip) : Ipv6.LENGTH + Ipv6.payloadLength(ip);
        return Math.min(most, Math.min(counted, length - l3));
    }
}
