// SPDX-License-Identifier: Apache-2.0
package io.ipvane.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.MacAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What an endpoint's reports do to its filter. */
class GroupMembershipTest {
    private static final long MAC_A = MacAddress.parse("01:00:5e:01:02:03");
    private static final long MAC_6 = MacAddress.parse("33:33:00:00:12:34");

    private long now = -7;
    private final GroupMembership groups = new GroupMembership(() -> now);

    private static byte[] bytes(String address) {
        final IpAddress ip = IpAddress.parse(address);
        return ip.isIpv4()
                ? ByteBuffer.allocate(4).putInt(ip.ipv4()).array()
                : ByteBuffer.allocate(16).putLong(ip.key0()).putLong(ip.key1()).array();
    }

    private static byte[] igmp(int type, String group) {
        return ByteBuffer.allocate(8).putInt(type << 24).put(bytes(group)).array();
    }

    private static byte[] mld(int type, String group) {
        return ByteBuffer.allocate(24).putInt(type << 24).putInt(0).put(bytes(group)).array();
    }

    private static byte[] records(int type, byte[]... records) {
        int length = 8;
        for (byte[] record : records) {
            length += record.length;
        }
        final ByteBuffer out = ByteBuffer.allocate(length);
        out.putInt(type << 24).putInt(records.length);
        Arrays.stream(records).forEach(out::put);
        return out.array();
    }

    private static byte[] record(int type, String group, String... sources) {
        final byte[] address = bytes(group);
        final ByteBuffer out = ByteBuffer.allocate(4 + address.length * (1 + sources.length) + 4);
        out.put((byte) type).put((byte) 1).putShort((short) sources.length).put(address);
        for (String source : sources) {
            out.put(bytes(source));
        }
        return out.array();
    }

    private boolean hear4(byte[] message) {
        return groups.apply(MembershipReport.igmp(message).orElseThrow());
    }

    private boolean hear6(byte[] message) {
        return groups.apply(MembershipReport.mld(message).orElseThrow());
    }

    @Test
    void shouldPassEverythingUntilSomethingWasSaid() {
        assertTrue(groups.filter().all());
        assertTrue(hear4(igmp(0x16, "224.1.2.4")));
        assertFalse(groups.filter().all());
        assertFalse(groups.filter().passes(MAC_A));
    }

    @Test
    void shouldPassTheGroupsOfAFamilyUntilSomethingWasSaidOfIt() {
        assertTrue(hear6(mld(131, "ff05::1234")));
        assertTrue(groups.filter().passes(MAC_A), "nothing was said of IPv4");
        assertTrue(groups.filter().passes(MAC_6));
        assertFalse(groups.filter().passes(MacAddress.parse("33:33:00:00:99:99")));
        assertTrue(hear4(igmp(0x16, "224.9.9.9")));
        assertFalse(groups.filter().passes(MAC_A));
    }

    /** Who leaves a group has spoken, and gets no others any more. */
    @Test
    void shouldTakeALeaveForAWordToo() {
        assertTrue(hear4(igmp(0x17, "224.9.9.9")));
        assertFalse(groups.filter().passes(MAC_A));
        assertFalse(hear4(igmp(0x17, "224.9.9.9")), "nothing new");
        assertTrue(groups.filter().passes(MAC_6), "nothing was said of IPv6");
        assertTrue(hear6(mld(132, "ff05::99")));
        assertFalse(groups.filter().passes(MAC_6));
    }

    @Test
    void shouldNoticeOneChangeAmongRecordsThatChangeNothing() {
        hear4(igmp(0x16, "224.5.5.5"));
        assertTrue(hear4(records(0x22, record(4, "224.1.2.3"), record(4, "224.5.5.5"))));
        assertTrue(groups.filter().passes(MAC_A));
        assertTrue(hear4(records(0x22, record(4, "224.5.5.5"), record(3, "224.1.2.3"))));
        assertFalse(groups.filter().passes(MAC_A));
    }

    @Test
    void shouldReadARecordThatEndsWithTheMessage() {
        final byte[] whole = records(0x22, Arrays.copyOf(record(4, "224.1.2.3"), 8));
        whole[9] = 0;
        assertTrue(hear4(whole));
        assertTrue(groups.filter().passes(MAC_A));
        assertTrue(MembershipReport.mld(records(143)).orElseThrow().changes().isEmpty());
        final byte[] sourceless = records(0x22, record(5, "224.1.2.3"));
        assertTrue(MembershipReport.igmp(sourceless).orElseThrow().changes().isEmpty());
    }

    @Test
    void shouldFollowEveryVersionOfIgmp() {
        for (int type : new int[] {0x12, 0x16}) {
            assertTrue(hear4(igmp(type, "224.1.2.3")));
            assertTrue(groups.filter().passes(MAC_A));
            assertFalse(hear4(igmp(type, "224.1.2.3")), "said again");
            assertTrue(hear4(igmp(0x17, "224.1.2.3")));
            assertFalse(groups.filter().passes(MAC_A));
        }
        assertTrue(hear4(records(0x22, record(4, "224.1.2.3"), record(2, "224.5.5.5"))));
        assertTrue(groups.filter().passes(MAC_A));
        assertEquals(2, groups.size());
        assertTrue(hear4(records(0x22, record(3, "224.1.2.3"))));
        assertFalse(groups.filter().passes(MAC_A));
        assertTrue(hear4(records(0x22, record(5, "224.1.2.3", "10.0.0.9"))));
        assertTrue(groups.filter().passes(MAC_A));
        assertFalse(
                hear4(records(0x22, record(6, "224.1.2.3", "10.0.0.9"), record(99, "224.9.9.9"))));
        assertFalse(hear4(records(0x22, record(1, "224.1.2.3", "10.0.0.9"))));
        assertTrue(hear4(records(0x22, record(1, "224.1.2.3"))));
        assertFalse(groups.filter().passes(MAC_A));
    }

    @Test
    void shouldFollowEveryVersionOfMld() {
        assertTrue(hear6(mld(131, "ff05::1234")));
        assertTrue(groups.filter().passes(MAC_6));
        assertTrue(hear6(mld(132, "ff05::1234")));
        assertFalse(groups.filter().passes(MAC_6));
        assertTrue(hear6(records(143, record(4, "ff05::1234"))));
        assertTrue(groups.filter().passes(MAC_6));
        assertTrue(hear6(records(143, record(3, "ff05::1234"))));
        assertFalse(groups.filter().passes(MAC_6));
    }

    @Test
    void shouldKeepAMacThatAnotherGroupShares() {
        hear4(igmp(0x16, "224.1.2.3"));
        assertFalse(hear4(igmp(0x16, "239.129.2.3")), "the same MAC address");
        assertFalse(hear4(igmp(0x17, "224.1.2.3")));
        assertTrue(groups.filter().passes(MAC_A));
        assertTrue(hear4(igmp(0x17, "239.129.2.3")));
        assertFalse(groups.filter().passes(MAC_A));
    }

    @Test
    void shouldAlwaysPassWhatNobodyNeedsToReport() {
        hear4(igmp(0x16, "224.1.2.3"));
        for (String mac :
                List.of(
                        "ff:ff:ff:ff:ff:ff",
                        "01:00:5e:00:00:01",
                        "01:00:5e:00:00:fb",
                        "33:33:00:00:00:01")) {
            assertTrue(groups.filter().passes(MacAddress.parse(mac)), mac);
        }
        assertFalse(groups.filter().passes(MacAddress.parse("01:00:5e:00:01:00")));
    }

    @Test
    void shouldForgetWhatIsNotConfirmed() {
        hear4(igmp(0x16, "224.1.2.3"));
        now += Duration.ofSeconds(200).toNanos();
        hear6(mld(131, "ff05::1234"));
        assertFalse(groups.tick());
        now += Duration.ofSeconds(60).toNanos();
        assertTrue(groups.tick());
        assertFalse(groups.filter().passes(MAC_A));
        assertTrue(groups.filter().passes(MAC_6));
    }

    @Test
    void shouldPassEverythingToOneThatJoinsTooMuch() {
        for (int i = 0; i < GroupMembership.CAPACITY; i++) {
            hear4(igmp(0x16, IpAddress.ipv4(0xE100_0000 + i).toString()));
        }
        assertFalse(hear4(igmp(0x16, "225.0.0.0")), "one of these again");
        assertFalse(groups.filter().all());
        assertTrue(hear4(igmp(0x16, "225.254.0.0")));
        assertEquals(GroupMembership.CAPACITY, groups.size());
        assertTrue(groups.filter().all());
        assertFalse(hear4(igmp(0x16, "225.255.0.0")), "it gets everything already");
        now += GroupMembership.TIMEOUT.toNanos();
        assertTrue(groups.tick());
        assertFalse(groups.filter().all());
    }

    @Test
    void shouldRefuseWhatContradictsItself() {
        final byte[] good = records(0x22, record(4, "224.1.2.3", "10.0.0.9"));
        for (int length = 0; length < good.length; length++) {
            assertTrue(MembershipReport.igmp(Arrays.copyOf(good, length)).isEmpty(), "" + length);
        }
        final byte[] good6 = records(143, record(4, "ff05::1", "fd00::9"));
        for (int length = 0; length < good6.length; length++) {
            assertTrue(MembershipReport.mld(Arrays.copyOf(good6, length)).isEmpty(), "" + length);
        }
        assertTrue(MembershipReport.igmp(igmp(0x11, "224.1.2.3")).isEmpty(), "a query");
        assertTrue(MembershipReport.igmp(igmp(0x16, "10.0.0.1")).isEmpty(), "no group");
        assertTrue(MembershipReport.mld(mld(131, "fd00::1")).isEmpty(), "no group");
        assertTrue(MembershipReport.mld(mld(130, "ff05::1")).isEmpty(), "a query");
        assertTrue(MembershipReport.mld(Arrays.copyOf(mld(131, "ff05::1"), 23)).isEmpty());
    }

    @Test
    void shouldStandAnyBytes() {
        final long seed = new SplittableRandom().nextLong();
        final SplittableRandom random = new SplittableRandom(seed);
        final byte[] types = {0x12, 0x16, 0x17, 0x22, (byte) 131, (byte) 132, (byte) 143};
        for (int round = 0; round < 50_000; round++) {
            final byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            if (bytes.length > 7) {
                bytes[0] = types[random.nextInt(types.length)];
                bytes[6] = 0;
                bytes[7] &= 3;
            }
            try {
                MembershipReport.igmp(bytes).ifPresent(groups::apply);
                MembershipReport.mld(bytes).ifPresent(groups::apply);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
        assertTrue(groups.size() <= GroupMembership.CAPACITY);
    }
}
