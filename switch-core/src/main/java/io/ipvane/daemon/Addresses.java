// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;

/** Addresses as Linux calls take them, and as the switch does; the same bits in both. */
final class Addresses {
    private Addresses() {}

    /** From the form of system calls. */
    static IpAddress of(InetAddress address) {
        final ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.remaining() == 4
                ? IpAddress.ipv4(bytes.getInt())
                : IpAddress.ipv6(bytes.getLong(), bytes.getLong());
    }

    /** An interface address from the form of system calls. */
    static IpPrefix of(io.ipvane.linux.IpPrefix prefix) {
        return new IpPrefix(of(prefix.address()), prefix.length());
    }

    /** To the form of system calls. */
    static io.ipvane.linux.IpPrefix linux(IpPrefix prefix) {
        return new io.ipvane.linux.IpPrefix(linux(prefix.address()), prefix.length());
    }

    /** To the form of system calls. */
    static List<io.ipvane.linux.IpPrefix> linux(List<IpPrefix> prefixes) {
        return prefixes.stream().map(Addresses::linux).toList();
    }

    /** To the form of system calls; an IPv4-mapped address stays IPv6. */
    static InetAddress linux(IpAddress address) {
        try {
            return address.isIpv4()
                    ? InetAddress.getByAddress(
                            ByteBuffer.allocate(4).putInt(address.ipv4()).array())
                    : Inet6Address.getByAddress(
                            null,
                            ByteBuffer.allocate(16)
                                    .putLong(address.key0())
                                    .putLong(address.key1())
                                    .array(),
                            -1);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }
}
