// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static io.ipvane.testing.Frames.OWN;
import static io.ipvane.testing.Frames.X;
import static io.ipvane.testing.Frames.X4;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.ThreadPlan;
import io.ipvane.group.GroupLearner;
import io.ipvane.ipvlan.IpvlanDrop;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Group frames reach a guest by what it has said of its groups, as nobody can look inside. */
class GuestGroupsTest {
    private static final String OWN_4 = "10.0.0.12";
    private static final String GROUP = "224.1.2.3";
    private static final int IGMP_V2_REPORT = 0x16;
    private static final int IGMP_V2_LEAVE = 0x17;
    private static final int MLD_REPORT = 131;

    static byte[] igmp(String source, int type, String group) {
        final byte[] udp =
                Frames.udp4()
                        .macs(mac(group), OWN)
                        .ips(source, group)
                        .ttl(1)
                        .payload(new byte[0])
                        .build();
        final byte[] message =
                ByteBuffer.allocate(8)
                        .putInt(type << 24)
                        .putInt(IpAddress.parse(group).ipv4())
                        .array();
        System.arraycopy(message, 0, udp, 34, 8);
        return Frames.patch(udp, 23, 2);
    }

    private static long mac(String group) {
        return 0x0100_5E00_0000L | (IpAddress.parse(group).ipv4() & 0x7F_FFFF);
    }

    private static byte[] mld(int type, String source, String group) {
        final ByteBuffer out = ByteBuffer.allocate(40 + 8 + 24);
        out.putInt(6 << 28).putShort((short) 32).put((byte) 0).put((byte) 1);
        put(out, source);
        put(out, group);
        out.put((byte) 58).put((byte) 0).putInt(0x0502_0000).putShort((short) 0x0100);
        out.putInt(type << 24).putInt(0);
        put(out, group);
        final long low = IpAddress.parse(group).key1();
        return Frames.ethernet(0x86DD, out.array())
                .macs(0x3333_0000_0000L | (low & 0xFFFF_FFFFL), OWN)
                .build();
    }

    private static void put(ByteBuffer out, String address) {
        final IpAddress ip = IpAddress.parse(address);
        out.putLong(ip.key0()).putLong(ip.key1());
    }

    private static boolean hears(GuestNetwork guests, String port, String group) {
        final IpAddress ip = IpAddress.parse(group);
        final Frames frame =
                ip.isIpv4()
                        ? Frames.udp4().ips(X4, group).macs(mac(group), X)
                        : Frames.udp6()
                                .ips(Frames.X6, group)
                                .macs(0x3333_0000_0000L | (ip.key1() & 0xFFFF_FFFFL), X);
        return guests.receivers("wire", frame.build()).contains(port);
    }

    private static void pause() throws InterruptedException {
        Thread.sleep(GroupLearner.PAUSE / 1_000_000 + 1);
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldPassWhatAGuestHasJoinedAndNoMoreOnceItHasSaidSomething(ThreadPlan plan)
            throws InterruptedException {
        try (GuestNetwork guests = new GuestNetwork("l2", plan)) {
            assertTrue(hears(guests, "g1", GROUP));
            assertTrue(hears(guests, "g1", "224.9.9.9"));
            final byte[] report = igmp(OWN_4, IGMP_V2_REPORT, GROUP);
            assertTrue(guests.receivers("g1", report).contains("wire"), "and the report goes on");
            assertTrue(hears(guests, "g1", GROUP));
            assertFalse(hears(guests, "g1", "224.9.9.9"));
            assertTrue(hears(guests, "g2", "224.9.9.9"), "another guest");
            assertTrue(hears(guests, "g1", "ff05::1234"), "of IPv6 it has said nothing");
            pause();
            guests.receivers("g1", igmp(OWN_4, IGMP_V2_LEAVE, GROUP));
            assertFalse(hears(guests, "g1", GROUP));
        }
    }

    /** Its addresses may not be known yet; what it listens to is its own matter. */
    @Test
    void shouldReadWhatComesFromAnAddressThatThePortDoesNotOwn() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            final long before = guests.drops("g2", IpvlanDrop.ANTISPOOF);
            final byte[] report = mld(MLD_REPORT, "fe80::1", "ff05::1234");
            assertFalse(guests.receivers("g2", report).contains("wire"));
            assertEquals(before + 1, guests.drops("g2", IpvlanDrop.ANTISPOOF));
            assertTrue(hears(guests, "g2", "ff05::1234"));
            assertFalse(hears(guests, "g2", "ff05::9999"));
            assertTrue(guests.receivers("g2", mld(MLD_REPORT, "::", "ff05::9")).contains("wire"));
        }
    }

    @Test
    void shouldForgetGroupsWithTheLink() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            guests.receivers("g1", igmp(OWN_4, IGMP_V2_REPORT, GROUP));
            assertFalse(hears(guests, "g1", "224.9.9.9"));
            guests.link("g1", false);
            guests.link("g1", true);
            assertTrue(hears(guests, "g1", "224.9.9.9"));
        }
    }

    /** It may have joined long ago, and only the switch is new. */
    @ParameterizedTest
    @ValueSource(strings = {"l2", "l3"})
    void shouldAskAGuestThatComesForItsGroups(String mode) {
        try (GuestNetwork guests = new GuestNetwork(mode, ThreadPlan.SHARED)) {
            guests.link("g1", false);
            guests.net.tell(new Command.PortLink(guests.net.index("g1"), true));
            guests.net.run();
            final Map<String, List<byte[]>> sent = guests.net.transmitted();
            final List<Integer> types =
                    sent.get("g1").stream().map(frame -> frame[Ethernet.LENGTH] & 0xF0).toList();
            assertEquals("l2".equals(mode) ? List.of(0x40, 0x60) : List.of(), types);
            assertEquals(List.of(), sent.get("c1"));
            assertEquals(List.of(), sent.get("g2"));
        }
    }

    @Test
    void shouldReadAReportInManySegments() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            final byte[] report = igmp(OWN_4, IGMP_V2_REPORT, GROUP);
            guests.net.transmitted();
            guests.net.device("g1").inject(Frames.split(report, 20, 34, 38));
            guests.net.run();
            final List<byte[]> sent = guests.net.transmitted().get("wire");
            assertEquals(1, sent.size());
            assertArrayEquals(report, sent.get(0));
            assertTrue(hears(guests, "g1", GROUP));
            assertFalse(hears(guests, "g1", "224.9.9.9"));
        }
    }

    @Test
    void shouldReadNothingFromWhatIsCutOffOrTooLong() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            final byte[] report = igmp(OWN_4, IGMP_V2_REPORT, GROUP);
            guests.receivers("g1", Frames.patch(report, 17, 24));
            guests.receivers("g1", Frames.patch(report, 20, 0x20));
            guests.receivers("g1", Frames.patch(mld(MLD_REPORT, "::", "ff05::9"), 19, 20));
            guests.receivers("g1", Frames.resize(report, 2_000));
            assertTrue(hears(guests, "g1", "224.9.9.9"));
            assertTrue(hears(guests, "g1", "ff05::1234"));
        }
    }

    /** Joining and leaving without end costs the others nothing but a snapshot now and then. */
    @Test
    void shouldStandAGuestThatJoinsAndLeavesWithoutEnd() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            final long before = guests.net.snapshot().generation();
            for (int i = 0; i < 20_000; i++) {
                final String group = "225." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255);
                guests.net.device("g1").inject(igmp(OWN_4, IGMP_V2_REPORT, group));
                guests.net.device("g1").inject(igmp(OWN_4, IGMP_V2_LEAVE, group));
                if (i % 512 == 0) {
                    guests.net.run();
                    guests.net.transmitted();
                }
            }
            guests.net.run();
            guests.net.transmitted();
            assertEquals(0, guests.net.held());
            final long snapshots = guests.net.snapshot().generation() - before;
            assertTrue(snapshots < 200, snapshots + " snapshots");
            assertTrue(hears(guests, "c1", "224.9.9.9"));
            assertTrue(hears(guests, "g2", "224.9.9.9"));
        }
    }
}
