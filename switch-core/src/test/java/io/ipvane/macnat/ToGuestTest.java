// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import static io.ipvane.macnat.Messages.arp;
import static io.ipvane.macnat.Messages.dhcpReply;
import static io.ipvane.macnat.Messages.dhcpRequest;
import static io.ipvane.macnat.Messages.macOption;
import static io.ipvane.macnat.Messages.nd;
import static io.ipvane.testing.Frames.BROADCAST;
import static io.ipvane.testing.Frames.OTHER;
import static io.ipvane.testing.Frames.OWN;
import static io.ipvane.testing.Frames.X;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.burst.FramePool;
import io.ipvane.memory.Memory;
import io.ipvane.testing.Frames;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToGuestTest {
    private static final long MAC = Guest.MAC;

    private final Guest guest = Guest.configured();

    @AfterEach
    void nothingLeaks() {
        guest.close();
    }

    @Test
    void shouldReplaceTheDestinationAndNothingElse() {
        for (Frames frame :
                List.of(
                        Frames.udp4(),
                        Frames.udp6(),
                        Frames.udp4().tag(5),
                        Frames.ethernet(0x88CC, new byte[46]),
                        Frames.ethernet(0x0800, new byte[1]))) {
            assertArrayEquals(frame.macs(MAC, X).build(), guest.gets(frame.macs(OWN, X).build()));
        }
    }

    @Test
    void shouldTranslateEveryFrameOfAnArrayByTheMacThatTheUplinkHasNow() {
        final UplinkMac uplink = new UplinkMac(OTHER);
        final ToGuest to = new ToGuest(GuestMac.fixed(MAC), uplink, guest.pool);
        uplink.set(OWN);
        final long[] mbufs = new long[64];
        for (int i = 0; i < mbufs.length; i++) {
            final long destination = i % 3 == 0 ? OTHER : OWN;
            mbufs[i] = guest.pool.frame(Frames.udp4().macs(destination, X).ttl(i + 1).build());
            Memory.put64(guest.burst.mbufs + 8L * i, mbufs[i]);
        }
        to.translate(guest.burst.mbufs, 60);
        for (int i = 0; i < mbufs.length; i++) {
            final long destination = i % 3 == 0 ? OTHER : i < 60 ? MAC : OWN;
            assertArrayEquals(
                    Frames.udp4().macs(destination, X).ttl(i + 1).build(), guest.take(mbufs[i]));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {Frames.BROADCAST, Frames.GROUP4, Frames.OTHER, 0})
    void shouldLeaveGroupsAndOthers(long destination) {
        final byte[] frame = Frames.udp4().macs(destination, OWN).build();
        assertArrayEquals(frame, guest.gets(frame));
    }

    @Test
    void shouldLeaveEverythingAsLongAsNobodyIsKnown() {
        try (Guest unknown = Guest.unknown()) {
            for (byte[] frame :
                    List.of(
                            Frames.udp4().macs(OWN, X).build(),
                            arp(2, OWN, X, X, OWN),
                            Sums.udp4(dhcpReply(OWN, X, OWN, 0).build()))) {
                assertArrayEquals(frame, unknown.gets(frame));
            }
            unknown.sends(Frames.udp4().macs(X, MAC).build());
            assertArrayEquals(arp(2, MAC, X, X, MAC), unknown.gets(arp(2, OWN, X, X, OWN)));
            unknown.mac.reset();
            assertArrayEquals(arp(2, OWN, X, X, OWN), unknown.gets(arp(2, OWN, X, X, OWN)));
        }
    }

    /** Nearly every frame costs a look at its length and one at its bytes, and no more. */
    @Test
    void shouldAskThePoolForLengthAndPlaceOfAPlainFrameOnly() {
        final List<String> asked = new ArrayList<>();
        final FramePool pool =
                (FramePool)
                        Proxy.newProxyInstance(
                                FramePool.class.getClassLoader(),
                                new Class<?>[] {FramePool.class},
                                (self, method, arguments) -> {
                                    asked.add(method.getName());
                                    return method.invoke(guest.pool, arguments);
                                });
        final ToGuest to = new ToGuest(GuestMac.fixed(MAC), new UplinkMac(OWN), pool);
        final byte[] shortest = Frames.udp4().macs(OWN, X).payload(new byte[0]).build();
        assertEquals(Glance.BYTES, shortest.length);
        for (byte[] frame : List.of(shortest, Frames.udp6().macs(OWN, X).build())) {
            final long mbuf = guest.pool.frame(frame);
            Memory.put64(guest.burst.mbufs, mbuf);
            asked.clear();
            to.translate(guest.burst.mbufs, 1);
            assertEquals(List.of("contiguous", "data"), asked);
            assertArrayEquals(Sums.mac(frame, 0, MAC), guest.take(mbuf));
        }
    }

    @Test
    void shouldReplaceTheTargetInArpAndLeaveTheSender() {
        assertArrayEquals(arp(2, MAC, X, X, MAC), guest.gets(arp(2, OWN, X, X, OWN)));
        assertArrayEquals(arp(2, MAC, OWN, OWN, MAC), guest.gets(arp(2, OWN, OWN, OWN, OWN)));
        assertArrayEquals(arp(1, BROADCAST, X, X, 0), guest.gets(arp(1, BROADCAST, X, X, 0)));
        assertArrayEquals(
                arp(1, BROADCAST, X, OWN, MAC), guest.gets(arp(1, BROADCAST, X, OWN, OWN)));
        assertArrayEquals(arp(2, MAC, X, X, OTHER), guest.gets(arp(2, OWN, X, X, OTHER)));
    }

    @Test
    void shouldLeaveOptionsOfNeighbourDiscovery() {
        final byte[] frame = nd(Messages.ADVERTISEMENT, OWN, macOption(2, OWN));
        assertArrayEquals(frame, guest.gets(frame));
        assertArrayEquals(Sums.mac(frame, 0, MAC), guest.gets(Sums.mac(frame, 0, OWN)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 40})
    void shouldReplaceTheClientsAddressInAReplyAndMendTheChecksum(int ipOptions) {
        for (long to : new long[] {OWN, BROADCAST}) {
            final long afterwards = to == OWN ? MAC : to;
            assertArrayEquals(
                    Sums.udp4(dhcpReply(afterwards, X, MAC, ipOptions).build()),
                    guest.gets(Sums.udp4(dhcpReply(to, X, OWN, ipOptions).build())));
            assertArrayEquals(
                    dhcpReply(afterwards, X, MAC, ipOptions).build(),
                    guest.gets(dhcpReply(to, X, OWN, ipOptions).build()));
        }
    }

    @Test
    void shouldLeaveAChecksumThatIsLeftToTheDevice() {
        final byte[] frame = Frames.patch(dhcpReply(OWN, OWN, OWN, 0).build(), 40, 0x12, 0x34);
        final long mbuf = guest.pool.frame(frame);
        guest.pool.leaveChecksum(mbuf);
        assertArrayEquals(
                Frames.patch(dhcpReply(MAC, OWN, MAC, 0).build(), 40, 0x12, 0x34),
                guest.gets(mbuf));
    }

    /** A guest that serves others gets their questions, whose address is that of all of them. */
    @Test
    void shouldLeaveRequestsAndRepliesToOthers() {
        final byte[] request = dhcpRequest(OWN, OWN);
        assertArrayEquals(request, guest.gets(request));
        final byte[] reply = Sums.udp4(dhcpReply(BROADCAST, X, OTHER, 0).build());
        assertArrayEquals(reply, guest.gets(reply));
    }

    @Test
    void shouldChangeNothingInAFrameThatIsOfferedAgain() {
        for (byte[] frame :
                List.of(
                        Frames.udp4().macs(OWN, X).build(),
                        arp(2, OWN, X, X, OWN),
                        Sums.udp4(dhcpReply(OWN, X, OWN, 0).build()))) {
            final byte[] once = guest.gets(frame);
            assertArrayEquals(once, guest.gets(once));
        }
    }

    /** Behind its first 128 bytes a copy may share memory with the frame it was made of. */
    @Test
    void shouldWriteIntoACopyOnly() {
        final byte[] frame = Sums.udp4(dhcpReply(OWN, X, OWN, 40).build());
        final long original = guest.pool.frame(frame);
        final long copy = guest.pool.replicate(original);
        assertArrayEquals(Sums.udp4(dhcpReply(MAC, X, MAC, 40).build()), guest.gets(copy));
        assertArrayEquals(frame, guest.take(original));
    }

    @Test
    void shouldTranslateWhatIsSpreadOverSegments() {
        final byte[] frame = Sums.udp4(dhcpReply(OWN, X, OWN, 0).build());
        final byte[] wanted = Sums.udp4(dhcpReply(MAC, X, MAC, 0).build());
        for (int end = 0; end < 100; end++) {
            assertArrayEquals(wanted, guest.gets(Frames.split(frame, end)), "end " + end);
        }
    }
}
