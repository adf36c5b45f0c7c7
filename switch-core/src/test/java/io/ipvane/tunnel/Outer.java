// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import java.nio.ByteBuffer;

/**
 * Builds outer headers around an inner frame, or around what only looks like one. Written without
 * the accessors under test.
 */
final class Outer {
    static final String LOCAL4 = "192.0.2.10";
    static final String PEER4 = "192.0.2.20";
    static final String LOCAL6 = "2001:db8::10";
    static final String PEER6 = "2001:db8::20";

    /** The checksum is computed. */
    static final int RIGHT = -1;

    boolean ipv6;
    String source = PEER4;
    String destination = LOCAL4;
    long destinationMac = Frames.OWN;
    int tos;
    int ttl = 64;
    int label;
    int id = 1;
    int fragment;
    byte[] options = {};
    int extension = -1;
    byte[] extensionBytes = {};
    int sourcePort = 40000;
    int destinationPort = 4789;
    int checksum;
    int udpLengthOff;
    int totalLengthOff;
    long vxlan = 0x0800_0000_0000_2A00L;
    byte[] behindUdp = {};
    byte[] behindIp = {};

    static Outer v4() {
        return new Outer();
    }

    static Outer v6() {
        final Outer outer = new Outer();
        outer.ipv6 = true;
        outer.source = PEER6;
        outer.destination = LOCAL6;
        outer.checksum = RIGHT;
        return outer;
    }

    Outer vni(int vni) {
        vxlan = (vxlan & ~0xFFFF_FF00L) | (long) vni << 8;
        return this;
    }

    /** The frame; {@code inner} stands behind the VXLAN header. */
    byte[] around(byte[] inner) {
        return raw(ByteBuffer.allocate(8 + inner.length).putLong(vxlan).put(inner).array());
    }

    /** The frame; {@code payload} stands behind the UDP header. */
    byte[] raw(byte[] payload) {
        final byte[] udp =
                ByteBuffer.allocate(8 + payload.length + behindUdp.length)
                        .putShort((short) sourcePort)
                        .putShort((short) destinationPort)
                        .putShort((short) (8 + payload.length + udpLengthOff))
                        .putShort((short) (checksum == RIGHT ? 0 : checksum))
                        .put(payload)
                        .put(behindUdp)
                        .array();
        if (checksum == RIGHT) {
            final ByteBuffer pseudo = ByteBuffer.allocate(40);
            pseudo.put(bytes(source)).put(bytes(destination));
            final int covered = 8 + payload.length;
            final int sum = ~sum(udp, covered, sum(pseudo.array(), 40, 17 + covered)) & 0xFFFF;
            ByteBuffer.wrap(udp).putShort(6, (short) (sum == 0 ? 0xFFFF : sum));
        }
        final byte[] ip = ipv6 ? ipv6(udp) : ipv4(udp);
        return ByteBuffer.allocate(14 + ip.length + behindIp.length)
                .putShort((short) (destinationMac >>> 32))
                .putInt((int) destinationMac)
                .putShort((short) (Frames.X >>> 32))
                .putInt((int) Frames.X)
                .putShort((short) (ipv6 ? 0x86DD : 0x0800))
                .put(ip)
                .put(behindIp)
                .array();
    }

    private byte[] ipv4(byte[] udp) {
        final int header = 20 + options.length;
        final ByteBuffer out = ByteBuffer.allocate(header + udp.length);
        out.put((byte) (0x40 | header / 4)).put((byte) tos);
        out.putShort((short) (out.capacity() + totalLengthOff));
        out.putShort((short) id).putShort((short) fragment);
        out.put((byte) ttl).put((byte) 17).putShort((short) 0);
        out.put(bytes(source)).put(bytes(destination)).put(options);
        out.putShort(10, (short) ~sum(out.array(), header, 0));
        return out.put(udp).array();
    }

    private byte[] ipv6(byte[] udp) {
        final ByteBuffer out = ByteBuffer.allocate(40 + extensionBytes.length + udp.length);
        out.putInt(6 << 28 | tos << 20 | label);
        out.putShort((short) (out.capacity() - 40 + totalLengthOff));
        out.put((byte) (extension < 0 ? 17 : extension)).put((byte) ttl);
        out.put(bytes(source)).put(bytes(destination));
        return out.put(extensionBytes).put(udp).array();
    }

    static byte[] bytes(String address) {
        final IpAddress ip = IpAddress.parse(address);
        return ip.isIpv4()
                ? ByteBuffer.allocate(4).putInt(ip.ipv4()).array()
                : ByteBuffer.allocate(16).putLong(ip.key0()).putLong(ip.key1()).array();
    }

    /** The one's complement sum of the first bytes, and of one number more. */
    static int sum(byte[] bytes, int length, int more) {
        long sum = more;
        for (int i = 0; i < length; i++) {
            sum += (long) (bytes[i] & 0xFF) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum > 0xFFFF) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int) sum;
    }
}
