// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import io.ipvane.packet.IpAddress;
import java.nio.ByteBuffer;

/**
 * Reads a frame of a case: tolerant of whatever is cut or wrong, 0 for what is not there. Written
 * without the accessors under test.
 */
final class FrameView {
    static final int ETHERNET = 14;
    static final int IPV4 = 0x0800;
    static final int IPV6 = 0x86DD;
    static final int ARP = 0x0806;
    static final int MAC_CONTROL = 0x8808;

    private final byte[] frame;
    private final int l3;

    FrameView(byte[] frame) {
        this.frame = frame;
        int at = ETHERNET;
        while (isTag(u16(at - 2)) && frame.length >= at + 4) {
            at += 4;
        }
        l3 = at;
    }

    /** Whether a whole tag follows the addresses. */
    static boolean isTag(byte[] frame) {
        return new FrameView(frame).tags() > 0;
    }

    private static boolean isTag(int type) {
        return type == 0x8100 || type == 0x88A8;
    }

    /** Where the L3 header begins, behind all tags. */
    int l3() {
        return l3;
    }

    /** Number of tags. */
    int tags() {
        return (l3 - ETHERNET) / 4;
    }

    /** VLAN of the outermost tag, 0 without one. */
    int vid() {
        return tags() == 0 ? 0 : u16(ETHERNET) & 0xFFF;
    }

    /** EtherType behind all tags. */
    int type() {
        return u16(l3 - 2);
    }

    long destinationMac() {
        return mac(0);
    }

    long sourceMac() {
        return mac(6);
    }

    private long mac(int at) {
        return (long) u16(at) << 32 | (long) u16(at + 2) << 16 | u16(at + 4);
    }

    boolean isGroup() {
        return (u8(0) & 1) != 0;
    }

    /** Bytes behind the Ethernet header and its tags. */
    int l3Length() {
        return frame.length - l3;
    }

    /** Version as the first nibble behind the Ethernet header says. */
    int version() {
        return u8(l3) >>> 4;
    }

    /** IPv4 header length in bytes as the header says. */
    int headerLength() {
        return (u8(l3) & 0xF) * 4;
    }

    /** Bytes of the packet as its header says: IPv4 total length, IPv6 payload length and 40. */
    int saidLength() {
        return type() == IPV4 ? u16(l3 + 2) : u16(l3 + 4) + 40;
    }

    /** IPv4 header that the kernel's ipvlan takes for one (CLS-1). */
    boolean isWellFormedIpv4() {
        return type() == IPV4
                && l3Length() >= 20
                && version() == 4
                && headerLength() >= 20
                && saidLength() >= headerLength()
                && saidLength() <= l3Length();
    }

    /**
     * IPv4 header, behind no more than the one tag that the kernel looks behind, that fits but for
     * its total length, which reaches beyond the frame by no more than stands before it.
     */
    boolean isShortByLessThanEthernet() {
        return type() == IPV4
                && tags() <= 1
                && l3Length() >= 20
                && version() == 4
                && headerLength() >= 20
                && saidLength() >= headerLength()
                && saidLength() > l3Length()
                && saidLength() <= frame.length;
    }

    /** IPv6 header that is there and says 6; its length is not asked for (COR-1). */
    boolean isWellFormedIpv6() {
        return type() == IPV6 && l3Length() >= 40 && version() == 6;
    }

    boolean isWellFormedIp() {
        return isWellFormedIpv4() || isWellFormedIpv6();
    }

    /** Whether ICMPv6 follows the IPv6 header at once. */
    boolean isIcmpv6() {
        return isWellFormedIpv6() && nextHeader() == 58;
    }

    /** Destination address of IPv4 and IPv6 headers, target of ARP; null for the rest. */
    IpAddress destination() {
        return switch (type()) {
            case IPV4 -> ipv4(l3 + 16);
            case ARP -> ipv4(l3 + 24);
            case IPV6 -> ipv6(l3 + 24);
            default -> null;
        };
    }

    /** Source address of IPv4 and IPv6 headers, sender of ARP; null for the rest. */
    IpAddress source() {
        return switch (type()) {
            case IPV4 -> ipv4(l3 + 12);
            case ARP -> ipv4(l3 + 14);
            case IPV6 -> ipv6(l3 + 8);
            default -> null;
        };
    }

    /** Whether the source is the unspecified address. */
    boolean isFromNobody() {
        final IpAddress source = source();
        return source != null && (source.key0() | source.key1()) == 0;
    }

    /** Next header of IPv6. */
    int nextHeader() {
        return u8(l3 + 6);
    }

    /** Target of a solicitation that follows the IPv6 header at once; null for anything else. */
    IpAddress target() {
        return isIcmpv6() && l3Byte(40) == 135 ? ipv6(l3 + 48) : null;
    }

    /** Any byte behind the Ethernet header. */
    int l3Byte(int at) {
        return u8(l3 + at);
    }

    private IpAddress ipv4(int at) {
        return IpAddress.ipv4(u16(at) << 16 | u16(at + 2));
    }

    private IpAddress ipv6(int at) {
        final ByteBuffer out = ByteBuffer.allocate(16);
        for (int i = 0; i < 16; i++) {
            out.put((byte) u8(at + i));
        }
        return IpAddress.ipv6(out.getLong(0), out.getLong(8));
    }

    private int u16(int at) {
        return u8(at) << 8 | u8(at + 1);
    }

    private int u8(int at) {
        return at < frame.length ? frame[at] & 0xFF : 0;
    }
}
