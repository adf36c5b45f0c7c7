// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import java.util.Arrays;

/** Computes checksums of untagged frames anew, from all their bytes; not by the code under test. */
final class Sums {
    private static final int IP = 14;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;

    private Sums() {}

    /** A copy with the right UDP checksum, of IPv4 with or without options. */
    static byte[] udp4(byte[] frame) {
        final int udp = IP + (frame[IP] & 0xF) * 4;
        return sealed(frame, udp, udp + 6, 26, 8, UDP, true);
    }

    /** A copy with the right ICMPv6 checksum, the message starting at {@code icmp}. */
    static byte[] icmpv6(byte[] frame, int icmp) {
        return sealed(frame, icmp, icmp + 2, 22, 32, ICMPV6, false);
    }

    /** As the other, right behind an IPv6 header. */
    static byte[] icmpv6(byte[] frame) {
        return icmpv6(frame, IP + 40);
    }

    private static byte[] sealed(
            byte[] frame,
            int from,
            int checksum,
            int addresses,
            int addressBytes,
            int protocol,
            boolean zeroIsNone) {
        final byte[] out = frame.clone();
        put(out, checksum, 0);
        final int length = out.length - from;
        int sum = ~sum(out, from, length, sum(out, addresses, addressBytes, length + protocol));
        sum &= 0xFFFF;
        put(out, checksum, sum == 0 && zeroIsNone ? 0xFFFF : sum);
        return out;
    }

    /** A copy with a MAC address at an offset replaced. */
    static byte[] mac(byte[] frame, int offset, long mac) {
        final byte[] out = Arrays.copyOf(frame, frame.length);
        for (int i = 0; i < 6; i++) {
            out[offset + i] = (byte) (mac >>> (40 - 8 * i));
        }
        return out;
    }

    private static void put(byte[] out, int at, int value) {
        out[at] = (byte) (value >>> 8);
        out[at + 1] = (byte) value;
    }

    private static int sum(byte[] bytes, int from, int length, int start) {
        int sum = start;
        for (int i = 0; i < length; i++) {
            final int value = bytes[from + i] & 0xFF;
            sum += i % 2 == 0 ? value << 8 : value;
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return sum;
    }
}
