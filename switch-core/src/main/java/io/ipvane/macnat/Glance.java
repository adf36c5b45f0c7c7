// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import io.ipvane.burst.HotPath;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.Udp;

/**
 * Tells from the first {@value #BYTES} bytes of a frame whether more than its Ethernet header may
 * name a MAC address. Nearly no frame does; one that may is looked at closely elsewhere.
 */
@HotPath
final class Glance {
    /** Ethernet, IPv4 without options and UDP; also Ethernet and the whole of ARP. */
    static final int BYTES = Ethernet.LENGTH + Ipv4.MIN_LENGTH + Udp.LENGTH;

    /** Source MAC and EtherType are one 64-bit word: a load and a store reach both. */
    static final int SOURCE_AND_TYPE = 6;

    /** Bits of such a word that are the EtherType, and of the frame's first word the source. */
    static final long NOT_MAC = 0xFFFF_0000_0000_0000L;

    // EtherTypes as a little-endian load finds them.
    private static final long WIRE_IPV4 = 0x0008;
    private static final long WIRE_IPV6 = 0xDD86;
    private static final long WIRE_ARP = 0x0608;

    private static final int IP = Ethernet.LENGTH;
    private static final int VERSION_4_IHL_5 = 0x45;

    private Glance() {}

    /**
     * Whether to look closely at what a guest sends: ARP, ICMPv6, and DHCP for a server.
     *
     * @param type the high 16 bits of the word at {@link #SOURCE_AND_TYPE}
     */
    static boolean fromGuest(long frame, long type) {
        if (type == WIRE_IPV4) {
            return isUdp(frame, Udp.PORT_DHCP_SERVER);
        }
        return type == WIRE_IPV6 ? isIcmpv6(frame) : type == WIRE_ARP;
    }

    /**
     * Whether to look closely at what a guest gets: ARP, and DHCP for a client. Options of
     * neighbour discovery tell it of others.
     *
     * @param type as above
     */
    static boolean toGuest(long frame, long type) {
        return type == WIRE_IPV4 ? isUdp(frame, Udp.PORT_DHCP_CLIENT) : type == WIRE_ARP;
    }

    /** To that port, or behind options, where the port is further on. */
    private static boolean isUdp(long frame, int port) {
        final long ip = frame + IP;
        return Ipv4.protocol(ip) == Ipv4.PROTOCOL_UDP
                && (Udp.destinationPort(ip + Ipv4.MIN_LENGTH) == port
                        || Memory.u8(ip) != VERSION_4_IHL_5);
    }

    /** Right behind the IPv6 header, or perhaps behind extension headers. */
    private static boolean isIcmpv6(long frame) {
        final int next = Ipv6.nextHeader(frame + IP);
        return next == Ipv6.NEXT_ICMPV6 || Ipv6.isExtension(next);
    }
}
