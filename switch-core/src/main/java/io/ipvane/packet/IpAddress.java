// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

/**
 * An IPv4 or IPv6 address of the control plane, laid out like the keys of a burst.
 *
 * @param family {@link #IPV4} or {@link #IPV6}
 * @param key0 IPv4: the address as a zero-extended host-order int; IPv6: the high half, host order
 * @param key1 IPv4: 0; IPv6: the low half, host order
 */
public record IpAddress(int family, long key0, long key1) {
    /** Family of IPv4. */
    public static final int IPV4 = 4;

    /** Family of IPv6. */
    public static final int IPV6 = 6;

    /** Refuses a family that is neither and bits that IPv4 does not have. */
    public IpAddress {
        if (family != IPV4 && family != IPV6) {
            throw new IllegalArgumentException("address family " + family + " is neither 4 nor 6");
        }
        if (family == IPV4 && (key0 >>> 32 != 0 || key1 != 0)) {
            throw new IllegalArgumentException("an IPv4 address has 32 bits");
        }
    }

    /** An IPv4 address from a host-order int. */
    public static IpAddress ipv4(int address) {
        return new IpAddress(IPV4, address & 0xFFFF_FFFFL, 0);
    }

    /** An IPv6 address from its halves, host order. */
    public static IpAddress ipv6(long high, long low) {
        return new IpAddress(IPV6, high, low);
    }

    /**
     * Reads {@code 10.0.0.1} (four decimal numbers, no leading zeros) or any text form of RFC 4291,
     * section 2.2, without a zone.
     *
     * @throws IllegalArgumentException with the text and the expected form
     */
    public static IpAddress parse(String text) {
        return IpText.parse(text);
    }

    /** Whether this is IPv4. */
    public boolean isIpv4() {
        return family == IPV4;
    }

    /** The IPv4 address as a host-order int; meaningless for IPv6. */
    public int ipv4() {
        return (int) key0;
    }

    /** Bits of an address of this family: 32 or 128. */
    public int bits() {
        return isIpv4() ? 32 : 128;
    }

    /** 0.0.0.0 or ::, no address at all. */
    public boolean isUnspecified() {
        return key0 == 0 && key1 == 0;
    }

    /** 127.0.0.0/8 or ::1. */
    public boolean isLoopback() {
        return isIpv4() ? key0 >>> 24 == 127 : key0 == 0 && key1 == 1;
    }

    /** 224.0.0.0/4 or ff00::/8. */
    public boolean isMulticast() {
        return isIpv4() ? key0 >>> 28 == 0xE : key0 >>> 56 == 0xFF;
    }

    /** 169.254.0.0/16 or fe80::/10. */
    public boolean isLinkLocal() {
        return isIpv4() ? key0 >>> 16 == 0xA9FE : key0 >>> 54 == 0xFE80 >>> 6;
    }

    /**
     * ::ffff:0:0/96: an IPv4 address as programs write it, on no wire (RFC 4291, section 2.5.5.2).
     */
    public boolean isIpv4Mapped() {
        return !isIpv4() && key0 == 0 && key1 >>> 32 == 0xFFFF;
    }

    /** 255.255.255.255; IPv6 has no such thing. */
    public boolean isLimitedBroadcast() {
        return isIpv4() && key0 == 0xFFFF_FFFFL;
    }

    /** Whether it can be that of one host, and so of one port (spec ADR-8). */
    public boolean isHost() {
        return !isUnspecified() && !isLoopback() && !isMulticast() && !isLimitedBroadcast();
    }

    /** Whether somebody on a link can have it; see {@link #isNeighbor(int)}. */
    public boolean isNeighbor() {
        return isIpv4() ? isNeighbor(ipv4()) : isNeighbor(key0, key1);
    }

    /** Whether ARP may be about an IPv4 address: not 0/8, 127/8, a group or above (RFC 1122). */
    public static boolean isNeighbor(int address) {
        final int first = address >>> 24;
        return first != 0 && first != 127 && first < 224;
    }

    /** Whether ND may be about an IPv6 address: not ::, not ::1, not a group. */
    public static boolean isNeighbor(long high, long low) {
        return high >>> 56 != 0xFF && (high != 0 || low >>> 1 != 0);
    }

    /** The one text form of RFC 5952: lower case, longest run of zeros as {@code ::}. */
    @Override
    public String toString() {
        return IpText.format(this);
    }
}
