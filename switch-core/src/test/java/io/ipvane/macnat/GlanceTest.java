// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import static io.ipvane.testing.Frames.BROADCAST;
import static io.ipvane.testing.Frames.OWN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.memory.Memory;
import io.ipvane.testing.Frames;
import java.lang.foreign.Arena;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which frames are looked at closely. One too few loses an address, which other tests see; one too
 * many costs every frame of its kind a pass, which only shows here.
 */
class GlanceTest {
    private static final int NEXT_HEADER = 20;

    static Arguments[] frames() {
        final byte[] request = Sums.udp4(Messages.dhcpRequest(Guest.MAC, Guest.MAC, 0).build());
        final byte[] reply = Messages.dhcpReply(OWN, Frames.X, OWN, 0).build();
        final byte[] udp6 = Frames.udp6().ports(67, 68).build();
        return new Arguments[] {
            Arguments.of("UDP over IPv4", false, false, Frames.udp4().build()),
            Arguments.of("TCP over IPv4 to port 67", false, false, Frames.patch(request, 23, 6)),
            Arguments.of("TCP over IPv4 to port 68", false, false, Frames.patch(reply, 23, 6)),
            Arguments.of("DHCP to a server", true, false, request),
            Arguments.of("DHCP to a client", false, true, reply),
            Arguments.of("UDP behind IPv4 options", true, true, Frames.udp4().options(4).build()),
            Arguments.of("UDP over IPv6", false, false, udp6),
            Arguments.of("TCP over IPv6", false, false, Frames.patch(udp6, NEXT_HEADER, 6)),
            Arguments.of("a fragment of IPv6", false, false, Frames.patch(udp6, NEXT_HEADER, 44)),
            Arguments.of("ICMPv6", true, false, Frames.icmp6(128, new byte[8]).build()),
            Arguments.of("hop-by-hop options", true, false, Frames.patch(udp6, NEXT_HEADER, 0)),
            Arguments.of("a routing header", true, false, Frames.patch(udp6, NEXT_HEADER, 43)),
            Arguments.of("destination options", true, false, Frames.patch(udp6, NEXT_HEADER, 60)),
            Arguments.of("ARP", true, true, Messages.arp(1, BROADCAST, Guest.MAC, Guest.MAC, 0)),
            Arguments.of("a tagged frame", false, false, Frames.arp(1).tag(5).build()),
            Arguments.of("LLDP", false, false, Frames.ethernet(0x88CC, new byte[46]).build())
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("frames")
    void shouldLookCloselyOnlyAtWhatMayNameAnAddress(
            String what, boolean fromGuest, boolean toGuest, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            final long frame = arena.allocate(bytes.length, 8).address();
            Memory.put(frame, bytes);
            final long type = Memory.i64(frame, Glance.SOURCE_AND_TYPE) >>> 48;
            assertEquals(fromGuest, Glance.fromGuest(frame, type), "from a guest");
            assertEquals(toGuest, Glance.toGuest(frame, type), "to a guest");
        }
    }
}
