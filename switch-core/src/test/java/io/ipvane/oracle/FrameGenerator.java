// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.MacAddress;
import io.ipvane.testing.Frames;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Draws cases: any mode, flag and way in, addresses of everybody here and of nobody, headers that
 * are right, odd, wrong or cut off. A case depends on the seed and its number alone, so that one
 * can be had again without the others.
 *
 * <p>Not drawn is what would change the host for later cases (ARP and ND by which it learns a
 * sibling, redirects), what quotes other frames (ICMP errors), frames beyond the MTU, which a
 * packet socket refuses, and frames of ports without their whole headers: the kernel counts the
 * Ethernet header among their bytes and reads what happens to lie behind them.
 */
final class FrameGenerator {
    private static final int MTU = 1500;
    private static final int MARKER = 8;
    private static final int FIRST_MARKER = 100_000;

    /** Ethernet, IPv6, a solicitation: as far as the kernel may look. */
    private static final int HEADERS = 14 + 40 + 24;

    private static final int ICMP = 1;
    private static final int IGMP = 2;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int NO_NEXT = 59;
    private static final int DESTINATION_OPTIONS = 60;

    private FrameGenerator() {}

    /** The case with this number, from 0 on. */
    static OracleCase draw(long seed, int number, OracleCase.Network network) {
        final Draw draw = new Draw(seed * 1_000_003 + number);
        final boolean fromPort = draw.chance(55);
        final String marker = "MK" + (FIRST_MARKER + number);
        final byte[] frame = new Frame(draw, network, fromPort, marker).build();
        return new OracleCase("g" + number, network, fromPort ? "c1" : "wire", marker, frame);
    }

    /** One frame on its way from choice to bytes. */
    private static final class Frame {
        private final Draw draw;
        private final boolean routed;
        private final boolean fromPort;
        private final byte[] marker;

        Frame(Draw draw, OracleCase.Network network, boolean fromPort, String marker) {
            this.draw = draw;
            this.routed = !network.mode().equals("l2");
            this.fromPort = fromPort;
            this.marker = marker.getBytes(StandardCharsets.US_ASCII);
        }

        byte[] build() {
            final int kind = draw.upTo(99);
            final byte[] l3;
            final int type;
            if (kind < 45) {
                type = FrameView.IPV4;
                l3 = ipv4();
            } else if (kind < 75) {
                type = FrameView.IPV6;
                l3 = ipv6();
            } else if (kind < 90) {
                type = FrameView.ARP;
                l3 = arp();
            } else {
                type = draw.oneOf(0x88B5, 0x8808, 0x8035, 0x88CC, 0x0026, 0x9000);
                l3 = marked(draw.bytes(draw.upTo(60)));
            }
            final ByteBuffer out = ByteBuffer.allocate(14 + 8 + l3.length);
            macs(out, l3, type);
            for (int tags = tags(); tags > 0; tags--) {
                out.putShort((short) (draw.chance(80) ? 0x8100 : 0x88A8));
                out.putShort((short) (draw.upTo(7) << 13 | draw.oneOf(0, 0, 5, 10, 4095)));
            }
            out.putShort((short) type).put(l3);
            return cut(Arrays.copyOf(out.array(), out.position()));
        }

        private int tags() {
            return draw.chance(88) ? 0 : draw.chance(80) ? 1 : 2;
        }

        /** Mostly as it is; else its end is missing, wherever that may be. */
        private byte[] cut(byte[] frame) {
            if (draw.chance(94)) {
                return frame;
            }
            // A receiver may be shown it without its tag.
            final int least = fromPort ? HEADERS : new FrameView(frame).l3() + MARKER;
            final int length = draw.between(least, Math.max(least, frame.length));
            final byte[] out = Arrays.copyOf(frame, length);
            System.arraycopy(marker, 0, out, length - MARKER, MARKER);
            return out;
        }

        /** Destination and source; the destination often fits the packet. */
        private void macs(ByteBuffer out, byte[] l3, int type) {
            final long source = source();
            final long destination =
                    draw.chance(35)
                            ? fitting(l3, type)
                            : draw.chance(5) ? source : anyDestination();
            mac(out, destination);
            mac(out, source);
        }

        private long source() {
            final long usual = fromPort ? Frames.OWN : Frames.X;
            final long other = fromPort ? Frames.X : Frames.OWN;
            final int kind = draw.upTo(99);
            if (kind < 80) {
                return usual;
            }
            return kind < 90
                    ? other
                    : draw.mac(Frames.OTHER, Frames.OTHER, Frames.BROADCAST, Frames.GROUP4);
        }

        private long anyDestination() {
            return draw.mac(
                    Frames.OWN,
                    Frames.OWN,
                    Frames.OWN,
                    Frames.OWN,
                    Frames.X,
                    Frames.X,
                    Frames.OTHER,
                    Frames.BROADCAST,
                    Frames.BROADCAST,
                    Frames.GROUP4,
                    MacAddress.parse("01:00:5e:00:00:01"),
                    MacAddress.parse("01:00:5e:7f:00:09"),
                    MacAddress.parse("33:33:00:00:00:01"),
                    MacAddress.ofSolicitedNode(0x11),
                    MacAddress.ofSolicitedNode(0x12),
                    MacAddress.ofSolicitedNode(0x99),
                    Frames.PAUSE_GROUP,
                    MacAddress.parse("01:80:c2:00:00:00"));
        }

        /** The group's MAC for a group, else whoever is the way there. */
        private long fitting(byte[] l3, int type) {
            final FrameView view = new FrameView(Frames.ethernet(type, l3).build());
            final IpAddress to = view.destination();
            if (type == FrameView.ARP) {
                return Frames.BROADCAST;
            }
            if (to != null && to.isMulticast()) {
                return to.isIpv4()
                        ? 0x0100_5E00_0000L | (to.ipv4() & 0x7F_FFFF)
                        : 0x3333_0000_0000L | (to.key1() & 0xFFFF_FFFFL);
            }
            return !fromPort || draw.chance(60) ? Frames.OWN : Frames.X;
        }

        // --- IPv4

        private byte[] ipv4() {
            final int header = draw.chance(90) ? 20 : 4 * draw.between(6, 15);
            final int protocol = draw.oneOf(UDP, UDP, UDP, TCP, ICMP, IGMP, 50, 132, 253);
            final byte[] payload = payload(protocol, MTU - header);
            final ByteBuffer out = ByteBuffer.allocate(header + payload.length);
            final int total = draw.chance(92) ? out.capacity() : wrongTotal(header, out.capacity());
            out.put((byte) (version(4) << 4 | ihl(header)));
            out.put((byte) draw.oneOf(0, 0, 0xB8, 1, 3)).putShort((short) total);
            out.putShort((short) draw.upTo(0xFFFF)).putShort((short) fragment());
            out.put((byte) draw.oneOf(64, 64, 255, 1, 0)).put((byte) protocol);
            out.putShort((short) 0);
            put(out, source4()).put(address(destination4()));
            while (out.position() < header) {
                out.put((byte) draw.oneOf(1, 1, 1, 0));
            }
            out.putShort(10, draw.chance(93) ? checksum(out.array(), header) : 0x5555);
            return trailed(out.put(payload).array());
        }

        private int version(int right) {
            return draw.chance(97) ? right : draw.oneOf(0, 4, 5, 6, 15);
        }

        private int ihl(int header) {
            return draw.chance(97) ? header / 4 : draw.upTo(15);
        }

        private int wrongTotal(int header, int right) {
            final int beyond = right + draw.between(1, 20);
            return draw.oneOf(0, header - 1, header, right - 4, beyond, right + 400, 0xFFFF);
        }

        /** Whole, or don't fragment, or the first, a middle, the last fragment. */
        private int fragment() {
            return draw.chance(70) ? draw.oneOf(0, 0, 0x4000) : draw.oneOf(0x2000, 0x2010, 0x00B9);
        }

        private String destination4() {
            return draw.chance(60)
                    ? draw.word(
                            Frames.C1_4,
                            Frames.C2_4,
                            Frames.C2_4,
                            Frames.C3_4,
                            Frames.HOST4,
                            Frames.X4)
                    : draw.word(
                            "10.0.0." + draw.between(100, 119),
                            "10.0.1." + draw.between(100, 119),
                            "192.0.2." + draw.between(1, 250),
                            "255.255.255.255",
                            "10.0.0.255",
                            "10.0.0.0",
                            "224.1.2.3",
                            "224.0.0.1",
                            "239.255.0.9",
                            "127.0.0.1",
                            "0.0.0.0",
                            "240.0.0.1");
        }

        private String source4() {
            final String usual = fromPort ? Frames.C1_4 : Frames.X4;
            return draw.chance(65)
                    ? usual
                    : draw.word(
                            Frames.C1_4,
                            Frames.C2_4,
                            Frames.C3_4,
                            Frames.HOST4,
                            stranger4(),
                            "198.51.100.7",
                            "0.0.0.0",
                            "127.0.0.1",
                            "224.1.2.3",
                            "255.255.255.255");
        }

        private String stranger4() {
            return "10.0.0." + draw.between(200, 219);
        }

        // --- IPv6

        private byte[] ipv6() {
            if (draw.chance(40)) {
                return discovery();
            }
            final int protocol = draw.oneOf(UDP, UDP, UDP, TCP, ICMPV6, NO_NEXT, 253);
            final String from = source6();
            final String to = destination6();
            byte[] upper = payload(protocol, MTU - 200);
            int next = protocol;
            for (int headers = draw.chance(70) ? 0 : draw.between(1, 3); headers > 0; headers--) {
                final int kind = draw.oneOf(HOP_BY_HOP, DESTINATION_OPTIONS, FRAGMENT, ROUTING);
                upper = extension(kind, next, upper);
                next = kind;
            }
            return ipv6(from, to, next, draw.oneOf(64, 64, 255, 1, 0), upper);
        }

        private byte[] ipv6(String from, String to, int next, int hopLimit, byte[] upper) {
            final ByteBuffer out = ByteBuffer.allocate(40 + upper.length);
            out.putInt(version(6) << 28 | draw.oneOf(0, 0, 0x0AB_CDEF));
            out.putShort((short) (draw.chance(92) ? upper.length : wrongPayload(upper.length)));
            out.put((byte) next).put((byte) hopLimit);
            out.put(address(from)).put(address(to)).put(upper);
            return trailed(out.array());
        }

        private int wrongPayload(int right) {
            return draw.oneOf(0, right / 2, right - 1, right + 1, right + 300, 0xFFFF);
        }

        /** An extension header of one unit, well formed, or now and then a long or wild one. */
        private byte[] extension(int kind, int next, byte[] behind) {
            final int units = kind == FRAGMENT || draw.chance(80) ? 0 : draw.between(1, 4);
            final byte[] header = new byte[8 + 8 * units];
            header[0] = (byte) next;
            if (kind == FRAGMENT) {
                header[2] = (byte) draw.oneOf(0, 0, 5);
                header[3] = (byte) draw.oneOf(0, 1);
            } else {
                header[1] = (byte) (draw.chance(95) ? units : 200);
                header[2] = (byte) (kind == ROUTING ? 253 : 1); // unknown routing; PadN
                header[3] = (byte) (kind == ROUTING ? 0 : header.length - 4);
            }
            return ByteBuffer.allocate(header.length + behind.length)
                    .put(header)
                    .put(behind)
                    .array();
        }

        /** Neighbour and router discovery and MLD, honest and not. */
        private byte[] discovery() {
            final int message = draw.oneOf(135, 135, 135, 135, 136, 136, 133, 134, 131, 143);
            final String from = draw.chance(30) ? "::" : discoverySource();
            // The host would learn from an advertisement whom it has just asked for.
            final boolean teaches = message == 136 && routed && !fromPort;
            final String target = teaches ? Frames.X6 : destination6();
            final String to =
                    message == 135 && draw.chance(60) ? solicitedNode(target) : destination6();
            final ByteBuffer body = ByteBuffer.allocate(24 + 8 + MARKER);
            body.put((byte) message).put((byte) (draw.chance(95) ? 0 : 1)).putShort((short) 0);
            body.putInt(message == 136 ? draw.oneOf(0x6000_0000, 0x2000_0000, 0) : 0);
            body.put(address(target));
            body.put((byte) (message == 136 ? 2 : 1)).put((byte) 1);
            mac(body, fromPort ? Frames.OWN : Frames.X);
            // An unknown option carries the marker; its first two bytes are type and length.
            final byte[] marked = marked(new byte[0]);
            final byte[] upper = Arrays.copyOf(body.array(), 32 + 2 + 6 + 8);
            upper[32] = (byte) 253;
            upper[33] = 2;
            System.arraycopy(marked, 0, upper, 40, MARKER);
            final short sum = checksum6(address(from), address(to), upper);
            ByteBuffer.wrap(upper).putShort(2, draw.chance(90) ? sum : 0x1234);
            final int hopLimit = draw.chance(92) ? 255 : 64;
            if (draw.chance(6)) {
                return ipv6(from, to, HOP_BY_HOP, hopLimit, extension(HOP_BY_HOP, ICMPV6, upper));
            }
            return ipv6(from, to, ICMPV6, hopLimit, upper);
        }

        /** In l3 the host would learn what siblings say. */
        private String discoverySource() {
            final String own = fromPort ? Frames.C1_6 : Frames.X6;
            return routed && !fromPort
                    ? draw.word(own, stranger6())
                    : draw.word(own, own, Frames.C2_6, Frames.HOST6, stranger6(), "fe80::7");
        }

        private String destination6() {
            return draw.chance(60)
                    ? draw.word(
                            Frames.C1_6,
                            Frames.C2_6,
                            Frames.C2_6,
                            Frames.C3_6,
                            Frames.HOST6,
                            Frames.X6)
                    : draw.word(
                            "fd00::1:" + draw.between(1, 20),
                            "fd01::1:" + draw.between(1, 20),
                            "2001:db8::" + draw.between(1, 250),
                            "ff02::1",
                            "ff02::1:ff00:12",
                            "ff02::1:ff00:99",
                            "ff05::1:3",
                            "::",
                            "::1",
                            "fe80::1",
                            "::ffff:10.0.0.12");
        }

        private String source6() {
            final String usual = fromPort ? Frames.C1_6 : Frames.X6;
            return draw.chance(65)
                    ? usual
                    : draw.word(
                            Frames.C1_6,
                            Frames.C2_6,
                            Frames.C3_6,
                            Frames.HOST6,
                            stranger6(),
                            "::",
                            "::1",
                            "fe80::7",
                            "ff02::1");
        }

        private String stranger6() {
            return "fd00::2:" + draw.between(1, 20);
        }

        private static String solicitedNode(String target) {
            final IpAddress low = IpAddress.parse(target);
            return IpAddress.ipv6(
                            0xFF02L << 48,
                            0x1_FF00_0000L | ((low.isIpv4() ? low.ipv4() : low.key1()) & 0xFF_FFFF))
                    .toString();
        }

        // --- ARP

        private byte[] arp() {
            final boolean honest = draw.chance(80);
            final ByteBuffer out = ByteBuffer.allocate(28 + MARKER + draw.upTo(20));
            out.putShort((short) (honest ? 1 : draw.oneOf(1, 6, 0)));
            out.putShort((short) (honest ? 0x0800 : draw.oneOf(0x0800, 0x86DD)));
            out.put((byte) (honest ? 6 : draw.oneOf(6, 8, 0)));
            out.put((byte) (honest ? 4 : draw.oneOf(4, 16, 0)));
            out.putShort((short) draw.oneOf(1, 1, 1, 2, 2, 3, 8, 0));
            mac(out, draw.chance(85) ? (fromPort ? Frames.OWN : Frames.X) : Frames.OTHER);
            put(out, arpSender());
            mac(out, draw.mac(0, Frames.OWN, Frames.X, Frames.BROADCAST));
            return put(out, destination4()).put(marker).array();
        }

        /** In l3 the host would learn what siblings say. */
        private String arpSender() {
            final String own = fromPort ? Frames.C1_4 : Frames.X4;
            if (draw.chance(60)) {
                return own;
            }
            return routed && !fromPort
                    ? draw.word("0.0.0.0", stranger4())
                    : draw.word("0.0.0.0", stranger4(), Frames.C1_4, Frames.C2_4, Frames.HOST4);
        }

        // --- what is inside

        /** Upper header and data; the last eight bytes are the marker. */
        private byte[] payload(int protocol, int room) {
            final int data = draw.chance(85) ? draw.upTo(64) : draw.upTo(room - 24 - MARKER);
            final byte[] end = marked(draw.bytes(data));
            final ByteBuffer out = ByteBuffer.allocate(20 + end.length);
            switch (protocol) {
                case UDP -> {
                    out.putShort((short) draw.oneOf(4000, 68, 67, 546));
                    out.putShort((short) draw.oneOf(5000, 67, 68, 547, 53));
                    out.putShort((short) (8 + end.length)).putShort((short) 0);
                }
                case TCP -> {
                    out.putShort((short) 4000).putShort((short) draw.oneOf(80, 5000));
                    out.putInt(1).putInt(draw.oneOf(0, 7));
                    out.putShort((short) draw.oneOf(0x5002, 0x5010, 0x5004)).putShort((short) 1024);
                    out.putInt(0);
                }
                case ICMP -> out.putInt(draw.oneOf(0x0800_0000, 0x0D00_0000)).putInt(1);
                case IGMP -> out.putInt(draw.oneOf(0x1600_0000, 0x1100_0000)).putInt(0xE001_0203);
                case ICMPV6 -> out.putInt(0x8000_0000).putInt(1);
                default -> out.putInt(draw.upTo(0xFFFF));
            }
            return Arrays.copyOf(out.put(end).array(), out.position());
        }

        private byte[] marked(byte[] before) {
            final byte[] out = Arrays.copyOf(before, before.length + MARKER);
            System.arraycopy(marker, 0, out, before.length, MARKER);
            return out;
        }

        /** Mostly as it is; else with bytes behind that its header does not speak of. */
        private byte[] trailed(byte[] packet) {
            return draw.chance(93) || packet.length > MTU - 46
                    ? packet
                    : Arrays.copyOf(packet, packet.length + draw.between(1, 46));
        }

        private static void mac(ByteBuffer out, long mac) {
            out.putShort((short) (mac >>> 32)).putInt((int) mac);
        }

        private static ByteBuffer put(ByteBuffer out, String address) {
            return out.put(address(address));
        }

        private static byte[] address(String text) {
            final IpAddress address = IpAddress.parse(text);
            return address.isIpv4()
                    ? ByteBuffer.allocate(4).putInt(address.ipv4()).array()
                    : ByteBuffer.allocate(16)
                            .putLong(address.key0())
                            .putLong(address.key1())
                            .array();
        }

        private static short checksum(byte[] header, int length) {
            return (short) ~sum(header, length, 0);
        }

        private static short checksum6(byte[] from, byte[] to, byte[] upper) {
            return (short)
                    ~sum(upper, upper.length, sum(from, 16, sum(to, 16, upper.length + ICMPV6)));
        }

        private static int sum(byte[] bytes, int length, int start) {
            int sum = start;
            for (int i = 0; i < length; i++) {
                final int value = bytes[i] & 0xFF;
                sum += i % 2 == 0 ? value << 8 : value;
                sum = (sum & 0xFFFF) + (sum >>> 16);
            }
            return sum;
        }
    }
}
