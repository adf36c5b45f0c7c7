// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An address with a prefix length, host bits kept: {@code 10.0.0.11/24}.
 *
 * @param address IPv4 or IPv6
 * @param length 0 to 32 or 128
 */
public record IpPrefix(InetAddress address, int length) {
    /** Refuses a length that the family does not have. */
    public IpPrefix {
        final int bits = address.getAddress().length * 8;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException(
                    address.getHostAddress()
                            + "/"
                            + length
                            + ": the prefix length must be in 0.."
                            + bits);
        }
    }

    /** Reads {@code ADDRESS} or {@code ADDRESS/LENGTH}; no name is ever looked up. */
    public static IpPrefix parse(String text) {
        final int slash = text.indexOf('/');
        final String literal = slash < 0 ? text : text.substring(0, slash);
        try {
            final InetAddress address = InetAddress.ofLiteral(literal);
            final int length =
                    slash < 0
                            ? address.getAddress().length * 8
                            : Integer.parseInt(text.substring(slash + 1));
            return new IpPrefix(address, length);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an address such as 10.0.0.11/24 or 2001:db8::11/64", e);
        }
    }

    /** The address of the bytes, which stays IPv6 also where it is an IPv4-mapped one. */
    static InetAddress address(byte[] bytes) {
        try {
            return bytes.length == 16
                    ? Inet6Address.getByAddress(null, bytes, -1)
                    : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of " + bytes.length + " bytes", e);
        }
    }

    /** AF_INET or AF_INET6. */
    static int family(InetAddress address) {
        return address instanceof Inet4Address ? Rtnl.AF_INET : Rtnl.AF_INET6;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + length;
    }
}
