// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import io.ipvane.packet.IpAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Builds frames as bytes, with the names and addresses of the kernel's answers as defaults: X sends
 * to the uplink's MAC and to c1. Written without the accessors under test.
 *
 * <pre>{@code
 * byte[] frame = Frames.udp4().macs(OWN, OWN).ips(C1, C2).tag(5).build();
 * }</pre>
 */
public final class Frames {
    /** MAC of the uplink and of all its ports. */
    public static final long OWN = 0x0200_0000_0001L;

    /** MAC of X, the host behind the uplink. */
    public static final long X = 0x0200_0000_00FEL;

    /** MAC of nobody here. */
    public static final long OTHER = 0x02DE_AD00_0077L;

    /** MAC of everybody. */
    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    /** MAC of 224.1.2.3, which c2 has joined. */
    public static final long GROUP4 = 0x0100_5E01_0203L;

    /** MAC of 802.3x PAUSE. */
    public static final long PAUSE_GROUP = 0x0180_C200_0001L;

    /** IPv4 address of X. */
    public static final String X4 = "10.0.0.254";

    /** IPv4 address of the host. */
    public static final String HOST4 = "10.0.0.1";

    /** IPv4 address of port c1. */
    public static final String C1_4 = "10.0.0.11";

    /** IPv4 address of port c2. */
    public static final String C2_4 = "10.0.0.12";

    /** IPv4 address of port c3, in another subnet. */
    public static final String C3_4 = "10.0.1.13";

    /** IPv6 address of X. */
    public static final String X6 = "fd00::fe";

    /** IPv6 address of the host. */
    public static final String HOST6 = "fd00::1";

    /** IPv6 address of port c1. */
    public static final String C1_6 = "fd00::11";

    /** IPv6 address of port c2. */
    public static final String C2_6 = "fd00::12";

    /** IPv6 address of port c3, in another subnet. */
    public static final String C3_6 = "fd01::13";

    private static final int ETHERNET = 14;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;

    private enum Kind {
        UDP4,
        UDP6,
        ICMP6,
        ARP,
        OTHER
    }

    private final Kind kind;
    private int type;
    private long destinationMac = OWN;
    private long sourceMac = X;
    private ByteBuffer tags = ByteBuffer.allocate(0);
    private String source;
    private String destination;
    private int ttl = 64;
    private int optionBytes;
    private int fragment;
    private int id = 1;
    private int sourcePort = 4000;
    private int destinationPort = 5000;
    private byte[] payload = "payload!".getBytes(StandardCharsets.US_ASCII);
    private int operation;

    private Frames(Kind kind, int type, String source, String destination) {
        this.kind = kind;
        this.type = type;
        this.source = source;
        this.destination = destination;
    }

    /** UDP over IPv4 from X to c1, checksum 0 (none). */
    public static Frames udp4() {
        return new Frames(Kind.UDP4, 0x0800, X4, C1_4);
    }

    /** UDP over IPv6 from X to c1. */
    public static Frames udp6() {
        return new Frames(Kind.UDP6, 0x86DD, X6, C1_6);
    }

    /** An ICMPv6 message from X to c1: type, code 0, then {@code body}; hop limit 255. */
    public static Frames icmp6(int messageType, byte[] body) {
        final Frames frames = new Frames(Kind.ICMP6, 0x86DD, X6, C1_6);
        frames.operation = messageType;
        frames.ttl = 255;
        return frames.payload(body);
    }

    /** Neighbour solicitation for {@code target} by X, with its MAC as an option, to the group. */
    public static Frames solicitation(String target) {
        final byte[] group = address("ff02::1:ff00:0");
        System.arraycopy(address(target), 13, group, 13, 3);
        final long groupMac = 0x3333_FF00_0000L | (ByteBuffer.wrap(group).getInt(12) & 0xFF_FFFF);
        return icmp6(135, ndBody(0, target, 1, X))
                .macs(groupMac, X)
                .ips(X6, IpAddress.ipv6(high(group), low(group)).toString());
    }

    /** A DAD probe: as {@link #solicitation}, from :: and without options (RFC 4862, 5.4.2). */
    public static Frames dadProbe(String target) {
        final Frames frames = solicitation(target);
        frames.source = "::";
        final byte[] body = new byte[20];
        System.arraycopy(frames.payload, 0, body, 0, 20);
        return frames.payload(body);
    }

    /** Solicited neighbour advertisement: X has {@code target}. */
    public static Frames advertisement(String target) {
        return icmp6(136, ndBody(0x6000_0000, target, 2, X));
    }

    /** ARP request by X for {@code target}, broadcast. */
    public static Frames arpRequest(String target) {
        return arp(1).ips(X4, target).macs(BROADCAST, X);
    }

    /** ARP reply by X to {@code target}. */
    public static Frames arpReply(String target) {
        return arp(2).ips(X4, target);
    }

    /**
     * ARP with any operation. Sender MAC is the frame's source; target MAC is the frame's
     * destination, or 0 if that is the broadcast address.
     */
    public static Frames arp(int operation) {
        final Frames frames = new Frames(Kind.ARP, 0x0806, X4, C1_4);
        frames.operation = operation;
        return frames.payload(new byte[0]);
    }

    /** Any EtherType with any bytes behind it. */
    public static Frames ethernet(int type, byte[] payload) {
        return new Frames(Kind.OTHER, type, "", "").payload(payload);
    }

    /** Destination and source MAC of the frame. */
    public Frames macs(long to, long from) {
        destinationMac = to;
        sourceMac = from;
        return this;
    }

    /** Source and destination address (ARP: sender and target). */
    public Frames ips(String from, String to) {
        source = from;
        destination = to;
        return this;
    }

    /** EtherType in place of the usual one, with the same bytes behind it. */
    public Frames type(int etherType) {
        type = etherType;
        return this;
    }

    /** Adds an 802.1Q tag behind those there are; 0 is a priority tag. */
    public Frames tag(int vid) {
        return tag(0x8100, vid);
    }

    /** Adds a tag of EtherType 0x8100 or 0x88A8 behind those there are. */
    public Frames tag(int tagType, int vid) {
        tags =
                ByteBuffer.allocate(tags.capacity() + 4)
                        .put(tags.array())
                        .putShort((short) tagType)
                        .putShort((short) vid);
        return this;
    }

    /** TTL or hop limit. */
    public Frames ttl(int value) {
        ttl = value;
        return this;
    }

    /** IPv4 options: this many bytes of NOP, a multiple of 4 up to 40. */
    public Frames options(int bytes) {
        optionBytes = bytes;
        return this;
    }

    /** IPv4 flags and fragment offset as one 16-bit word: 0x2000 more, 0x4000 do not fragment. */
    public Frames fragment(int word) {
        fragment = word;
        return this;
    }

    /** IPv4 identification, 16 bits. */
    public Frames id(int value) {
        id = value;
        return this;
    }

    /** UDP ports. */
    public Frames ports(int from, int to) {
        sourcePort = from;
        destinationPort = to;
        return this;
    }

    /** What stands behind the last header that the builder knows. */
    public Frames payload(byte[] bytes) {
        payload = bytes.clone();
        return this;
    }

    /** The frame without FCS, not padded to 60 bytes. */
    public byte[] build() {
        final byte[] l3 =
                switch (kind) {
                    case UDP4 -> ipv4(udp());
                    case UDP6 -> ipv6(UDP, udp());
                    case ICMP6 -> ipv6(ICMPV6, icmp());
                    case ARP -> arpPacket();
                    case OTHER -> payload;
                };
        final ByteBuffer out = ByteBuffer.allocate(ETHERNET + tags.capacity() + l3.length);
        putMac(out, destinationMac);
        putMac(out, sourceMac);
        return out.put(tags.array()).putShort((short) type).put(l3).array();
    }

    /** A copy with some bytes replaced from {@code offset} on. */
    public static byte[] patch(byte[] frame, int offset, int... bytes) {
        final byte[] out = frame.clone();
        for (int i = 0; i < bytes.length; i++) {
            out[offset + i] = (byte) bytes[i];
        }
        return out;
    }

    /** The first bytes of a frame, or all of them and zeros. */
    public static byte[] resize(byte[] frame, int length) {
        return Arrays.copyOf(frame, length);
    }

    /** Cuts a frame into segments that end at these offsets and at its end. */
    public static byte[][] split(byte[] frame, int... ends) {
        final byte[][] out = new byte[ends.length + 1][];
        int from = 0;
        for (int i = 0; i <= ends.length; i++) {
            final int to = i < ends.length ? ends[i] : frame.length;
            out[i] = Arrays.copyOfRange(frame, from, to);
            from = to;
        }
        return out;
    }

    /** For messages: the frame in hexadecimal. */
    public static String hex(byte[] frame) {
        return HexFormat.of().formatHex(frame);
    }

    private byte[] udp() {
        return ByteBuffer.allocate(8 + payload.length)
                .putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putShort((short) (8 + payload.length))
                .putShort((short) 0)
                .put(payload)
                .array();
    }

    private byte[] icmp() {
        return ByteBuffer.allocate(4 + payload.length)
                .put((byte) operation)
                .put((byte) 0)
                .putShort((short) 0)
                .put(payload)
                .array();
    }

    private byte[] ipv4(byte[] upper) {
        final int header = 20 + optionBytes;
        final ByteBuffer out = ByteBuffer.allocate(header + upper.length);
        out.put((byte) (0x40 | header / 4)).put((byte) 0).putShort((short) out.capacity());
        out.putShort((short) id).putShort((short) fragment);
        out.put((byte) ttl).put((byte) UDP).putShort((short) 0);
        out.put(address(source)).put(address(destination));
        for (int i = 0; i < optionBytes; i++) {
            out.put((byte) 1);
        }
        out.putShort(10, (short) ~sum(out.array(), 0, header, 0));
        return out.put(upper).array();
    }

    private byte[] ipv6(int next, byte[] upper) {
        final ByteBuffer out = ByteBuffer.allocate(40 + upper.length);
        out.putInt(6 << 28).putShort((short) upper.length).put((byte) next).put((byte) ttl);
        out.put(address(source)).put(address(destination)).put(upper);
        final int sum = ~sum(out.array(), 8, out.capacity() - 8, upper.length + next) & 0xFFFF;
        final int checksumOffset = 40 + (next == UDP ? 6 : 2);
        out.putShort(checksumOffset, (short) (sum == 0 && next == UDP ? 0xFFFF : sum));
        return out.array();
    }

    private byte[] arpPacket() {
        final ByteBuffer out = ByteBuffer.allocate(28 + payload.length);
        out.putShort((short) 1).putShort((short) 0x0800).put((byte) 6).put((byte) 4);
        out.putShort((short) operation);
        putMac(out, sourceMac);
        out.put(address(source));
        putMac(out, destinationMac == BROADCAST ? 0 : destinationMac);
        return out.put(address(destination)).put(payload).array();
    }

    private static byte[] ndBody(int flags, String target, int option, long mac) {
        final ByteBuffer out = ByteBuffer.allocate(28);
        out.putInt(flags).put(address(target)).put((byte) option).put((byte) 1);
        putMac(out, mac);
        return out.array();
    }

    private static byte[] address(String text) {
        final IpAddress address = IpAddress.parse(text);
        return address.isIpv4()
                ? ByteBuffer.allocate(4).putInt(address.ipv4()).array()
                : ByteBuffer.allocate(16).putLong(address.key0()).putLong(address.key1()).array();
    }

    private static long high(byte[] address) {
        return ByteBuffer.wrap(address).getLong();
    }

    private static long low(byte[] address) {
        return ByteBuffer.wrap(address).getLong(8);
    }

    private static void putMac(ByteBuffer out, long mac) {
        out.putShort((short) (mac >>> 32)).putInt((int) mac);
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
