// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Daemon;
import io.ipvane.testing.Netns;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What real stacks make of the switch's errors in mode l3, and what they see of MTU, MAC and
 * carrier:
 *
 * <pre>
 *   blue 10.0.0.11, MTU 1500 --+
 *                              switch 10.0.0.1 -- veth -- outside 10.0.0.254
 *  green 10.0.0.12, MTU 1300 --+
 * </pre>
 */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PathMtuE2eTest {
    private static final String SWITCH = "switch";
    private static final String OUTSIDE = "outside";
    private static final String BLUE = "blue";
    private static final String GREEN = "green";

    private static Netns net;
    private static Daemon daemon;

    @BeforeAll
    static void start() {
        net = Netns.of(SWITCH, OUTSIDE, BLUE, GREEN);
        try {
            net.veth(SWITCH, "up0", OUTSIDE, "eth0");
            net.address(OUTSIDE, "eth0", "10.0.0.254/24");
            net.address(OUTSIDE, "eth0", "fd00::fe/64");
            daemon = Daemon.start(net, SWITCH, yaml());
            net.ip(BLUE, "route", "add", "default", "dev", "eth0");
            net.ip(BLUE, "-6", "route", "add", "default", "dev", "eth0");
            for (String label : new String[] {SWITCH, OUTSIDE, BLUE, GREEN}) {
                Eventually.holds(
                        "duplicate address detection is over in " + label,
                        () -> net.ip(label, "-6", "address", "show", "tentative").isBlank());
            }
        } catch (RuntimeException | AssertionError e) {
            stop();
            throw e;
        }
    }

    private static String yaml() {
        return """
               eal: { hugepages: "off" }
               uplinks:
                 - name: wan0
                   device: "af_packet:up0"
                   mode: l3
                   host: { interface: ipvane0, addresses: ["10.0.0.1/24", "fd00::1/64"] }
                   routes:
                     - { to: 198.51.100.0/24, blackhole: true }
                     - { to: 198.51.101.0/24, unreachable: true }
                     - { to: 198.51.102.0/24, prohibit: true }
                     - { to: "2001:db8:2::/48", prohibit: true }
               ports:
                 - { name: blue, uplink: wan0, netns: %s, interface: eth0, addresses: ["10.0.0.11/24", "fd00::11/64"] }
                 - { name: green, uplink: wan0, netns: %s, interface: eth0, mtu: 1300, addresses: ["10.0.0.12/24", "fd00::12/64"] }
               """
                .formatted(net.name(BLUE), net.name(GREEN));
    }

    @AfterAll
    static void stop() {
        try {
            if (daemon != null) {
                daemon.stop();
                daemon.close();
            }
        } finally {
            net.close();
        }
    }

    private static Result ping(String from, String... words) {
        final String[] all = new String[words.length + 6];
        System.arraycopy(new String[] {"ping", "-n", "-c", "3", "-W", "4"}, 0, all, 0, 6);
        System.arraycopy(words, 0, all, 6, words.length);
        return net.exec(from, all);
    }

    private static void assertSays(String what, Result result) {
        assertFalse(result.ok(), result::toString);
        assertTrue(result.output().contains(what), result::toString);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "203.0.113.1, From 10.0.0.1 icmp_seq=1 Destination Net Unreachable",
        "198.51.101.1, From 10.0.0.1 icmp_seq=1 Destination Host Unreachable",
        "198.51.102.1, From 10.0.0.1 icmp_seq=1 Packet filtered",
        "10.0.0.99, From 10.0.0.1 icmp_seq=1 Destination Host Unreachable",
        "2001:db8:1::1, From fd00::1 icmp_seq=1 Destination unreachable: No route",
        "2001:db8:2::1, From fd00::1 icmp_seq=1 Destination unreachable: Administratively prohibited",
        "fd00::99, From fd00::1 icmp_seq=1 Destination unreachable: Address unreachable"
    })
    @Order(1)
    void shouldTellAStackWhyThereIsNoWay(String address, String said) {
        assertSays(said, ping(BLUE, address));
    }

    @Test
    @Order(1)
    void shouldBeSilentAboutABlackhole() {
        final Result result = ping(BLUE, "198.51.100.1");
        assertFalse(result.output().contains("From"), result::toString);
    }

    @ParameterizedTest(name = "from {0} to {1}")
    @CsvSource({
        "blue, 10.0.0.12, mtu = 1300, 10.0.0.12 ",
        "blue, fd00::12, mtu=1300, fd00::12 ",
        "outside, 10.0.0.12, mtu = 1300, 10.0.0.12 ",
        "outside, fd00::12, mtu=1300, fd00::12 "
    })
    @Order(2)
    void shouldLetPathMtuDiscoveryFindTheSmallerMtu(
            String from, String address, String said, String destination) {
        assertSays(said, ping(from, "-M", "do", "-s", "1400", address));
        final String route = net.ip(from, "route", "get", address);
        assertTrue(route.contains("mtu 1300"), route);
        ping(from, "-M", "do", "-s", address.contains(":") ? "1252" : "1272", address).orFail();
    }

    @ParameterizedTest(name = "{1} bytes from {0}")
    @CsvSource({"blue, 3000", "switch, 3000", "outside, 3000"})
    @Order(1)
    void shouldFragmentWhatMayBe(String from, String size) {
        ping(from, "-M", "dont", "-s", size, "10.0.0.12").orFail();
    }

    @Test
    @Order(3)
    void shouldCountWhatItTold() {
        final String stats = daemon.cli("-j", "stats", "blue").orFail().output();
        assertFalse(stats.contains("\"icmpErrors\":0,"), stats);
    }

    /** F14: both ways, and green keeps the lower one that it asked for. */
    @Test
    @Order(5)
    void shouldLetPortsFollowTheUplinksMtu() {
        net.ip(SWITCH, "link", "set", "dev", "up0", "mtu", "1400");
        awaitMtu(BLUE, 1400);
        assertTrue(mtu(GREEN, 1300));
        net.ip(BLUE, "link", "set", "dev", "eth0", "mtu", "1450");
        awaitMtu(BLUE, 1400);
        net.ip(SWITCH, "link", "set", "dev", "up0", "mtu", "1500");
        awaitMtu(BLUE, 1450);
        assertTrue(mtu(GREEN, 1300));
        net.ip(BLUE, "link", "set", "dev", "eth0", "mtu", "1500");
        awaitMtu(BLUE, 1500);
        assertTrue(mtu(SWITCH, "ipvane0", 1500));
        ping(BLUE, "10.0.0.254").orFail();
    }

    /** Before blue asks for an MTU of its own. */
    @Test
    @Order(4)
    void shouldChangeTheUplinksMtuByRequest() {
        patch(200, "{\"mtu\":1380}");
        awaitMtu(BLUE, 1380);
        assertTrue(mtu(GREEN, 1300));
        assertTrue(mtu(SWITCH, "up0", 1380));
        net.ip(OUTSIDE, "link", "set", "dev", "eth0", "mtu", "9000");
        patch(200, "{\"mtu\":9000}");
        awaitMtu(BLUE, 9000);
        assertTrue(mtu(SWITCH, "up0", 9000));
        ping(BLUE, "-M", "do", "-s", "8972", "10.0.0.254").orFail();
        final String refusal = patch(422, "{\"mtu\":65536}");
        assertTrue(refusal.contains("mtu=65536 is out of range; choose 68 to 65535"), refusal);
        assertTrue(mtu(BLUE, 9000), "a refused change changes nothing");
        net.ip(OUTSIDE, "link", "set", "dev", "eth0", "mtu", "1500");
        patch(200, "{\"mtu\":1500}");
        awaitMtu(BLUE, 1500);
        patch(200, "{\"mtu\":null}");
        assertTrue(mtu(BLUE, 1500));
    }

    private static String patch(int status, String body) {
        final var reply = daemon.send("PATCH", "/v1/uplinks/wan0", body);
        assertEquals(status, reply.status(), reply.body());
        return reply.body();
    }

    private static void awaitMtu(String label, int mtu) {
        Eventually.holds("MTU " + mtu + " in " + label, () -> mtu(label, mtu));
    }

    private static boolean mtu(String label, int mtu) {
        return mtu(label, "eth0", mtu);
    }

    private static boolean mtu(String label, String device, int mtu) {
        return net.ip(label, "link", "show", "dev", device).contains(" mtu " + mtu + " ");
    }

    /** Spec CFG-8: at all ports at once; the others learn of it by announcements. */
    @Test
    @Order(5)
    void shouldLetPortsFollowTheUplinksMac() {
        final String now = "02:00:00:00:ca:fe";
        ping(OUTSIDE, "-i", "0.2", "10.0.0.11").orFail();
        ping(OUTSIDE, "-i", "0.2", "fd00::12").orFail();
        net.ip(SWITCH, "link", "set", "dev", "up0", "address", now);
        awaitMac(BLUE, "eth0", now);
        awaitMac(GREEN, "eth0", now);
        awaitMac(SWITCH, "ipvane0", now);
        for (String address : new String[] {"10.0.0.11", "fd00::12", "10.0.0.1"}) {
            ping(OUTSIDE, "-i", "0.2", address).orFail();
            final String known = net.ip(OUTSIDE, "neigh", "show", address);
            assertTrue(known.contains(now), known);
        }
        ping(BLUE, "-i", "0.2", "10.0.0.254").orFail();
        ping(BLUE, "-i", "0.2", "fd00::12").orFail();
        net.ip(BLUE, "link", "set", "dev", "eth0", "address", "02:00:00:00:ba:d0");
        awaitMac(BLUE, "eth0", now);
        ping(BLUE, "-i", "0.2", "10.0.0.254").orFail();
    }

    private static void awaitMac(String label, String device, String mac) {
        Eventually.holds(
                "MAC " + mac + " of " + device + " in " + label,
                () -> net.ip(label, "link", "show", "dev", device).contains("ether " + mac));
    }

    /** F15: the far end of the cable goes down and up again. */
    @Test
    @Order(6)
    void shouldTakeTheCarrierOfPortsWithTheUplinks() {
        net.ip(OUTSIDE, "link", "set", "dev", "eth0", "down");
        for (String label : new String[] {BLUE, GREEN}) {
            Eventually.holds(label + " has no carrier", () -> !hasCarrier(label, "eth0"));
        }
        Eventually.holds("the host port has no carrier", () -> !hasCarrier(SWITCH, "ipvane0"));
        net.ip(OUTSIDE, "link", "set", "dev", "eth0", "up");
        for (String label : new String[] {BLUE, GREEN}) {
            Eventually.holds(label + " has its carrier back", () -> hasCarrier(label, "eth0"));
        }
        Eventually.holds("traffic goes again", () -> ping(BLUE, "10.0.0.254").ok());
    }

    private static boolean hasCarrier(String label, String device) {
        return !net.ip(label, "link", "show", "dev", device).contains("NO-CARRIER");
    }
}
