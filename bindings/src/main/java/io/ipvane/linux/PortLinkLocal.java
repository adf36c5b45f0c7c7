// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.net.InetAddress;

/**
 * The IPv6 link-local address of a port. All ports of an uplink share its MAC address, so that
 * EUI-64 would give all of them the same; the kernel's ipvlan puts a number of the port in the
 * middle instead, and leaves the universal bit as it is (spec ADR-15).
 *
 * <pre>
 * | fe80 | 0 0 0 | MAC 0-2 | number, high byte first | MAC 3-5 |
 * |   2  |   6   |    3    |            2            |    3    |   bytes
 * </pre>
 */
public final class PortLinkLocal {
    /** Largest number of a port; the kernel counts from 1 to this. */
    public static final int MAX_NUMBER = 0xFFFD;

    /** Prefix length of a link-local address. */
    private static final int PREFIX = 64;

    private PortLinkLocal() {}

    /**
     * The address of one port, with its prefix length.
     *
     * @param mac MAC address of the uplink, first byte on the wire highest
     * @param number 1 to {@link #MAX_NUMBER}, different for each port of the uplink
     */
    public static IpPrefix of(long mac, int number) {
        if (number < 1 || number > MAX_NUMBER) {
            throw new IllegalArgumentException(
                    "port number " + number + " is not in 1.." + MAX_NUMBER);
        }
        final byte[] bytes = new byte[16];
        final byte[] hardware = Mac.bytes(mac);
        bytes[0] = (byte) 0xFE;
        bytes[1] = (byte) 0x80;
        System.arraycopy(hardware, 0, bytes, 8, 3);
        bytes[11] = (byte) (number >>> 8);
        bytes[12] = (byte) number;
        System.arraycopy(hardware, 3, bytes, 13, 3);
        final InetAddress address = IpPrefix.address(bytes);
        return new IpPrefix(address, PREFIX);
    }

    /** The link-local address that the kernel makes of a MAC address by itself (RFC 4291, A). */
    static IpPrefix eui64(long mac) {
        final byte[] bytes = new byte[16];
        final byte[] hardware = Mac.bytes(mac);
        bytes[0] = (byte) 0xFE;
        bytes[1] = (byte) 0x80;
        System.arraycopy(hardware, 0, bytes, 8, 3);
        bytes[8] ^= 2;
        bytes[11] = (byte) 0xFF;
        bytes[12] = (byte) 0xFE;
        System.arraycopy(hardware, 3, bytes, 13, 3);
        return new IpPrefix(IpPrefix.address(bytes), PREFIX);
    }
}
