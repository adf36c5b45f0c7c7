// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.ipvane.burst.DropReason;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.PortCounter;
import io.ipvane.ipvlan.Decisions;
import io.ipvane.memory.Memory;
import io.ipvane.packet.IpAddress;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.Segment;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Grace;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import io.ipvane.tunnel.OuterHeader;
import io.ipvane.tunnel.RemoteTable;
import io.ipvane.tunnel.Tunnel;
import io.ipvane.tunnel.TunnelDrop;
import io.ipvane.tunnel.TunnelOptions;
import io.ipvane.tunnel.TunnelTable;
import io.ipvane.tunnel.VniTable;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Frames through tunnels and the switch, both ways: ports c1 and c2 are in VNI 42, whose remotes
 * are .20 and .21, port c3 is on the underlay.
 */
class TunnelWayTest {
    private static final long VNI_MAC = 0x0276_6E00_002AL;
    private static final long REMOTE_MAC = 0x0200_0000_F020L;
    private static final int VNI_DOMAIN = 1000;
    private static final String LOCAL = "192.0.2.10";
    private static final String PEER = "192.0.2.20";
    private static final String REMOTE = "10.0.0.20";
    private static final String UNRESOLVED = "10.0.0.21";

    private static final Grace NO_READERS =
            new Grace() {
                @Override
                public long retire() {
                    return 0;
                }

                @Override
                public boolean passed(long ticket) {
                    return true;
                }
            };

    private final MemoryPool pool = new MemoryPool(1024, 9216);
    private final AddressTable addresses = new AddressTable(64, 64, NO_READERS);
    private final AddressTable ends = new AddressTable(64, 64, NO_READERS);
    private final RemoteTable remotes = new RemoteTable(16, 16, NO_READERS);
    private SwitchHarness net;
    private FrameWay way;
    private int wire;
    private int c1;
    private int c2;
    private int c3;
    private int place;

    @BeforeEach
    void build() {
        net = SmallNetwork.of("l2", ThreadPlan.SHARED, pool);
        wire = net.index("wire");
        c1 = net.index("c1");
        c2 = net.index("c2");
        c3 = net.index("c3");
        final ForwardingSnapshot base = net.snapshot();
        place = base.size();
        final PortEntry[] entries = new PortEntry[place + 1];
        for (int i = 0; i < place; i++) {
            entries[i] = base.entry(i);
        }
        final Segment vni =
                new Segment(
                        VNI_DOMAIN,
                        place,
                        PortEntry.NONE,
                        VNI_MAC,
                        new int[] {c1, c2},
                        entries[wire].segment.routes(),
                        false,
                        false,
                        true);
        entries[c1] = in(vni, c1, entries[c1]);
        entries[c2] = in(vni, c2, entries[c2]);
        entries[place] = in(vni, place, entries[wire]);
        addresses.put4(VNI_DOMAIN, address(Frames.C1_4), c1);
        addresses.put4(VNI_DOMAIN, address(Frames.C2_4), c2);
        addresses.put4(entries[wire].segment.domain(), address(Frames.C3_4), c3);
        final int end = remotes.addEnd(header(0x0200_0000_0A20L, 1500));
        final int unresolved = remotes.addEnd(header(OuterHeader.UNRESOLVED, 1500));
        addresses.put4(VNI_DOMAIN, address(REMOTE), remotes.add(42, end, REMOTE_MAC));
        addresses.put4(VNI_DOMAIN, address(UNRESOLVED), remotes.add(42, unresolved, REMOTE_MAC));
        ends.put4(wire, address(PEER), 0);
        final Tunnel tunnel =
                new Tunnel(
                        wire,
                        List.of(IpAddress.parse(LOCAL)),
                        TunnelOptions.DEFAULT,
                        Tunnel.ANY_MAC,
                        null,
                        new VniTable(Map.of(42, place)),
                        ends,
                        true);
        final Tunnel[][] byUplink = new Tunnel[wire + 1][];
        byUplink[wire] = new Tunnel[] {tunnel};
        way =
                new FrameWay(
                        new ForwardingSnapshot(
                                1,
                                entries,
                                addresses,
                                base.neighbors(),
                                new TunnelTable(byUplink),
                                remotes),
                        pool);
    }

    @AfterEach
    void close() {
        way.check();
        way.close();
        net.close();
        remotes.close();
        addresses.close();
        ends.close();
        pool.close();
    }

    private static int address(String text) {
        return IpAddress.parse(text).ipv4();
    }

    private OuterHeader header(long nextHopMac, int mtu) {
        final IpAddress peer = IpAddress.parse(PEER);
        return new OuterHeader(
                wire,
                wire,
                mtu,
                IpAddress.parse(LOCAL),
                peer,
                peer,
                Frames.OWN,
                nextHopMac,
                TunnelOptions.DEFAULT);
    }

    private static PortEntry in(Segment segment, int index, PortEntry of) {
        return new PortEntry(
                index,
                of.role,
                segment,
                new Decisions(of.verdicts, of.reasons),
                null,
                of.routed,
                of.parseOptions,
                of.antispoof,
                of.maxFrame,
                of.up,
                of.groups,
                of.spoken,
                of.allowedSources,
                PortEntry.Refusals.SILENT,
                0);
    }

    private static byte[] toRemote(String to, int port, int payload) {
        return Frames.udp4()
                .macs(VNI_MAC, VNI_MAC)
                .ips(Frames.C1_4, to)
                .ports(port, 53)
                .payload(new byte[payload])
                .build();
    }

    /** An outer packet as the peer sends it. */
    private static byte[] fromPeer(byte[] inner) {
        final byte[] vxlan =
                ByteBuffer.allocate(8 + inner.length)
                        .putLong(0x0800_0000_0000_2A00L)
                        .put(inner)
                        .array();
        return Frames.udp4()
                .macs(Frames.OWN, Frames.X)
                .ips(PEER, LOCAL)
                .ports(40000, 4789)
                .payload(vxlan)
                .build();
    }

    private List<byte[]> sent(int port) {
        final List<byte[]> sent = new ArrayList<>();
        for (String line : way.takeSent()) {
            final int space = line.indexOf(' ');
            assertEquals(port, Integer.parseInt(line.substring(0, space)));
            sent.add(HexFormat.of().parseHex(line.substring(space + 1)));
        }
        return sent;
    }

    private long drops(int index, DropReason reason) {
        return way.counters.get(index, reason.column());
    }

    private void run(int ingress, boolean whole, byte[]... frames) {
        way.run(ingress, whole, Arrays.stream(frames).mapToLong(pool::frame).toArray());
    }

    @Test
    void shouldSendFramesForARemoteThroughTheTunnel() {
        for (boolean whole : new boolean[] {false, true}) {
            run(c1, whole, toRemote(REMOTE, 1, 5), toRemote(REMOTE, 2, 1000));
            final List<byte[]> sent = sent(wire);
            assertEquals(2, sent.size(), "whole=" + whole);
            for (int i = 0; i < 2; i++) {
                final byte[] outer = sent.get(i);
                assertEquals(
                        "020000000a20" + "020000000001" + "0800",
                        Frames.hex(Arrays.copyOf(outer, 14)));
                final byte[] inner = Arrays.copyOfRange(outer, 50, outer.length);
                final byte[] expected = toRemote(REMOTE, i + 1, i == 0 ? 5 : 1000);
                System.arraycopy(HexFormat.of().parseHex("02000000f020"), 0, expected, 0, 6);
                assertArrayEquals(expected, inner);
            }
        }
        assertEquals(4, way.counters.get(place, PortCounter.TRANSMIT_PACKETS_COLUMN));
    }

    @Test
    void shouldGiveTheSamePortByEitherWay() {
        run(c1, false, toRemote(REMOTE, 77, 5));
        final byte[] by = sent(wire).getFirst();
        run(c1, true, toRemote(REMOTE, 77, 5));
        final byte[] other = sent(wire).getFirst();
        assertArrayEquals(Arrays.copyOfRange(by, 34, 36), Arrays.copyOfRange(other, 34, 36));
    }

    @Test
    void shouldDeliverWhatComesOutOfTheTunnel() {
        final byte[] inner =
                Frames.udp4().macs(VNI_MAC, REMOTE_MAC).ips(REMOTE, Frames.C1_4).build();
        for (boolean whole : new boolean[] {false, true}) {
            run(wire, whole, fromPeer(inner), fromPeer(inner));
            final List<byte[]> sent = sent(c1);
            assertEquals(2, sent.size());
            assertArrayEquals(inner, sent.get(0));
        }
        assertEquals(4, way.counters.get(place, PortCounter.RECEIVE_PACKETS_COLUMN));
        assertEquals(4L * inner.length, way.counters.get(place, PortCounter.RECEIVE_BYTES_COLUMN));
    }

    @Test
    void shouldDeliverOtherFramesOfTheSameBurst() {
        final byte[] inner =
                Frames.udp4().macs(VNI_MAC, REMOTE_MAC).ips(REMOTE, Frames.C1_4).build();
        final byte[] plain = Frames.udp4().ips(Frames.X4, Frames.C3_4).build();
        run(wire, false, plain, fromPeer(inner), plain);
        final List<String> sent = way.takeSent();
        assertEquals(2, sent.stream().filter(line -> line.startsWith(c3 + " ")).count());
        assertEquals(1, sent.stream().filter(line -> line.startsWith(c1 + " ")).count());
    }

    @Test
    void shouldSendNothingFromARemoteToARemote() {
        final byte[] inner =
                Frames.udp4().macs(VNI_MAC, REMOTE_MAC).ips(UNRESOLVED, REMOTE).build();
        for (boolean whole : new boolean[] {false, true}) {
            run(wire, whole, fromPeer(inner));
        }
        assertEquals(List.of(), way.takeSent());
        assertEquals(2, drops(wire, TunnelDrop.SPLIT_HORIZON));
    }

    @Test
    void shouldKeepPortsOfTheUnderlayOutOfTheTunnel() {
        final byte[] inner =
                Frames.udp4().macs(VNI_MAC, REMOTE_MAC).ips(REMOTE, Frames.C1_4).build();
        final byte[] vxlan = Arrays.copyOfRange(fromPeer(inner), 42, 50 + inner.length);
        for (String to : List.of(LOCAL, PEER)) {
            final Frames forged = Frames.udp4().macs(Frames.OWN, Frames.OWN).ips(Frames.C3_4, to);
            run(c3, false, forged.ports(4000, 4789).payload(vxlan).build());
            assertEquals(List.of(), way.takeSent(), to);
        }
        assertEquals(2, drops(c3, TunnelDrop.VXLAN_FORGED));
        final Frames any = Frames.udp4().macs(Frames.X, Frames.OWN).ips(Frames.C3_4, PEER);
        run(c3, false, any.ports(4000, 4790).payload(vxlan).build());
        assertEquals(1, sent(wire).size(), "another port");
        final Frames other =
                Frames.udp4().macs(Frames.X, Frames.OWN).ips(Frames.C3_4, "192.0.2.40");
        run(c3, false, other.ports(4000, 4789).payload(vxlan).build());
        assertEquals(1, sent(wire).size(), "somebody else");
        assertEquals(2, drops(c3, TunnelDrop.VXLAN_FORGED));
    }

    @Test
    void shouldNotTakeATunnelOutOfATunnel() {
        final byte[] innermost =
                Frames.udp4().macs(VNI_MAC, REMOTE_MAC).ips(REMOTE, Frames.C2_4).build();
        final byte[] nested = fromPeer(innermost);
        final byte[] vxlan = Arrays.copyOfRange(nested, 42, nested.length);
        final byte[] inner =
                Frames.udp4()
                        .macs(VNI_MAC, REMOTE_MAC)
                        .ips(PEER, Frames.C1_4)
                        .ports(40000, 4789)
                        .payload(vxlan)
                        .build();
        run(wire, false, fromPeer(inner));
        assertArrayEquals(inner, sent(c1).getFirst());
    }

    @Test
    void shouldSplitALongFrameBeforeAndKeepTheOrder() {
        for (boolean whole : new boolean[] {false, true}) {
            final long[] frames = new long[3];
            for (int i = 0; i < 3; i++) {
                final byte[] frame = toRemote(REMOTE, 7, i == 1 ? 4000 : 100 + i);
                frame[23] = 6; // TCP, as the pool's split wants it
                frames[i] = pool.frame(frame);
            }
            pool.longest(frames[1], 1464);
            way.run(c1, whole, frames);
            final List<byte[]> sent = sent(wire);
            assertEquals(5, sent.size(), "whole=" + whole);
            assertEquals(50 + 42 + 100, sent.get(0).length);
            assertEquals(1514, sent.get(1).length);
            assertEquals(1514, sent.get(2).length);
            assertEquals(50 + 42 + 102, sent.get(4).length);
            final int port = ByteBuffer.wrap(sent.get(0)).getShort(34);
            for (byte[] outer : sent) {
                assertEquals(port, ByteBuffer.wrap(outer).getShort(34));
                assertEquals(outer.length - 14, ByteBuffer.wrap(outer).getShort(16));
            }
        }
    }

    @Test
    void shouldCountWhatDoesNotFit() {
        for (boolean whole : new boolean[] {false, true}) {
            run(c1, whole, toRemote(REMOTE, 7, 1451 - 28), toRemote(REMOTE, 7, 1450 - 28));
            assertEquals(1514, sent(wire).getFirst().length);
        }
        assertEquals(2, drops(wire, TunnelDrop.TX_TOO_BIG));
        final long mbuf = pool.frame(toRemote(REMOTE, 7, 5000));
        pool.longest(mbuf, 1465);
        way.run(c1, false, mbuf);
        assertEquals(3, drops(wire, TunnelDrop.TX_TOO_BIG));
        assertEquals(List.of(), way.takeSent());
    }

    @Test
    void shouldLetAnOuterPacketWaitForItsNextHop() {
        for (boolean whole : new boolean[] {false, true}) {
            run(c1, whole, toRemote(UNRESOLVED, 7, 5));
            assertEquals(List.of(), way.takeSent());
            assertEquals(1, way.takeUpcalls());
        }
    }

    @Test
    void shouldFollowARemoteThatGetsAnotherNextHop() {
        final int end = 0;
        run(c1, false, toRemote(REMOTE, 7, 5));
        assertTrue(remotes.replaceEnd(end, header(0x0200_0000_0A30L, 1400)));
        run(c1, false, toRemote(REMOTE, 7, 5), toRemote(REMOTE, 7, 1400));
        final List<byte[]> sent = sent(wire);
        assertEquals("020000000a20", Frames.hex(Arrays.copyOf(sent.get(0), 6)));
        assertEquals("020000000a30", Frames.hex(Arrays.copyOf(sent.get(1), 6)));
        assertEquals(2, sent.size());
        assertEquals(1, drops(wire, TunnelDrop.TX_TOO_BIG));
    }

    @Test
    void shouldForwardBothWaysWithoutAllocating() {
        final byte[] out = toRemote(REMOTE, 1, 20);
        final byte[] in =
                fromPeer(Frames.udp4().macs(VNI_MAC, REMOTE_MAC).ips(REMOTE, Frames.C1_4).build());
        pool.poison(MemoryPool.NO_POISON);
        final long[] frames = new long[32];
        for (int i = 0; i < 4000; i++) {
            turn(frames, out, in);
        }
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long id = Thread.currentThread().threadId();
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5 && allocated > 0; attempt++) {
            threads.getThreadAllocatedBytes(id);
            final long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < 2000; i++) {
                turn(frames, out, in);
            }
            allocated = threads.getThreadAllocatedBytes(id) - before;
        }
        assertEquals(0, allocated, "bytes for 128,000 frames");
    }

    private void turn(long[] frames, byte[] out, byte[] in) {
        fill(frames, out);
        way.run(c1, false, frames);
        way.freeSent();
        fill(frames, in);
        way.run(wire, false, frames);
        way.freeSent();
    }

    private void fill(long[] frames, byte[] bytes) {
        for (int i = 0; i < frames.length; i++) {
            frames[i] = pool.allocate(bytes.length);
            Memory.put(pool.data(frames[i]), bytes);
        }
    }
}
