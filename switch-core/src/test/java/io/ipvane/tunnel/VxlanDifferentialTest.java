// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.NetSocket;
import io.ipvane.testing.Netns;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The running kernel's VXLAN device in flow-based mode beside ours: {@value #CASES} packets with
 * drawn outer and inner headers into both, and {@value #CASES} drawn inner packets out of both.
 * {@code -Dipvane.tunnel.seed=N} draws others.
 *
 * <pre>
 *  far: u1 ---- u0, 192.0.2.10, 2001:db8::10 :k: vx0, routes with encap :k: p0 ---- p1 :far
 * </pre>
 */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VxlanDifferentialTest {
    private static final int CASES = 3_000;
    private static final long SEED = 1;
    private static final int BATCH = 50;
    private static final int ROUTES = 40;
    private static final int[] VNIS = {0, 42, 43, 0xABCDEF, 0xFFFFFF};
    private static final long P0_MAC = 0x0200_0000_0B01L;
    private static final long VX_MAC = 0x0200_0000_0C01L;

    /** First two bytes of the source MAC addresses of inner frames. */
    private static final long SOURCE = 0x024D;

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final long seed = Long.getLong("ipvane.tunnel.seed", SEED);
    private final SplittableRandom random = new SplittableRandom(seed);
    private final List<Route> routes = new ArrayList<>();
    private int loops;
    private Netns net;
    private NetSocket wire;
    private NetSocket inside;
    private NetSocket device;

    /** One lightweight-tunnel route, and the remote that stands for it here. */
    private record Route(String to, Wrap wrap, boolean ipv6) {}

    @BeforeAll
    void lay() {
        System.out.println("-Dipvane.tunnel.seed=" + seed);
        net = Netns.of("k", "far");
        net.veth("k", "u0", "far", "u1");
        net.veth("k", "p0", "far", "p1");
        net.ip("k", "link", "set", "u0", "address", mac(Frames.OWN), "mtu", "9000");
        net.ip("far", "link", "set", "u1", "mtu", "9000");
        net.ip("k", "link", "set", "p0", "address", mac(P0_MAC));
        for (String key : List.of("all.rp_filter=0", "u0.rp_filter=0", "p0.rp_filter=0")) {
            net.exec("k", "sysctl", "-qw", "net.ipv4.conf." + key).orFail();
        }
        net.exec("k", "sysctl", "-qw", "net.ipv4.ip_forward=1").orFail();
        net.exec("k", "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1").orFail();
        net.address("k", "u0", Outer.LOCAL4 + "/24");
        net.address("k", "u0", Outer.LOCAL6 + "/64");
        net.ip("k", "link", "add", "vx0", "type", "vxlan", "external", "dstport", "4789");
        net.ip("k", "link", "set", "vx0", "address", mac(VX_MAC), "mtu", "8000", "up");
        net.ip("k", "route", "add", "198.51.100.0/24", "dev", "u0");
        wire = NetSocket.packet(net, "far", "u1");
        inside = NetSocket.packet(net, "far", "p1");
        device = NetSocket.packet(net, "k", "vx0");
    }

    @AfterAll
    void clear() {
        for (AutoCloseable part : new AutoCloseable[] {wire, inside, device, net}) {
            if (part != null) {
                close(part);
            }
        }
        routes.forEach(route -> route.wrap().close());
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String mac(long mac) {
        return Frames.hex(ByteBuffer.allocate(8).putLong(mac).array())
                .substring(4)
                .replaceAll("(..)(?!$)", "$1:");
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private boolean oneIn(int many) {
        return random.nextInt(many) == 0;
    }

    // -- into the tunnel's end --

    @Test
    void shouldTakeOutWhatTheKernelTakesOut() {
        int in = 0;
        try (Split split = new Split(Split.tunnel(TunnelOptions.DEFAULT, VX_MAC, null))) {
            for (int done = 0; done < CASES; done += BATCH) {
                final Map<Integer, byte[]> sent = new HashMap<>();
                for (int i = done; i < done + BATCH; i++) {
                    sent.put(i, outer(i));
                }
                final Map<Integer, byte[]> kernel = askKernel(sent, done);
                for (Map.Entry<Integer, byte[]> one : sent.entrySet()) {
                    in += compare(split, one.getValue(), kernel.get(one.getKey()));
                }
            }
        }
        assertTrue(loops > 0, "the deviation is needed no more");
        assertTrue(in > CASES / 3 && in < CASES, "taken out: " + in);
    }

    /** 1 where both took the frame out, 0 where neither did. */
    private int compare(Split split, byte[] frame, byte[] kernel) {
        final String fate = split.fate(frame);
        final String what =
                "ours: %s, kernel: %s, -Dipvane.tunnel.seed=%d, frame %s"
                        .formatted(fate, kernel == null ? "drop" : "in", seed, Frames.hex(frame));
        if (kernel != null && fate.equals("vxlan_loop") && frame[12] != 8) {
            // Our own address as IPv6 source: the kernel minds it in IPv4 only.
            loops++;
            return 0;
        }
        assertEquals(kernel != null, fate.equals("in"), what);
        if (kernel == null) {
            return 0;
        }
        assertArrayEquals(kernel, untagged(split.came.getFirst().bytes()), what);
        return 1;
    }

    /** The kernel hands a tag over beside the frame. */
    private static byte[] untagged(byte[] frame) {
        final int type = (frame[12] & 0xFF) << 8 | (frame[13] & 0xFF);
        if (type != 0x8100) {
            return frame;
        }
        final byte[] out = Arrays.copyOf(frame, frame.length - 4);
        System.arraycopy(frame, 16, out, 12, frame.length - 16);
        return out;
    }

    /** What came out at the device, by the number that is in it. */
    private Map<Integer, byte[]> askKernel(Map<Integer, byte[]> sent, int first) {
        for (int i = first; i < first + BATCH; i++) {
            assertEquals(0, wire.send(sent.get(i)));
        }
        final int last = Integer.MAX_VALUE - first;
        final Frames end = Frames.udp4().macs(VX_MAC, numbered(last));
        assertEquals(0, wire.send(Outer.v4().around(end.build())));
        final Map<Integer, byte[]> seen = new HashMap<>();
        final long limit = System.nanoTime() + LIMIT.toNanos();
        while (!seen.containsKey(last)) {
            assertTrue(System.nanoTime() < limit, "the kernel has not answered; seed " + seed);
            takeSeen(seen);
        }
        // There is a socket an EtherType: one of them may have been asked before the last came.
        takeSeen(seen);
        return seen;
    }

    private void takeSeen(Map<Integer, byte[]> seen) {
        for (NetSocket.Seen one : device.received()) {
            final long source = ByteBuffer.wrap(one.bytes()).getLong(4) & 0xFFFF_FFFF_FFFFL;
            if (source >>> 32 == SOURCE) {
                seen.put((int) source, one.bytes());
            }
        }
    }

    /** The source MAC address of an inner frame, even of one that is cut, is its number. */
    private static long numbered(int number) {
        return SOURCE << 32 | number;
    }

    private static Frames marked(Frames frames, int number, int length) {
        final ByteBuffer payload = ByteBuffer.allocate(Math.max(12, length));
        payload.put("MARK".getBytes(StandardCharsets.US_ASCII)).putInt(number).putInt(~number);
        return frames.payload(payload.array());
    }

    /** The number behind the mark, or -1. */
    private static int number(byte[] frame) {
        for (int at = 14; at + 12 <= frame.length; at++) {
            final ByteBuffer here = ByteBuffer.wrap(frame);
            if (here.getInt(at) == 0x4D41524B && here.getInt(at + 4) == ~here.getInt(at + 8)) {
                return here.getInt(at + 4);
            }
        }
        return -1;
    }

    private byte[] outer(int number) {
        final Outer outer = random.nextBoolean() ? Outer.v4() : Outer.v6();
        outer.vni(VNIS[random.nextInt(VNIS.length)]);
        outer.tos = random.nextInt(256);
        outer.ttl = 1 + random.nextInt(255);
        outer.id = random.nextInt(0x10000);
        outer.sourcePort = random.nextInt(0x10000);
        outer.label = random.nextInt(1 << 20);
        outer.checksum = random.nextBoolean() ? Outer.RIGHT : 0;
        if (!outer.ipv6) {
            outer.fragment = oneIn(2) ? 0x4000 : 0;
            outer.source = one(List.of(Outer.PEER4, "192.0.2.77", "198.51.100.7", "203.0.113.9"));
            outer.options = new byte[oneIn(4) ? 4 * (1 + random.nextInt(10)) : 0];
            Arrays.fill(outer.options, (byte) 1);
        } else if (oneIn(3)) {
            outer.extension = one(List.of(0, 60, 44));
            outer.extensionBytes =
                    outer.extension == 44
                            ? new byte[] {17, 0, 0, 0, 1, 2, 3, 4}
                            : new byte[] {17, 0, 1, 4, 0, 0, 0, 0};
        }
        if (oneIn(3)) {
            wrong(outer);
        }
        if (oneIn(6)) {
            outer.behindUdp = new byte[random.nextInt(40)];
        }
        if (oneIn(6)) {
            outer.behindIp = new byte[random.nextInt(60)];
        }
        final byte[] inner = inner(number);
        if (inner[12] == (byte) 0x81) {
            // Behind a tag the kernel does not look: it takes a cut packet, and the tag itself for
            // the congestion marks. Ours looks behind two.
            outer.tos &= ~EcnRules.MASK;
            outer.udpLengthOff = 0;
            return outer.around(inner);
        }
        if (outer.udpLengthOff == -(16 + inner.length)) {
            // A UDP length of 0 is a jumbogram of IPv6 to the kernel, and short to us.
            outer.udpLengthOff++;
        }
        if (oneIn(20)) {
            // Nothing behind the cut may become a part of the frame, whose number it would hide.
            outer.udpLengthOff = 0;
            return outer.around(Frames.resize(inner, random.nextInt(40)));
        }
        return outer.around(inner);
    }

    /** One thing that makes a packet wrong, or nobody's. */
    private void wrong(Outer outer) {
        switch (random.nextInt(9)) {
            case 0 -> outer.vxlan ^= 1L << (32 + random.nextInt(32));
            case 1 -> outer.vxlan ^= 1L << random.nextInt(8);
            case 2 -> outer.checksum = 1 + random.nextInt(0xFFFF);
            case 3 -> outer.destinationPort = 4788 + 2 * random.nextInt(2);
            case 4 -> outer.udpLengthOff = random.nextInt(200) - 100;
            case 5 -> outer.source = outer.ipv6 ? Outer.LOCAL6 : Outer.LOCAL4;
            case 6 ->
                    outer.source = outer.ipv6 ? "ff02::1" : one(List.of("224.1.2.3", "127.0.0.1"));
            case 7 -> outer.destinationMac = Frames.OTHER;
            default -> outer.destination = outer.ipv6 ? "2001:db8::11" : "192.0.2.11";
        }
    }

    private byte[] inner(int number) {
        final int length = 12 + random.nextInt(oneIn(10) ? 1200 : 60);
        final Frames frames =
                switch (random.nextInt(5)) {
                    case 0, 1 -> Frames.udp4().options(oneIn(5) ? 4 : 0);
                    case 2, 3 -> Frames.udp6();
                    default -> Frames.ethernet(0x88B5, new byte[0]);
                };
        marked(frames, number, length);
        final boolean tagged = oneIn(6);
        if (tagged) {
            frames.tag(random.nextInt(0x10000));
        }
        final long source = oneIn(20) ? VX_MAC : numbered(number);
        frames.macs(one(List.of(VX_MAC, Frames.OTHER, Frames.BROADCAST, Frames.GROUP4)), source);
        final byte[] frame = frames.build();
        final int tos = random.nextInt(256);
        if (tagged) {
            return frame;
        }
        if (frame[12] == 8) {
            return withTos(frame, tos);
        }
        return (frame[12] & 0xFF) == 0x86
                ? Frames.patch(frame, 14, 0x60 | tos >> 4, tos << 4 & 0xF0)
                : frame;
    }

    /** IPv4 with another type of service, its checksum right. */
    private static byte[] withTos(byte[] frame, int tos) {
        final byte[] out = Frames.patch(frame, 15, tos);
        final int header = (out[14] & 0x0F) * 4;
        ByteBuffer.wrap(out).putShort(24, (short) 0);
        final byte[] ip = Arrays.copyOfRange(out, 14, 14 + header);
        ByteBuffer.wrap(out).putShort(24, (short) ~Outer.sum(ip, header, 0));
        return out;
    }

    // -- out of the tunnel's end --

    @Test
    void shouldSendWhatTheKernelSends() {
        for (int i = 0; i < ROUTES; i++) {
            addRoute(i);
        }
        int compared = 0;
        for (int done = 0; done < CASES; done += BATCH) {
            final Map<Integer, Route> sent = new HashMap<>();
            for (int i = done; i < done + BATCH; i++) {
                final Route route = one(routes);
                sent.put(i, route);
                assertEquals(0, inside.send(forwarded(i, route)));
            }
            final Map<Integer, byte[]> seen = new HashMap<>();
            final long end = System.nanoTime() + LIMIT.toNanos();
            while (seen.size() < BATCH) {
                assertTrue(
                        System.nanoTime() < end, "only " + seen.keySet() + " came; seed " + seed);
                for (NetSocket.Seen one : wire.received()) {
                    if (number(one.bytes()) >= done) {
                        seen.put(number(one.bytes()), one.bytes());
                    }
                }
            }
            for (Map.Entry<Integer, byte[]> one : seen.entrySet()) {
                compareOuter(sent.get(one.getKey()), one.getValue());
                compared++;
            }
        }
        assertEquals(CASES, compared);
    }

    private void addRoute(int i) {
        final boolean to6 = random.nextBoolean();
        final boolean over6 = random.nextBoolean();
        final int vni = one(List.of(0, 1, 42, 0xABCDEF, 0xFFFFFF));
        final int tos = random.nextInt(256);
        final int ttl = random.nextInt(256);
        final boolean sums = random.nextBoolean();
        final String to = to6 ? "fd08::" + (i + 1) : "10.8.0." + (i + 1);
        final String remote = over6 ? Outer.PEER6 : Outer.PEER4;
        final List<String> words = new ArrayList<>(List.of(to6 ? "-6" : "-4", "route", "add"));
        words.addAll(List.of(to + (to6 ? "/128" : "/32"), "encap", over6 ? "ip6" : "ip"));
        words.addAll(List.of("id", "" + vni, "dst", remote));
        words.addAll(List.of("src", over6 ? Outer.LOCAL6 : Outer.LOCAL4));
        words.addAll(List.of(over6 ? "tc" : "tos", "0x%x".formatted(tos)));
        words.addAll(List.of(over6 ? "hoplimit" : "ttl", "" + ttl));
        words.addAll(sums ? List.of("csum", "dev", "vx0") : List.of("dev", "vx0"));
        net.ip("k", words.toArray(new String[0]));
        // Who the inner frame is for, and the outer one.
        net.ip("k", "neigh", "replace", to, "lladdr", mac(Frames.OTHER), "dev", "vx0");
        net.ip("k", "neigh", "replace", remote, "lladdr", mac(Frames.X), "dev", "u0");
        final TunnelOptions options =
                EncapTest.sending(
                        ttl == 0 ? 64 : ttl,
                        tos,
                        TunnelOptions.DontFragment.UNSET,
                        sums ? TunnelOptions.Checksum.ON : TunnelOptions.Checksum.OFF);
        final IpAddress far = IpAddress.parse(remote);
        final OuterHeader header =
                new OuterHeader(
                        Split.TUNNEL,
                        Wrap.UPLINK,
                        9000,
                        IpAddress.parse(over6 ? Outer.LOCAL6 : Outer.LOCAL4),
                        far,
                        far,
                        Frames.OWN,
                        Frames.X,
                        options);
        routes.add(new Route(to, new Wrap(header, vni, 0), to6));
    }

    private byte[] forwarded(int number, Route route) {
        final int length = 12 + random.nextInt(oneIn(10) ? 1400 : 60);
        final Frames frames =
                route.ipv6()
                        ? Frames.udp6().ips("fd07::7", route.to())
                        : Frames.udp4()
                                .ips("10.7.0.7", route.to())
                                .fragment(oneIn(2) ? 0x4000 : 0)
                                .options(0);
        marked(frames, number, length).macs(P0_MAC, Frames.X).ttl(2 + random.nextInt(254));
        frames.ports(random.nextInt(0x10000), random.nextInt(0x10000));
        final byte[] frame = frames.build();
        final int tos = random.nextInt(256);
        return route.ipv6()
                ? Frames.patch(frame, 14, 0x60 | tos >> 4, tos << 4 & 0xF0)
                : withTos(frame, tos);
    }

    private void compareOuter(Route route, byte[] kernel) {
        final Wrap.Packet theirs = new Wrap.Packet(kernel, kernel[12] != 8);
        final Wrap.Packet ours = route.wrap().of(theirs.inner());
        final String what =
                "-Dipvane.tunnel.seed=%d%nkernel %s%nours   %s"
                        .formatted(seed, Frames.hex(kernel), Frames.hex(ours.frame()));
        // The kernel has been seen to leave the first sum to a veth that is told to do none.
        assertTrue(theirs.isSumRight() || theirs.isSumBegun(), what);
        assertTrue(ours.isSumRight(), what);
        assertTrue(ours.sourcePort() >= 32768 && ours.sourcePort() <= 60999, what);
        assertEquals(theirs.checksum() == 0, ours.checksum() == 0, what);
        assertArrayEquals(varying(theirs), varying(ours), what);
    }

    /**
     * The packet without what differs by right: IPv4 id, source port, and the checksums of them.
     */
    private static byte[] varying(Wrap.Packet packet) {
        final byte[] out = packet.frame().clone();
        if (!packet.ipv6()) {
            Arrays.fill(out, 18, 20, (byte) 0);
            Arrays.fill(out, 24, 26, (byte) 0);
        }
        Arrays.fill(out, packet.udp(), packet.udp() + 2, (byte) 0);
        Arrays.fill(out, packet.udp() + 6, packet.udp() + 8, (byte) 0);
        return out;
    }
}
