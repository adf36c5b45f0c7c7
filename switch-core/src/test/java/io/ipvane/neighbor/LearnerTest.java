// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.MacAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LearnerTest {
    private static final String NOTHING = "nothing";

    private final MemoryPool pool = new MemoryPool(16, 2048);
    private final Learner learner = new Learner();

    @AfterEach
    void shouldHaveLeakedNothing() {
        pool.close();
    }

    @Test
    void shouldTakeAUnicastArpReplyForAnAnswer() {
        assertEquals(
                "10.0.0.254 02:00:00:00:00:fe solicited override",
                read(Frames.arpReply(Frames.C1_4)));
    }

    @Test
    void shouldTakeRequestsAndBroadcastRepliesForNewsThatNobodyAskedFor() {
        assertEquals("10.0.0.254 02:00:00:00:00:fe override", read(Frames.arpRequest(Frames.C1_4)));
        assertEquals(
                "10.0.0.254 02:00:00:00:00:fe override",
                read(Frames.arpReply(Frames.X4).macs(Frames.BROADCAST, Frames.X)));
    }

    @Test
    void shouldReadFlagsAndMacOfAnAdvertisement() {
        assertEquals(
                "fd00::fe 02:00:00:00:00:fe solicited override",
                read(Frames.advertisement(Frames.X6)));
        final byte[] body = bodyOf(Frames.advertisement(Frames.X6));
        assertEquals(
                "fd00::fe 02:00:00:00:00:fe", read(Frames.icmp6(136, Frames.patch(body, 0, 0x80))));
    }

    @Test
    void shouldTakeAnAdvertisementWithoutMacForAConfirmation() {
        final byte[] body = Arrays.copyOf(bodyOf(Frames.advertisement(Frames.X6)), 20);
        assertEquals(
                "fd00::fe 00:00:00:00:00:00 solicited override", read(Frames.icmp6(136, body)));
    }

    @Test
    void shouldReadTheAskerOfASolicitation() {
        assertEquals("fd00::fe 02:00:00:00:00:fe override", read(Frames.solicitation(Frames.C1_6)));
    }

    @Test
    void shouldLearnNothingFromProbesAndSolicitationsWithoutMac() {
        assertEquals(NOTHING, read(Frames.arp(1).ips("0.0.0.0", Frames.C1_4)));
        assertEquals(NOTHING, read(Frames.dadProbe(Frames.C1_6)));
        final byte[] body = Arrays.copyOf(bodyOf(Frames.solicitation(Frames.C1_6)), 20);
        assertEquals(NOTHING, read(Frames.icmp6(135, body)));
    }

    @Test
    void shouldLearnNothingFromWhatNoStationSent() {
        assertEquals(NOTHING, read(Frames.arpReply(Frames.C1_4).macs(Frames.OWN, 0)));
        assertEquals(
                NOTHING, read(Frames.arpReply(Frames.C1_4).macs(Frames.OWN, Frames.BROADCAST)));
        assertEquals(NOTHING, read(Frames.arp(3)));
        assertEquals(NOTHING, read(Frames.arp(2).ips("255.255.255.255", Frames.C1_4)));
    }

    @Test
    void shouldLearnNothingFromAdvertisementsThatBreakTheRules() {
        assertEquals(NOTHING, read(Frames.advertisement(Frames.X6).ttl(64)));
        assertEquals(NOTHING, read(Frames.advertisement("ff02::1")));
        assertEquals(
                NOTHING,
                read(Frames.advertisement(Frames.X6).ips(Frames.X6, "ff02::1")),
                "what a group is told was not asked for");
        final byte[] body = bodyOf(Frames.advertisement(Frames.X6));
        assertEquals(NOTHING, read(Frames.icmp6(136, Frames.patch(body, 21, 0))));
        assertEquals(NOTHING, read(Frames.icmp6(136, Frames.patch(body, 22, 1))));
    }

    @Test
    void shouldLearnNothingFromOtherTraffic() {
        assertEquals(NOTHING, read(Frames.udp4()));
        assertEquals(NOTHING, read(Frames.udp6()));
        assertEquals(NOTHING, read(Frames.icmp6(128, new byte[24])));
        assertEquals(NOTHING, read(Frames.ethernet(0x88B5, new byte[50])));
    }

    private String read(Frames frame) {
        try (Row row = new Row(pool, frame.build())) {
            if (!learner.read(row.burst, 0)) {
                return NOTHING;
            }
            final IpAddress address =
                    new IpAddress(learner.family(), learner.address0(), learner.address1());
            return address
                    + " "
                    + MacAddress.format(learner.mac())
                    + (learner.solicited() ? " solicited" : "")
                    + (learner.override() ? " override" : "");
        }
    }

    private static byte[] bodyOf(Frames frame) {
        final byte[] bytes = frame.build();
        return Arrays.copyOfRange(bytes, 58, bytes.length);
    }
}
