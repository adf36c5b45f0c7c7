// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("netns")
class TapInterfaceTest {
    private static final long MAC = 0x020000000001L;
    private TestNetns net;

    @BeforeEach
    void createANamespace() {
        net = TestNetns.create("setup");
    }

    @AfterEach
    void removeIt() {
        if (net != null) {
            net.close();
        }
    }

    private TapSpec spec(int mtu, boolean arp, String... addresses) {
        return new TapSpec(
                net.name(),
                "eth0",
                MAC,
                1,
                mtu,
                arp,
                7,
                List.of(addresses).stream().map(IpPrefix::parse).toList());
    }

    @Test
    void shouldBringAPortUpWithItsLinkLocalAndItsAddresses() {
        try (TapInterface port =
                TapInterface.bringUp(spec(1400, true, "10.5.0.1/24", "2001:db8::1/64"))) {
            final String shown = net.run("ip address show dev eth0");

            assertTrue(shown.contains("mtu 1400"), shown);
            assertTrue(shown.contains("UP"), shown);
            assertTrue(shown.contains("10.5.0.1/24"), shown);
            assertTrue(shown.contains("2001:db8::1/64"), shown);
            assertTrue(shown.contains("fe80::200:0:700:1/64"), shown);
            assertEquals(2, shown.split("inet6").length - 1, shown);
            assertFalse(shown.contains("tentative"), shown);
            assertEquals(Optional.of(PortLinkLocal.of(MAC, 7)), port.linkLocal());
        }
    }

    @Test
    void shouldSwitchArpOffForLayer3AndBackOnForLayer2() {
        try (TapInterface port = TapInterface.bringUp(spec(1500, false))) {
            assertTrue(net.run("ip link show eth0").contains("NOARP"));
            port.setArp(true);
            assertFalse(net.run("ip link show eth0").contains("NOARP"));
        }
    }

    @Test
    void shouldHaveItsIpv6AddressesAfterDownAndUp() {
        try (TapInterface port = TapInterface.bringUp(spec(1500, true, "2001:db8::1/64"))) {
            net.run("ip link set eth0 down");
            net.run("ip link set eth0 name wan up");
            assertFalse(net.run("ip -6 address show dev wan").contains("fe80"));
            assertTrue(net.run("ip -6 address show dev wan").contains("2001:db8::1/64"));

            port.ensureLinkLocal();
            port.ensureLinkLocal();

            assertTrue(net.run("ip -6 address show dev wan").contains("fe80::200:0:700:1/64"));
        }
    }

    @Test
    void shouldLeaveTheOtherAddressesOfItsNetworkWhenOneIsDeleted() {
        try (TapInterface port =
                TapInterface.bringUp(
                        spec(
                                1500,
                                true,
                                "10.5.0.1/24",
                                "10.5.0.2/24",
                                "10.5.0.3/24",
                                "10.6.0.1/24"))) {
            net.run("sysctl -q -w net.ipv4.conf.eth0.promote_secondaries=0");
            net.run("ip route add default via 10.5.0.254");

            port.changeAddresses(List.of(IpPrefix.parse("10.5.0.1/24")), List.of());

            final String shown = net.run("ip address show dev eth0");
            assertFalse(shown.contains("10.5.0.1/24"), shown);
            for (String other : List.of("10.5.0.2/24", "10.5.0.3/24", "10.6.0.1/24")) {
                assertTrue(shown.contains(other), shown);
            }
            assertTrue(net.run("ip route show").contains("default via 10.5.0.254"));
            assertEquals("0", net.run("sysctl -n net.ipv4.conf.eth0.promote_secondaries").strip());
        }
    }

    @Test
    void shouldDoWithoutIpv6WhereItIsDisabled() {
        net.run("sysctl -q -w net.ipv6.conf.default.disable_ipv6=1");
        try (TapInterface port = TapInterface.bringUp(spec(1500, true, "10.5.0.1/24"))) {
            assertEquals(Optional.empty(), port.linkLocal());
            assertTrue(net.run("ip address show dev eth0").contains("10.5.0.1/24"));
        }
    }

    @Test
    void shouldHaveItsIpv6AddressesOnceIpv6IsEnabled() {
        net.run("sysctl -q -w net.ipv6.conf.default.disable_ipv6=1");
        try (TapInterface port =
                TapInterface.bringUp(spec(1500, true, "10.5.0.1/24", "2001:db8::1/64"))) {
            port.ensureLinkLocal();
            assertEquals(Optional.empty(), port.linkLocal());
            for (int i = 0; i < 2; i++) {
                net.run("sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=0");

                port.ensureLinkLocal();

                final String shown = net.run("ip -6 address show dev eth0");
                assertTrue(shown.contains("fe80::200:0:700:1/64"), shown);
                assertTrue(shown.contains("2001:db8::1/64"), shown);
                assertEquals(2, shown.split("inet6").length - 1, shown);
                net.run("sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=1");
            }
        }
    }

    @Test
    void shouldSayWhichStepFailedAndLeaveNothingBehind() {
        final LinuxException refusal =
                assertThrows(LinuxException.class, () -> TapInterface.bringUp(spec(70_000, true)));

        assertTrue(
                refusal.getMessage()
                        .startsWith(
                                "cannot set mtu 70000 of 'eth0' in netns '%s': EINVAL"
                                        .formatted(net.name())),
                refusal.getMessage());
        assertEquals(1, net.attempt("ip link show eth0").exitCode());
    }
}
