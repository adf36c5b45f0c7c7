// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import io.ipvane.packet.IpAddress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Builds DHCP messages as bytes, without the code under test. One thread. */
public final class Dhcp {
    public static final int DISCOVER = 1;
    public static final int OFFER = 2;
    public static final int REQUEST = 3;
    public static final int DECLINE = 4;
    public static final int ACK = 5;
    public static final int NAK = 6;
    public static final int RELEASE = 7;

    private static final int OPTIONS = 240;

    private final byte[] fixed = new byte[OPTIONS];
    private final ByteArrayOutputStream options = new ByteArrayOutputStream();
    private int least;
    private boolean end = true;

    private Dhcp(int op, int type, int xid) {
        final ByteBuffer at = ByteBuffer.wrap(fixed);
        at.put((byte) op).put((byte) 1).put((byte) 6).put((byte) 0).putInt(xid);
        at.putShort(28, (short) (Frames.OWN >>> 32)).putInt(30, (int) Frames.OWN);
        at.putInt(236, 0x6382_5363);
        option(53, type);
    }

    /** A client's message. */
    public static Dhcp request(int type, int xid) {
        return new Dhcp(1, type, xid);
    }

    /** A server's message. */
    public static Dhcp reply(int type, int xid) {
        return new Dhcp(2, type, xid);
    }

    /** {@code ciaddr}. */
    public Dhcp own(String address) {
        ByteBuffer.wrap(fixed).putInt(12, IpAddress.parse(address).ipv4());
        return this;
    }

    /** {@code yiaddr}. */
    public Dhcp yours(String address) {
        ByteBuffer.wrap(fixed).putInt(16, IpAddress.parse(address).ipv4());
        return this;
    }

    /** {@code giaddr}. */
    public Dhcp relay(String address) {
        ByteBuffer.wrap(fixed).putInt(24, IpAddress.parse(address).ipv4());
        return this;
    }

    /** {@code chaddr}. */
    public Dhcp hardware(long mac) {
        ByteBuffer.wrap(fixed).putShort(28, (short) (mac >>> 32)).putInt(30, (int) mac);
        return this;
    }

    /** Bytes from an offset of the fixed part. */
    public Dhcp field(int offset, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            fixed[offset + i] = (byte) bytes[i];
        }
        return this;
    }

    /** An option of single bytes. */
    public Dhcp option(int code, int... bytes) {
        options.write(code);
        options.write(bytes.length);
        for (int b : bytes) {
            options.write(b);
        }
        return this;
    }

    /** An option that holds an address. */
    public Dhcp address(int code, String address) {
        final int ip = IpAddress.parse(address).ipv4();
        return option(code, ip >>> 24, ip >>> 16 & 0xFF, ip >>> 8 & 0xFF, ip & 0xFF);
    }

    /** Option 51. */
    public Dhcp lease(long seconds) {
        return option(
                51,
                (int) (seconds >>> 24 & 0xFF),
                (int) (seconds >>> 16 & 0xFF),
                (int) (seconds >>> 8 & 0xFF),
                (int) (seconds & 0xFF));
    }

    /** Bytes as they are. */
    public Dhcp raw(int... bytes) {
        for (int b : bytes) {
            options.write(b);
        }
        return this;
    }

    /** No END. */
    public Dhcp endless() {
        end = false;
        return this;
    }

    /** Zeros up to this length of the whole. */
    public Dhcp padTo(int length) {
        least = length;
        return this;
    }

    /** The payload of the datagram. */
    public byte[] build() {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(fixed);
        out.writeBytes(options.toByteArray());
        if (end) {
            out.write(255);
        }
        return out.size() < least ? Arrays.copyOf(out.toByteArray(), least) : out.toByteArray();
    }

    /** The client's frame by broadcast. */
    public byte[] frame() {
        return Frames.udp4()
                .macs(Frames.BROADCAST, Frames.OWN)
                .ips("0.0.0.0", "255.255.255.255")
                .ports(68, 67)
                .payload(build())
                .build();
    }

    /** The frame of the server outside to the shared MAC or to everybody. */
    public byte[] answer(long mac, String destination) {
        return Frames.udp4()
                .macs(mac, Frames.X)
                .ips(Frames.X4, destination)
                .ports(67, 68)
                .payload(build())
                .build();
    }

    /** The payload of a frame that {@link #frame} or {@link #answer} made, perhaps changed. */
    public static byte[] payload(byte[] frame) {
        return Arrays.copyOfRange(frame, 42, frame.length);
    }

    /** The value of an option behind the cookie, or null. */
    public static byte[] option(byte[] payload, int code) {
        int at = OPTIONS;
        while (at < payload.length && (payload[at] & 0xFF) != 255) {
            if (payload[at] == 0) {
                at++;
                continue;
            }
            final int length = payload[at + 1] & 0xFF;
            if ((payload[at] & 0xFF) == code) {
                return Arrays.copyOfRange(payload, at + 2, at + 2 + length);
            }
            at += 2 + length;
        }
        return null;
    }
}
