// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

/**
 * MAC addresses as 48-bit {@code long}, first byte on the wire highest: 02:00:00:00:00:01 is
 * 0x0200_0000_0001. The tests run per frame; the text forms are for the control plane.
 */
public final class MacAddress {
    /** Everybody on the link. */
    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    private static final long GROUP_BIT = 1L << 40;
    private static final long IPV6_GROUP = 0x3333_0000_0000L;
    private static final int TEXT_LENGTH = 17;

    private MacAddress() {}

    /** Whether the address stands for many: a multicast address or the broadcast address. */
    public static boolean isGroup(long mac) {
        return (mac & GROUP_BIT) != 0;
    }

    /** Whether this is ff:ff:ff:ff:ff:ff. */
    public static boolean isBroadcast(long mac) {
        return mac == BROADCAST;
    }

    /**
     * The address that frames to an IPv6 group go to: RFC 2464, section 7.
     *
     * @param groupLow low half of the group's address
     */
    public static long ofIpv6Group(long groupLow) {
        return IPV6_GROUP | (groupLow & 0xFFFF_FFFFL);
    }

    /**
     * The address that solicitations of an IPv6 address go to.
     *
     * @param addressLow low half of the address that is looked for
     */
    public static long ofSolicitedNode(long addressLow) {
        return ofIpv6Group(Nd.solicitedNodeLow(addressLow));
    }

    /**
     * Reads {@code 02:00:00:00:00:01}, either case.
     *
     * @throws IllegalArgumentException with the text and the expected form
     */
    public static long parse(String text) {
        if (text.length() != TEXT_LENGTH) {
            throw malformed(text);
        }
        long mac = 0;
        for (int i = 0; i < TEXT_LENGTH; i++) {
            final char c = text.charAt(i);
            if (i % 3 == 2) {
                if (c != ':') {
                    throw malformed(text);
                }
                continue;
            }
            final int digit = Hex.digit(c);
            if (digit < 0) {
                throw malformed(text);
            }
            mac = mac << 4 | digit;
        }
        return mac;
    }

    /** Writes {@code 02:00:00:00:00:01}, lower case. */
    public static String format(long mac) {
        final StringBuilder out = new StringBuilder(TEXT_LENGTH);
        for (int shift = 40; shift >= 0; shift -= 8) {
            if (shift != 40) {
                out.append(':');
            }
            out.append(Hex.character((int) (mac >>> (shift + 4)) & 0xF));
            out.append(Hex.character((int) (mac >>> shift) & 0xF));
        }
        return out.toString();
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not a MAC address; write it like 02:00:00:00:00:01");
    }
}
