// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against the kernel, and what {@code ip} says of it afterwards. */
@Tag("netns")
class RtNetlinkTest {
    private TestNetns net;
    private Netns netns;
    private RtNetlink netlink;
    private Tap tap;

    @BeforeEach
    void createATap() {
        net = TestNetns.create("rtnl");
        netns = net.open();
        netlink = new RtNetlink(netns);
        tap = Tap.create(netns, "eth0", 0x020000000001L, 1);
    }

    @AfterEach
    void removeIt() {
        if (tap != null) {
            tap.close();
            netlink.close();
            netns.close();
            net.close();
        }
    }

    @Test
    void shouldReadAnInterface() {
        net.run("ip link set eth0 mtu 1400 up");

        final Link link = netlink.link("eth0");

        assertEquals("eth0", link.name());
        assertEquals(0x020000000001L, link.mac());
        assertEquals(1400, link.mtu());
        assertTrue(link.up());
        assertTrue(link.carrier());
        assertFalse(link.noArp());
        assertTrue(netlink.links().contains(link));
    }

    @Test
    void shouldChangeAnInterface() {
        final Link link = netlink.link("eth0");

        netlink.setMtu(link, 1300);
        netlink.setMac(link, 0x020000000099L);
        netlink.setArp(link, false);
        netlink.disableAddressGeneration(link);
        netlink.setUp(link, true);

        final String shown = net.run("ip -d -o link show eth0");
        assertTrue(shown.contains("NOARP"), shown);
        assertTrue(shown.contains("mtu 1300"), shown);
        assertTrue(shown.contains("02:00:00:00:00:99"), shown);
        assertTrue(shown.contains("addrgenmode none"), shown);
        assertEquals("", net.run("ip -6 -o address show dev eth0"));
        netlink.setArp(link, true);
        netlink.setUp(link, false);
        assertFalse(netlink.link("eth0").noArp());
        assertFalse(netlink.link("eth0").up());
    }

    @Test
    void shouldAddListAndDeleteAddresses() {
        final Link link = netlink.link("eth0");
        netlink.disableAddressGeneration(link);
        netlink.setUp(link, true);
        final List<IpPrefix> addresses =
                List.of(IpPrefix.parse("10.5.0.1/24"), IpPrefix.parse("2001:db8:5::1/64"));

        addresses.forEach(address -> netlink.addAddress(link, address, true));

        assertEquals(
                addresses, netlink.addresses(link).stream().map(InterfaceAddress::local).toList());
        assertFalse(net.run("ip address show dev eth0").contains("tentative"));
        addresses.forEach(address -> netlink.deleteAddress(link, address));
        assertEquals(List.of(), netlink.addresses(link));
    }

    @Test
    void shouldListRoutes() {
        final Link link = netlink.link("eth0");
        netlink.setUp(link, true);
        netlink.addAddress(link, IpPrefix.parse("10.5.0.1/24"), true);
        netlink.addAddress(link, IpPrefix.parse("2001:db8:5::1/64"), true);
        final List<Route> routes =
                List.of(
                        Route.of(
                                IpPrefix.parse("0.0.0.0/0"),
                                IpPrefix.parse("10.5.0.9").address(),
                                link),
                        Route.of(IpPrefix.parse("10.6.0.0/16"), null, link),
                        Route.of(
                                IpPrefix.parse("::/0"),
                                IpPrefix.parse("2001:db8:5::9").address(),
                                link));

        net.run("ip route add default via 10.5.0.9 dev eth0");
        net.run("ip route add 10.6.0.0/16 dev eth0 scope link");
        net.run("ip -6 route add default via 2001:db8:5::9 dev eth0");

        final List<String> listed = netlink.routes(link).stream().map(Route::toString).toList();
        routes.forEach(route -> assertTrue(listed.contains(route.toString()), listed.toString()));

        net.run("ip route add 10.7.0.0/16 dev eth0 table 100");
        assertEquals(
                routes.stream().map(Route::toString).sorted().toList(),
                netlink.routes(link).stream()
                        .filter(Route::isOfSomebody)
                        .map(Route::toString)
                        .sorted()
                        .toList(),
                "neither what follows from addresses nor another table's");
    }

    @Test
    void shouldSayWhatWasTriedAndWhyNot() {
        final Link link = netlink.link("eth0");
        netlink.addAddress(link, IpPrefix.parse("10.5.0.1/24"), false);

        final LinuxException exists =
                assertThrows(
                        LinuxException.class,
                        () -> netlink.addAddress(link, IpPrefix.parse("10.5.0.1/24"), false));
        assertTrue(
                exists.getMessage()
                        .startsWith(
                                "cannot add address 10.5.0.1/24 to 'eth0' in netns '%s': EEXIST"
                                        .formatted(net.name())),
                exists.getMessage());
        final LinuxException mtu =
                assertThrows(LinuxException.class, () -> netlink.setMtu(link, 70_000));
        assertTrue(mtu.getMessage().contains("EINVAL (mtu greater than"), mtu.getMessage());
    }

    @Test
    void shouldSayThatAnInterfaceIsMissing() {
        final LinuxException refusal =
                assertThrows(LinuxException.class, () -> netlink.link("eth7"));

        assertEquals(
                "interface 'eth7' does not exist in netns '%s'; see: ip -n %s link"
                        .formatted(net.name(), net.name()),
                refusal.getMessage());
    }

    @Test
    void shouldListMoreAddressesThanOneDatagramHolds() {
        final Link link = netlink.link("eth0");
        for (int i = 0; i < 600; i++) {
            netlink.addAddress(
                    link, IpPrefix.parse("10.%d.%d.1/32".formatted(i / 200, i % 200)), false);
        }

        assertEquals(600, netlink.addresses(link).size());
    }
}
