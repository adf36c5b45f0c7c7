// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.burst.Burst;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Icmpv6;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How far a message of neighbour discovery is read, and what its rules refuse. */
class NdCheckTest {
    private static final int NS = Icmpv6.NEIGHBOR_SOLICITATION;
    private static final int NA = Icmpv6.NEIGHBOR_ADVERTISEMENT;
    private static final int ICMP = 54;
    private static final int BODY = ICMP + 4;

    private final MemoryPool pool = new MemoryPool(16, 2048);

    @AfterEach
    void shouldHaveLeakedNothing() {
        pool.close();
    }

    private int length(int type, byte[] frame) {
        try (Row row = new Row(pool, frame)) {
            return NdCheck.validLength(row.burst, 0, type);
        }
    }

    private static byte[] body(Frames frame) {
        final byte[] bytes = frame.build();
        return Arrays.copyOfRange(bytes, BODY, bytes.length);
    }

    /** The bytes behind the first segment are right, but nobody says that they may be read. */
    @Test
    void shouldNotReadBehindWhatIsContiguous() {
        for (Frames frame :
                new Frames[] {
                    Frames.solicitation(Frames.C1_6),
                    Frames.advertisement(Frames.X6),
                    Frames.icmp6(Icmpv6.ROUTER_SOLICITATION, new byte[4])
                }) {
            final byte[] bytes = frame.build();
            try (Row row = new Row(pool, bytes)) {
                final Burst burst = row.burst;
                final long data = burst.data(0);
                final int type = Memory.u8(data + ICMP);
                for (int contiguous = 0; contiguous <= bytes.length; contiguous++) {
                    burst.frame(0, burst.mbuf(0), data, contiguous, bytes.length);
                    final boolean whole = contiguous == bytes.length;
                    final boolean router = type == Icmpv6.ROUTER_SOLICITATION;
                    assertEquals(
                            whole && !router ? bytes.length - ICMP : 0,
                            NdCheck.validLength(burst, 0, type),
                            type + " of " + contiguous);
                    assertEquals(
                            whole && router,
                            NdCheck.isRouterSolicitation(burst, 0),
                            type + " of " + contiguous);
                }
                burst.frame(0, burst.mbuf(0), data, bytes.length, bytes.length);
            }
        }
    }

    @Test
    void shouldRefuseWhatEndsWithinAnOption() {
        final byte[] body = body(Frames.solicitation(Frames.C1_6));
        for (int end = 0; end <= body.length; end++) {
            final byte[] cut = Frames.icmp6(NS, Arrays.copyOf(body, end)).build();
            final boolean whole = end == 20 || end == 28;
            assertEquals(whole ? end + 4 : 0, length(NS, cut), "body of " + end);
        }
    }

    @Test
    void shouldTakeAnAdvertisementForAGroupThatNobodyAskedFor() {
        final byte[] body = body(Frames.advertisement(Frames.X6));
        final Frames told = Frames.icmp6(NA, Frames.patch(body, 0, 0x20));
        assertEquals(32, length(NA, told.ips(Frames.X6, "ff02::1").build()));
        final Frames asked = Frames.icmp6(NA, Frames.patch(body, 0, 0x60));
        assertEquals(0, length(NA, asked.ips(Frames.X6, "ff02::1").build()));
        assertEquals(32, length(NA, asked.ips(Frames.X6, Frames.C1_6).build()));
    }

    @Test
    void shouldRefuseASolicitationFromAGroup() {
        final Frames question = Frames.solicitation(Frames.C1_6);
        assertEquals(0, length(NS, question.ips("ff02::1", "ff02::1:ff00:11").build()));
        assertEquals(32, length(NS, question.ips(Frames.X6, "ff02::1:ff00:11").build()));
    }

    @Test
    void shouldTakeAMacOptionOfAnotherLengthForNoMac() {
        final byte[] body = Arrays.copyOf(body(Frames.advertisement(Frames.X6)), 36);
        body[21] = 2;
        try (Row row = new Row(pool, Frames.icmp6(NA, body).build())) {
            final long nd = row.burst.data(0) + ICMP;
            final int length = NdCheck.validLength(row.burst, 0, NA);
            assertEquals(40, length);
            assertEquals(NdCheck.MALFORMED, NdCheck.macOption(nd, length, 2));
            assertEquals(NdCheck.ABSENT, NdCheck.macOption(nd, length, 1));
        }
    }
}
