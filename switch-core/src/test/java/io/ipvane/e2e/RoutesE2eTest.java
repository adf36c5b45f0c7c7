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

/**
 * Routes of an uplink in mode l3 against real stacks: destinations on the link, gateways that share
 * flows, of which one comes late, metrics, sources and MTUs.
 *
 * <pre>
 *                                             +-- one 10.0.0.251
 *   blue 10.0.0.11 -- switch 10.0.0.1 -- bridge
 *                                             +-- two 10.0.0.252, down at first
 * </pre>
 */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RoutesE2eTest {
    private static final String SWITCH = "switch";
    private static final String OUTSIDE = "outside";
    private static final String ONE = "one";
    private static final String TWO = "two";
    private static final String BLUE = "blue";
    private static final int FLOWS = 60;

    private static Netns net;
    private static Daemon daemon;

    @BeforeAll
    static void start() {
        net = Netns.of(SWITCH, OUTSIDE, ONE, TWO, BLUE);
        try {
            net.veth(SWITCH, "up0", OUTSIDE, "p0");
            net.veth(OUTSIDE, "p1", ONE, "eth0");
            net.veth(OUTSIDE, "p2", TWO, "eth0");
            bridge();
            for (String gateway : new String[] {ONE, TWO}) {
                net.sendFinished(gateway, "eth0");
                net.exec(gateway, "sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=1").orFail();
                net.address(
                        gateway, "eth0", gateway.equals(ONE) ? "10.0.0.251/24" : "10.0.0.252/24");
                net.address(gateway, "eth0", gateway.equals(ONE) ? "fd00::fb/64" : "fd00::fc/64");
                net.ip(gateway, "link", "set", "dev", "lo", "up");
                net.address(gateway, "lo", "10.93.0.5/32");
                net.address(gateway, "lo", "fd93::5/128");
            }
            for (String address :
                    new String[] {
                        "10.90.0.5/32",
                        "fd90::5/128",
                        "10.91.0.5/32",
                        "10.92.0.5/32",
                        "169.254.0.1/32",
                        "10.94.0.5/32"
                    }) {
                net.address(ONE, "eth0", address);
            }
            net.address(ONE, "lo", "10.95.0.5/32");
            net.ip(TWO, "link", "set", "dev", "eth0", "down");
            daemon = Daemon.start(net, SWITCH, yaml());
            net.ip(BLUE, "route", "replace", "default", "dev", "eth0");
            net.ip(BLUE, "-6", "route", "replace", "default", "dev", "eth0");
            for (String label : new String[] {SWITCH, ONE, BLUE}) {
                Eventually.holds(
                        "duplicate address detection is over in " + label,
                        () -> net.ip(label, "-6", "address", "show", "tentative").isBlank());
            }
        } catch (RuntimeException | AssertionError e) {
            stop();
            throw e;
        }
    }

    private static void bridge() {
        net.ip(OUTSIDE, "link", "add", "br0", "type", "bridge", "forward_delay", "0");
        for (String port : new String[] {"p0", "p1", "p2"}) {
            net.ip(OUTSIDE, "link", "set", "dev", port, "master", "br0");
        }
        net.ip(OUTSIDE, "link", "set", "dev", "br0", "up");
    }

    private static String yaml() {
        return """
               eal: { hugepages: "off" }
               uplinks:
                 - name: wan0
                   device: "af_packet:up0"
                   mode: l3
                   host: { interface: ipvane0, addresses: ["10.0.0.1/24", "10.0.0.77/24", "fd00::1/64"] }
                   routes:
                     - { to: 10.90.0.0/24 }
                     - { to: "fd90::/64" }
                     - { to: 10.92.0.0/24, mtu: 1300 }
               ports:
                 - { name: blue, uplink: wan0, netns: %s, interface: eth0, addresses: ["10.0.0.11/24", "fd00::11/64"] }
               """
                .formatted(net.name(BLUE));
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

    private static boolean reaches(String address) {
        return net.exec(BLUE, "ping", "-n", "-c", "1", "-W", "2", address).ok();
    }

    private static void route(String words) {
        daemon.cli(("route " + words).split(" ")).orFail();
    }

    @Test
    @Order(1)
    void shouldReachWhatIsOnTheLink() {
        Eventually.holds("IPv4 on the link", () -> reaches("10.90.0.5"));
        Eventually.holds("IPv6 on the link", () -> reaches("fd90::5"));
    }

    @Test
    @Order(1)
    void shouldTellTheMtuOfARoute() {
        final Result result =
                net.exec(
                        BLUE,
                        "ping",
                        "-n",
                        "-c",
                        "2",
                        "-W",
                        "2",
                        "-M",
                        "do",
                        "-s",
                        "1400",
                        "10.92.0.5");
        assertTrue(result.output().contains("mtu = 1300"), result::toString);
    }

    @Test
    @Order(1)
    void shouldFollowTheLowestMetricAndThenTheNext() {
        route("add unreachable 10.94.0.0/24 dev wan0 metric 5");
        route("add 10.94.0.0/24 dev wan0 metric 9");
        assertFalse(reaches("10.94.0.5"));
        route("del 10.94.0.0/24 dev wan0");
        Eventually.holds("the other one", () -> reaches("10.94.0.5"));
        route("del 10.94.0.0/24 dev wan0 metric 9");
        assertFalse(reaches("10.94.0.5"));
    }

    @Test
    @Order(1)
    void shouldReachAGatewayThatARouteHasOnTheLink() {
        route("add 169.254.0.1/32 dev wan0");
        route("add 10.95.0.0/24 via 169.254.0.1 dev wan0");
        Eventually.holds("behind it", () -> reaches("10.95.0.5"));
    }

    @Test
    @Order(1)
    void shouldAskFromTheSourceOfARoute() {
        final Result refused =
                daemon.cli("route", "add", "10.91.0.0/24", "dev", "wan0", "src", "10.0.0.78");
        assertTrue(
                refused.output().contains("src 10.0.0.78 is no address of the host port ipvane0"),
                refused::toString);
        route("add 10.91.0.0/24 dev wan0 src 10.0.0.77");
        Eventually.holds("it", () -> reaches("10.91.0.5"));
        assertTrue(net.ip(ONE, "neigh", "show", "10.0.0.77").contains("lladdr"));
    }

    /** One gateway is not there yet: the other carries all flows, and afterwards its own. */
    @Test
    @Order(2)
    void shouldShareFlowsAmongThoseWhoAnswer() {
        route(
                "add 10.93.0.0/24 nexthop via 10.0.0.251 dev wan0 weight 1"
                        + " nexthop via 10.0.0.252 dev wan0 weight 1");
        route("add fd93::/64 nexthop via fd00::fb dev wan0 nexthop via fd00::fc dev wan0");
        Eventually.holds("all flows by one", () -> pings("10.93.0.5") == FLOWS);
        Eventually.holds("all flows of IPv6 by one", () -> pings("fd93::5") == FLOWS);
        assertEquals(0, echoes(TWO));

        net.ip(TWO, "link", "set", "dev", "eth0", "up");
        net.ip(TWO, "address", "replace", "fd00::fc/64", "dev", "eth0", "nodad");
        Eventually.holds("both", () -> pings("10.93.0.5") == FLOWS && echoes(TWO) > 0);
        final long one = echoes(ONE);
        final long two = echoes(TWO);
        assertEquals(FLOWS, pings("10.93.0.5"));
        assertEquals(FLOWS, echoes(ONE) - one + echoes(TWO) - two);
        assertTrue(echoes(ONE) - one >= FLOWS / 5, "by one");
        assertTrue(echoes(TWO) - two >= FLOWS / 5, "by two");
    }

    @Test
    @Order(3)
    void shouldKeepAFlowOnItsWay() {
        for (int flow = 1; flow < 5; flow++) {
            final long one = echoes(ONE);
            net.exec(
                            BLUE,
                            "ping",
                            "-n",
                            "-c",
                            "6",
                            "-i",
                            "0.05",
                            "-W",
                            "2",
                            "-e",
                            Integer.toString(flow),
                            "10.93.0.5")
                    .orFail();
            final long by = echoes(ONE) - one;
            assertTrue(by == 0 || by == 6, by + " of 6 went by one");
        }
    }

    /** Flows by the number of their identifier, at once; how many were answered. */
    private static int pings(String address) {
        final String script =
                "for i in $(seq %d); do ping -n -c 1 -W 2 -e $i %s >/dev/null && echo answered & done; wait"
                        .formatted(FLOWS, address);
        return (int)
                net.exec(BLUE, "sh", "-c", script)
                        .output()
                        .lines()
                        .filter("answered"::equals)
                        .count();
    }

    /** Questions of IPv4 that came in. */
    private static long echoes(String label) {
        return Long.parseLong(
                net.exec(label, "sh", "-c", "nstat -asz IcmpInEchos | awk '/Icmp/ { print $2 }'")
                        .orFail()
                        .output()
                        .strip());
    }
}
