// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Udp;

/**
 * The client's hardware address in DHCPv4 and BOOTP, to which a server sends its answer. What the
 * guest says of itself in options, its identifier (61) above all, stays: it tells it from others
 * behind the same MAC address.
 *
 * <pre>
 *   0 op  1 htype  2 hlen  ...  28 chaddr (16)  ...      RFC 2131, section 2
 * </pre>
 *
 * <p>Behind the longest IPv4 header the address ends at byte 116 of the frame: always within what a
 * frame has to itself.
 */
@HotPath
final class DhcpMacs {
    private static final int REQUEST = 1;
    private static final int REPLY = 2;
    private static final int CHADDR = 28;
    private static final int CHADDR_END = CHADDR + 6;

    /** Hardware type Ethernet, address of 6 bytes. */
    private static final int ETHERNET = 0x0106;

    private static final int IP = Ethernet.LENGTH;

    private DhcpMacs() {}

    /** Replaces the address in what a client asks. */
    static void fromGuest(FramePool pool, long mbuf, long before, long after) {
        replace(pool, mbuf, Udp.PORT_DHCP_SERVER, REQUEST, before, after);
    }

    /** Replaces the address in what a server answers to a client. */
    static void toGuest(FramePool pool, long mbuf, long before, long after) {
        replace(pool, mbuf, Udp.PORT_DHCP_CLIENT, REPLY, before, after);
    }

    private static void replace(
            FramePool pool, long mbuf, int port, int operation, long before, long after) {
        final int udpOffset = udp(pool, mbuf);
        if (udpOffset == 0 || !pool.pullUp(mbuf, udpOffset + Udp.LENGTH + CHADDR_END)) {
            return;
        }
        final long udp = pool.data(mbuf) + udpOffset;
        final long message = udp + Udp.LENGTH;
        if (Udp.destinationPort(udp) != port
                || Udp.length(udp) < Udp.LENGTH + CHADDR_END
                || Memory.u8(message) != operation
                || Memory.u16be(message + 1) != ETHERNET
                || Memory.mac(message + CHADDR) != before) {
            return;
        }
        Memory.putMac(message + CHADDR, after);
        if (!pool.checksumPending(mbuf)) {
            Udp.mendMac(udp, before, after);
        }
    }

    /** Offset of the UDP header, 0 where there is none: in a later fragment for instance. */
    private static int udp(FramePool pool, long mbuf) {
        if (!pool.pullUp(mbuf, IP + Ipv4.MIN_LENGTH)) {
            return 0;
        }
        final long ip = pool.data(mbuf) + IP;
        final int header = Ipv4.headerLength(ip);
        return Ipv4.version(ip) == 4
                        && header >= Ipv4.MIN_LENGTH
                        && Ipv4.totalLength(ip) >= header + Udp.LENGTH + CHADDR_END
                        && Ipv4.protocol(ip) == Ipv4.PROTOCOL_UDP
                        && Ipv4.fragmentOffset(ip) == 0
                ? IP + header
                : 0;
    }
}
