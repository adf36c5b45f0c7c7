// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {
    @Test
    void shouldReadAndWriteText() {
        assertEquals(0x0200_0000_0001L, MacAddress.parse("02:00:00:00:00:01"));
        assertEquals(0xABCD_EF01_2345L, MacAddress.parse("aB:Cd:eF:01:23:45"));
        assertEquals("ab:cd:ef:01:23:45", MacAddress.format(0xABCD_EF01_2345L));
        assertEquals("00:00:00:00:00:00", MacAddress.format(0));
    }

    @Test
    void shouldReadBackWhateverItWrote() {
        final SplittableRandom random = new SplittableRandom(48);
        for (int n = 0; n < 10_000; n++) {
            final long mac = random.nextLong() >>> 16;
            assertEquals(mac, MacAddress.parse(MacAddress.format(mac)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "02:00:00:00:00",
                "02:00:00:00:00:1",
                "02:00:00:00:00:001",
                "02-00-00-00-00-01",
                "02:00:00:00:00:0g",
                "02:00:00:00:00:0\u0661",
                " 2:00:00:00:00:01",
                "020:0:00:00:00:01"
            })
    void shouldRefuseOtherTextAndSayWhatItExpects(String text) {
        final Exception e =
                assertThrows(IllegalArgumentException.class, () -> MacAddress.parse(text));
        assertEquals(
                "'" + text + "' is not a MAC address; write it like 02:00:00:00:00:01",
                e.getMessage());
    }

    @Test
    void shouldTellGroupsFromStations() {
        assertTrue(MacAddress.isGroup(MacAddress.BROADCAST));
        assertTrue(MacAddress.isGroup(0x0100_5E01_0203L));
        assertFalse(MacAddress.isGroup(0x0200_0000_0001L));
        assertFalse(MacAddress.isGroup(0xFEFF_FFFF_FFFFL));
        assertTrue(MacAddress.isBroadcast(0xFFFF_FFFF_FFFFL));
        assertFalse(MacAddress.isBroadcast(0xFFFF_FFFF_FFFEL));
    }

    @Test
    void shouldMapIpv6GroupsToTheirMacs() {
        final IpAddress allNodes = IpAddress.parse("ff02::1");
        assertEquals(
                "33:33:00:00:00:01", MacAddress.format(MacAddress.ofIpv6Group(allNodes.key1())));
        final IpAddress address = IpAddress.parse("fd00::1234:fedc:ba98");
        assertEquals(
                "33:33:ff:dc:ba:98", MacAddress.format(MacAddress.ofSolicitedNode(address.key1())));
        assertEquals(
                "ff02::1:ffdc:ba98",
                IpAddress.ipv6(Nd.SOLICITED_NODE_HIGH, Nd.solicitedNodeLow(address.key1()))
                        .toString());
    }
}
