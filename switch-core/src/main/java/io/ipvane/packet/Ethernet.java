// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import io.ipvane.memory.Memory;

/**
 * One Ethernet header in native memory; {@code eth} is the address of its first byte. The caller
 * has checked the length.
 *
 * <pre>
 *  0                       6                      12        14
 * +-----------------------+-----------------------+---------+
 * | destination MAC       | source MAC            | type    |   IEEE 802.3, RFC 894
 * +-----------------------+-----------------------+---------+
 * </pre>
 */
public final class Ethernet {
    /** Bytes of a header without tags. */
    public static final int LENGTH = 14;

    /** IPv4, RFC 894. */
    public static final int TYPE_IPV4 = 0x0800;

    /** ARP, RFC 826. */
    public static final int TYPE_ARP = 0x0806;

    /** IPv6, RFC 2464. */
    public static final int TYPE_IPV6 = 0x86DD;

    /** 802.1Q tag. */
    public static final int TYPE_VLAN = 0x8100;

    /** 802.1ad service tag. */
    public static final int TYPE_SERVICE_VLAN = 0x88A8;

    /** MAC control: PAUSE and its kin, which never cross a switch (802.3, annex 31). */
    public static final int TYPE_MAC_CONTROL = 0x8808;

    static final int SOURCE_OFFSET = 6;
    static final int TYPE_OFFSET = 12;

    private Ethernet() {}

    /** Destination MAC, first byte on the wire highest. */
    public static long destination(long eth) {
        return Memory.mac(eth);
    }

    /** Source MAC, first byte on the wire highest. */
    public static long source(long eth) {
        return Memory.mac(eth + SOURCE_OFFSET);
    }

    /** EtherType, 0 to 65,535; below 0x600 it is an 802.3 length. */
    public static int type(long eth) {
        return Memory.u16be(eth + TYPE_OFFSET);
    }

    /** Replaces the destination MAC. */
    public static void putDestination(long eth, long mac) {
        Memory.putMac(eth, mac);
    }

    /** Replaces the source MAC. */
    public static void putSource(long eth, long mac) {
        Memory.putMac(eth + SOURCE_OFFSET, mac);
    }

    /** Writes all {@value #LENGTH} bytes. */
    public static void write(long eth, long destination, long source, int type) {
        Memory.putMac(eth, destination);
        Memory.put64be(eth + SOURCE_OFFSET, source << 16 | (type & 0xFFFF));
    }
}
