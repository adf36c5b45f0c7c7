// SPDX-License-Identifier: Apache-2.0
package io.ipvane.group;

import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.InternetChecksum;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.MacAddress;

/**
 * Writes whole general queries into native memory, checksums included: who hears one reports all
 * its groups, within a second, in whatever version it speaks. Any thread.
 *
 * <pre>
 *  IGMPv3  | 0x11 | time 10 | checksum | group 0 (4) | robustness 2 | interval 125 | sources 0 (2) |
 *  MLDv2   | 130 | 0 | checksum | delay 1000 (2) | 0 (2) | group :: (16) | 2 | 125 | sources 0 (2) |
 * </pre>
 *
 * <p>The one of IGMP comes from 0.0.0.0, as one who asks without being the querier says it (RFC
 * 4541, 2.1.1); hosts take MLD from link-local addresses only (RFC 3810, 5.1.14).
 */
public final class QueryFrames {
    /** Bytes of the one of IGMP: the shortest that Ethernet allows. */
    public static final int IGMP_LENGTH = 60;

    private static final int IGMP_MESSAGE = 12;
    private static final int MLD_MESSAGE = 28;
    private static final int MLD_START = Ipv6.LENGTH + Ipv6.EXTENSION_UNIT;

    /** Bytes of the one of MLD. */
    public static final int MLD_LENGTH = Ethernet.LENGTH + MLD_START + MLD_MESSAGE;

    private static final int ALL_SYSTEMS = 0xE000_0001;
    private static final long ALL_SYSTEMS_MAC = 0x0100_5E00_0001L;
    private static final long ALL_NODES_HIGH = 0xFF02_0000_0000_0000L;
    private static final long ALL_NODES_LOW = 1;

    /** Option of IPv4: routers look at it (RFC 2113). */
    private static final int ROUTER_ALERT = 0x9404_0000;

    /** First word of a header with one option: version 4, 24 bytes, internetwork control. */
    private static final int VERSION_4_IHL_6_CONTROL = 0x46C0;

    /** Next header ICMPv6, 8 bytes; router alert for MLD (RFC 2711); two bytes of padding. */
    private static final long HOP_BY_HOP = 0x3A00_0502_0000_0100L;

    private static final int IGMP_QUERY_WITHIN_A_SECOND = 0x110A_0000;
    private static final int WITHIN_A_SECOND = 1_000;

    /** Robustness 2, interval of 125 s, no sources. */
    private static final int DEFAULTS = 0x027D_0000;

    private QueryFrames() {}

    /** Asks for all groups of IPv4. */
    public static void igmp(long frame, long ownMac) {
        Memory.zero(frame, IGMP_LENGTH);
        Ethernet.write(frame, ALL_SYSTEMS_MAC, ownMac, Ethernet.TYPE_IPV4);
        final long ip = frame + Ethernet.LENGTH;
        final int header = Ipv4.MIN_LENGTH + 4;
        Ipv4.write(ip, header + IGMP_MESSAGE, Ipv4.PROTOCOL_IGMP, 1, 0, ALL_SYSTEMS);
        Memory.put16be(ip, VERSION_4_IHL_6_CONTROL);
        Memory.put32be(ip + Ipv4.MIN_LENGTH, ROUTER_ALERT);
        Ipv4.seal(ip);
        final long message = ip + header;
        Memory.put32be(message, IGMP_QUERY_WITHIN_A_SECOND);
        Memory.put32be(message + 8, DEFAULTS);
        Memory.put16be(message + 2, InternetChecksum.of(message, IGMP_MESSAGE));
    }

    /** Asks for all groups of IPv6, from a link-local address. */
    public static void mld(long frame, long ownMac, long sourceHigh, long sourceLow) {
        Memory.zero(frame, MLD_LENGTH);
        Ethernet.write(frame, MacAddress.ofIpv6Group(ALL_NODES_LOW), ownMac, Ethernet.TYPE_IPV6);
        final long ip = frame + Ethernet.LENGTH;
        Ipv6.write(ip, Ipv6.EXTENSION_UNIT + MLD_MESSAGE, Ipv6.NEXT_HOP_BY_HOP, 1);
        Ipv6.putSource(ip, sourceHigh, sourceLow);
        Ipv6.putDestination(ip, ALL_NODES_HIGH, ALL_NODES_LOW);
        Memory.put64be(ip + Ipv6.LENGTH, HOP_BY_HOP);
        final long message = ip + MLD_START;
        Memory.put8(message, Icmpv6.LISTENER_QUERY);
        Memory.put16be(message + 4, WITHIN_A_SECOND);
        Memory.put32be(message + 24, DEFAULTS);
        Memory.put16be(message + 2, checksum(ip, message));
    }

    /** RFC 8200, section 8.1: of the addresses, the message, its length and its kind. */
    private static int checksum(long ip, long message) {
        final long sum =
                InternetChecksum.sum(ip + Ipv6.LENGTH - 32, 32)
                        + InternetChecksum.sum(message, MLD_MESSAGE)
                        + MLD_MESSAGE
                        + Ipv6.NEXT_ICMPV6;
        return ~InternetChecksum.fold(sum) & 0xFFFF;
    }
}
