// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.harness;

import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.IpAddress;

/** Frames for benchmarks: UDP, by itself of {@value #LENGTH} bytes over IPv4 or of 78 over IPv6. */
public final class Traffic {
    /** Bytes of an IPv4 frame: the shortest of Ethernet, without its checksum. */
    public static final int LENGTH = 60;

    private static final int LENGTH6 = 78;
    private static final int UDP = 17;

    private Traffic() {}

    /** Bytes of a frame to such an address. */
    public static int length(IpAddress destination) {
        return destination.isIpv4() ? LENGTH : LENGTH6;
    }

    /** Writes the shortest frame; its payload is zero but for a number at its end. */
    public static void write(
            long at,
            long destinationMac,
            long sourceMac,
            IpAddress source,
            IpAddress destination,
            int number) {
        write(at, destinationMac, sourceMac, source, destination, number, length(destination));
    }

    /** The same of so many bytes, {@link #length} of them at least. */
    public static void write(
            long at,
            long destinationMac,
            long sourceMac,
            IpAddress source,
            IpAddress destination,
            int number,
            int length) {
        Memory.zero(at, length);
        Memory.putMac(at, destinationMac);
        Memory.putMac(at + 6, sourceMac);
        final long ip = at + Ethernet.LENGTH;
        final int ipLength = length - Ethernet.LENGTH;
        if (destination.isIpv4()) {
            Memory.put16be(at + 12, Ethernet.TYPE_IPV4);
            Memory.put8(ip, 0x45);
            Memory.put16be(ip + 2, ipLength);
            Memory.put8(ip + 8, 64);
            Memory.put8(ip + 9, UDP);
            Memory.put32be(ip + 12, source.ipv4());
            Memory.put32be(ip + 16, destination.ipv4());
            udp(ip + 20, ipLength - 20);
        } else {
            Memory.put16be(at + 12, Ethernet.TYPE_IPV6);
            Memory.put8(ip, 0x60);
            Memory.put16be(ip + 4, ipLength - 40);
            Memory.put8(ip + 6, UDP);
            Memory.put8(ip + 7, 64);
            Memory.put64be(ip + 8, source.key0());
            Memory.put64be(ip + 16, source.key1());
            Memory.put64be(ip + 24, destination.key0());
            Memory.put64be(ip + 32, destination.key1());
            udp(ip + 40, ipLength - 40);
        }
        Memory.put32be(at + length - 4, number);
    }

    private static void udp(long at, int length) {
        Memory.put16be(at, 4000);
        Memory.put16be(at + 2, 5000);
        Memory.put16be(at + 4, length);
    }
}
