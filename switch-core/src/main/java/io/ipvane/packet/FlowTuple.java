// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import io.ipvane.memory.Memory;

/**
 * Whose conversation an IP packet belongs to: both addresses, the protocol, and both ports where
 * the protocol has them. An ICMP error belongs to the conversation of the packet that it quotes.
 *
 * <p>A reader that is filled again and again, so that a packet costs no object: owned by one
 * thread. Believes nothing of the packet: every length is compared before it is used, and what is
 * cut off or unknown has ports of 0, which both directions of such a conversation have.
 */
public final class FlowTuple {
    /** Bytes of an IP packet that are enough for all that is read. */
    public static final int BYTES = 256;

    private static final int PORTS = 4;
    private static final int IDENTIFIER = 4;
    private static final int MAX_EXTENSIONS = 8;

    private static final int TCP = 6;
    private static final int DCCP = 33;
    private static final int IPV6_FRAGMENT = 44;
    private static final int SCTP = 132;
    private static final int UDP_LITE = 136;

    private long source0;
    private long source1;
    private long destination0;
    private long destination1;
    private int protocol;
    private int sourcePort;
    private int destinationPort;
    private boolean fragment;
    private boolean quoted;

    /** Nothing is read yet. */
    public FlowTuple() {}

    /**
     * Reads a packet.
     *
     * @param ip address of its IP header
     * @param bytes how many may be read from there; {@link #BYTES} are always enough
     * @param ipv4 whether it is IPv4, otherwise IPv6
     * @return whether its IP header is whole; if not, the rest means nothing
     */
    public boolean read(long ip, int bytes, boolean ipv4) {
        quoted = false;
        return packet(ip, bytes, ipv4);
    }

    private boolean packet(long ip, int bytes, boolean ipv4) {
        sourcePort = 0;
        destinationPort = 0;
        fragment = false;
        return ipv4 ? ipv4(ip, bytes) : ipv6(ip, bytes);
    }

    private boolean ipv4(long ip, int bytes) {
        if (bytes < Ipv4.MIN_LENGTH
                || Ipv4.version(ip) != 4
                || Ipv4.headerLength(ip) < Ipv4.MIN_LENGTH
                || bytes < Ipv4.headerLength(ip)) {
            return false;
        }
        final int header = Ipv4.headerLength(ip);
        source0 = Ipv4.source(ip) & 0xFFFF_FFFFL;
        source1 = 0;
        destination0 = Ipv4.destination(ip) & 0xFFFF_FFFFL;
        destination1 = 0;
        protocol = Ipv4.protocol(ip);
        fragment = Ipv4.isFragment(ip);
        if (fragment) {
            return true;
        }
        if (protocol == Ipv4.PROTOCOL_ICMP) {
            icmp(ip + header, bytes - header, true);
        } else {
            ports(ip + header, bytes - header);
        }
        return true;
    }

    private boolean ipv6(long ip, int bytes) {
        if (bytes < Ipv6.LENGTH || Ipv6.version(ip) != 6) {
            return false;
        }
        source0 = Ipv6.sourceHigh(ip);
        source1 = Ipv6.sourceLow(ip);
        destination0 = Ipv6.destinationHigh(ip);
        destination1 = Ipv6.destinationLow(ip);
        protocol = Ipv6.nextHeader(ip);
        int at = Ipv6.LENGTH;
        for (int passed = 0; Ipv6.isExtension(protocol); passed++) {
            if (passed == MAX_EXTENSIONS || bytes < at + Ipv6.EXTENSION_UNIT) {
                return true;
            }
            protocol = Ipv6.extensionNext(ip + at);
            at += Ipv6.extensionLength(ip + at);
        }
        if (protocol == IPV6_FRAGMENT) {
            fragment = true;
            if (bytes >= at + Ipv6.EXTENSION_UNIT) {
                protocol = Ipv6.extensionNext(ip + at);
            }
        } else if (protocol == Ipv6.NEXT_ICMPV6) {
            icmp(ip + at, bytes - at, false);
        } else {
            ports(ip + at, bytes - at);
        }
        return true;
    }

    private void ports(long l4, int bytes) {
        switch (protocol) {
            case TCP, Ipv4.PROTOCOL_UDP, DCCP, SCTP, UDP_LITE -> {
                if (bytes >= PORTS) {
                    sourcePort = Memory.u16be(l4);
                    destinationPort = Memory.u16be(l4 + 2);
                }
            }
            default -> {} // RFC 5237 knows many protocols without ports
        }
    }

    /** Question and answer of an echo have one identifier, which stands for both ports. */
    private void icmp(long icmp, int bytes, boolean ipv4) {
        if (bytes < Icmpv4.LENGTH) {
            return;
        }
        final int type = Icmpv4.type(icmp);
        if (ipv4 ? Icmpv4.isError(type) : Icmpv6.isError(type)) {
            if (!quoted) {
                quoted = true;
                quoted = packet(icmp + Icmpv4.LENGTH, bytes - Icmpv4.LENGTH, ipv4);
            }
        } else if (ipv4 ? Icmpv4.hasIdentifier(type) : Icmpv6.hasIdentifier(type)) {
            sourcePort = Memory.u16be(icmp + IDENTIFIER);
            destinationPort = sourcePort;
        }
    }

    /** High half of the source address, or an IPv4 one as a zero-extended host-order int. */
    public long source0() {
        return source0;
    }

    /** Low half of the source address, 0 with IPv4. */
    public long source1() {
        return source1;
    }

    /** Destination address, laid out like {@link #source0}. */
    public long destination0() {
        return destination0;
    }

    /** Low half of the destination address, 0 with IPv4. */
    public long destination1() {
        return destination1;
    }

    /** Number of the protocol behind the IP header and its extensions. */
    public int protocol() {
        return protocol;
    }

    /** Source port, or the identifier of an ICMP question or answer; 0 where there is none. */
    public int sourcePort() {
        return sourcePort;
    }

    /** Destination port, or the same identifier; 0 where there is none. */
    public int destinationPort() {
        return destinationPort;
    }

    /** Whether it is a fragment, the first or another: its ports are not read then. */
    public boolean fragment() {
        return fragment;
    }

    /** Whether all this is of the packet that an ICMP error quotes. */
    public boolean quoted() {
        return quoted;
    }
}
