// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class UplinkIdentityTest {
    private static final long MAC = 0x0200_0000_0001L;
    private static final IpAddress PORT = IpAddress.parse("198.51.100.7");

    @Test
    void shouldAskFromTheSmallestNetworkThatHoldsTheTarget() {
        assertEquals(
                "10.1.0.1", source("10.1.2.3", PORT, "192.0.2.1/24", "10.1.0.1/16", "10.0.0.1/8"));
    }

    @Test
    void shouldAskFromTheFirstOfTwoAddressesThatWouldDo() {
        assertEquals("10.1.0.1", source("10.1.2.3", PORT, "10.1.0.1/16", "10.1.0.2/16"));
        assertEquals("192.0.2.1", source("192.0.3.9", null, "192.0.2.1/24", "192.0.2.2/24"));
    }

    @Test
    void shouldAskOnBehalfOfThePortWhereNoNetworkHoldsTheTarget() {
        assertEquals("198.51.100.7", source("203.0.113.1", PORT, "192.0.2.1/24"));
        assertEquals("198.51.100.7", source("203.0.113.1", PORT));
    }

    @Test
    void shouldAskFromTheNearestAddressWhereNoPortIsKnown() {
        assertEquals("192.0.2.1", source("192.0.3.9", null, "10.0.0.1/8", "192.0.2.1/24"));
    }

    @Test
    void shouldProbeWhereThereIsNoAddressAtAll() {
        assertEquals("0.0.0.0", source("192.0.2.9", null));
        assertEquals("0.0.0.0", source("192.0.2.9", null, "2001:db8::1/64"));
        assertEquals("0.0.0.0", source("192.0.2.9", IpAddress.parse("2001:db8::7")));
    }

    @Test
    void shouldAskIpv6FromTheLinkLocalAddressThatTheMacMakes() {
        assertEquals("fe80::ff:fe00:1", source("2001:db8::9", PORT, "2001:db8::1/64"));
    }

    @Test
    void shouldAskIpv6FromALinkLocalAddressOfTheHostPort() {
        assertEquals("fe80::42", source("2001:db8::9", PORT, "10.0.0.1/8", "fe80::42/64"));
    }

    private static String source(String target, IpAddress port, String... own) {
        final List<IpPrefix> addresses =
                Arrays.stream(own).map(IpPrefix::parseWithHostBits).toList();
        return UplinkIdentity.of(MAC, addresses)
                .sourceFor(IpAddress.parse(target), port)
                .toString();
    }
}
