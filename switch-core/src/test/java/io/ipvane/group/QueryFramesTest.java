// SPDX-License-Identifier: Apache-2.0
package io.ipvane.group;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.memory.Memory;
import io.ipvane.testing.Frames;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Queries byte by byte; Linux has answered just these. */
class QueryFramesTest {
    private static final String IGMP =
            // Ethernet
            "01005e000001"
                    + "020000000001"
                    + "0800"
                    // IPv4 with router alert, TTL 1, from 0.0.0.0 to 224.0.0.1
                    + "46c0002400004000"
                    + "0102041300000000"
                    + "e000000194040000"
                    // IGMPv3 query
                    + "110aec7800000000027d0000"
                    // padding
                    + "00".repeat(10);

    private static final String MLD =
            // Ethernet
            "333300000001"
                    + "020000000001"
                    + "86dd"
                    // IPv6, hop limit 1, from fe80::ff:fe00:1 to ff02::1
                    + "6000000000240001"
                    + "fe80000000000000000000fffe000001"
                    + "ff020000000000000000000000000001"
                    // router alert
                    + "3a00050200000100"
                    // MLDv2 query
                    + "82007abe03e80000"
                    + "00".repeat(16)
                    + "027d0000";

    /** What may stand in a frame that was used before. */
    private static byte[] dirty(int bytes) {
        return "x".repeat(bytes).getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void shouldAskForAllGroupsOfIpv4() {
        try (Arena arena = Arena.ofConfined()) {
            final long frame = arena.allocate(QueryFrames.IGMP_LENGTH).address();
            Memory.put(frame, dirty(QueryFrames.IGMP_LENGTH));
            QueryFrames.igmp(frame, Frames.OWN);
            assertEquals(IGMP, Frames.hex(Memory.bytes(frame, QueryFrames.IGMP_LENGTH)));
        }
    }

    @Test
    void shouldAskForAllGroupsOfIpv6() {
        try (Arena arena = Arena.ofConfined()) {
            final long frame = arena.allocate(QueryFrames.MLD_LENGTH).address();
            Memory.put(frame, dirty(QueryFrames.MLD_LENGTH));
            QueryFrames.mld(frame, Frames.OWN, 0xFE80_0000_0000_0000L, 0xFF_FE00_0001L);
            assertEquals(MLD, Frames.hex(Memory.bytes(frame, QueryFrames.MLD_LENGTH)));
        }
    }
}
