// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Daemon;
import io.ipvane.testing.Netns;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A fabric of two switches and one host of kernel parts, over one underlay: two networks with the
 * same addresses, one in l2 on all three hosts, one in l3 on the switches.
 *
 * <pre>
 *   red1, blue1 -- one 192.0.2.1 --+
 *   red2, blue2 -- two 192.0.2.2 --+-- bridge
 *   red3 --------- far 192.0.2.3 --+
 * </pre>
 */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TunnelE2eTest {
    private static final List<String> HOSTS = List.of("one", "two", "far");

    private static Netns net;
    private static Daemon one;
    private static Daemon two;

    @BeforeAll
    static void start() {
        net = Netns.of("lan", "one", "two", "far", "red1", "red2", "red3", "blue1", "blue2");
        try {
            net.ip("lan", "link", "add", "br0", "type", "bridge", "forward_delay", "0");
            net.ip("lan", "link", "set", "dev", "br0", "up");
            for (String host : HOSTS) {
                net.veth("lan", host, host, "up0");
                net.ip("lan", "link", "set", "dev", host, "master", "br0");
            }
            kernelHost();
            one = Daemon.start(net, "one", yaml(1, 2, ""));
            two = Daemon.start(net, "two", yaml(2, 1, ""));
            net.ip("blue1", "route", "replace", "default", "dev", "eth0");
            net.ip("blue2", "route", "replace", "default", "dev", "eth0");
        } catch (RuntimeException | AssertionError e) {
            stop();
            throw e;
        }
    }

    /** Bridge and VXLAN device; the bridge learns MAC addresses. */
    private static void kernelHost() {
        net.address("far", "up0", "192.0.2.3/24");
        net.ip(
                "far",
                "link",
                "add",
                "vx42",
                "type",
                "vxlan",
                "id",
                "42",
                "local",
                "192.0.2.3",
                "dstport",
                "4789");
        for (String peer : List.of("192.0.2.1", "192.0.2.2")) {
            net.exec(
                            "far",
                            "bridge",
                            "fdb",
                            "append",
                            "00:00:00:00:00:00",
                            "dev",
                            "vx42",
                            "dst",
                            peer)
                    .orFail();
        }
        net.ip("far", "link", "add", "br42", "type", "bridge", "forward_delay", "0");
        net.ip("far", "link", "set", "dev", "vx42", "master", "br42", "up");
        net.ip("far", "link", "set", "dev", "br42", "up");
        net.veth("far", "t3", "red3", "eth0");
        net.ip("far", "link", "set", "dev", "t3", "master", "br42");
        net.ip("red3", "link", "set", "dev", "eth0", "mtu", "1450", "address", "02:00:00:00:00:33");
        net.address("red3", "eth0", "10.8.0.3/24");
    }

    /**
     * @param own last byte of the host's addresses
     * @param other that of the other switch
     * @param more remotes
     */
    private static String yaml(int own, int other, String more) {
        return """
                eal: { hugepages: "off" }
                uplinks:
                  - name: wan0
                    device: "af_packet:up0"
                    host: { interface: ipvane0, addresses: ["192.0.2.OWN/24"] }
                tunnels: [ { name: vx0, uplink: wan0 } ]
                vnis:
                  - { vni: 42, mac: "02:00:00:00:42:0OWN" }
                  - { vni: 43, mode: l3, host: { interface: tenant, addresses: ["10.8.0.25OWN/24"] } }
                remotes:
                  - { vni: 42, vtep: 192.0.2.OTHER }
                  - { vni: 42, vtep: 192.0.2.3 }
                  - { vni: 42, address: 10.8.0.OTHER, vtep: 192.0.2.OTHER, mac: "02:00:00:00:42:0OTHER" }
                  - { vni: 42, address: 10.8.0.3, vtep: 192.0.2.3, mac: "02:00:00:00:00:33" }
                  - { vni: 43, vtep: 192.0.2.OTHER }
                  - { vni: 43, address: 10.8.0.OTHER, vtep: 192.0.2.OTHER }
                MORE
                ports:
                  - { name: red, vni: 42, netns: RED, interface: eth0, addresses: ["10.8.0.OWN/24"] }
                  - { name: blue, vni: 43, netns: BLUE, interface: eth0, addresses: ["10.8.0.OWN/24"] }
                """
                .replace("OWN", "" + own)
                .replace("OTHER", "" + other)
                .replace("RED", net.name("red" + own))
                .replace("BLUE", net.name("blue" + own))
                .replace("MORE\n", more);
    }

    @AfterAll
    static void stop() {
        try {
            for (Daemon each : new Daemon[] {one, two}) {
                if (each != null) {
                    each.stop();
                    each.close();
                }
            }
        } finally {
            net.close();
        }
    }

    private static boolean reaches(String from, String to, String... more) {
        final List<String> words =
                new ArrayList<>(List.of("ping", "-n", "-c", "1", "-W", "2", "-I", "eth0"));
        words.addAll(List.of(more));
        words.add(to);
        return net.exec(from, words.toArray(String[]::new)).ok();
    }

    @Test
    @Order(1)
    void shouldCarryANetworkBetweenAllHosts() {
        for (int from = 1; from <= 3; from++) {
            for (int to = 1; to <= 3; to++) {
                if (from != to) {
                    final String source = "red" + from;
                    final String target = "10.8.0." + to;
                    Eventually.holds(source + " reaches " + target, () -> reaches(source, target));
                }
            }
        }
    }

    @Test
    @Order(2)
    void shouldRouteBetweenHostsThatShareAMacAddress() {
        Eventually.holds("blue1 reaches blue2", () -> reaches("blue1", "10.8.0.2"));
        Eventually.holds("blue2 reaches blue1", () -> reaches("blue2", "10.8.0.1"));
    }

    @Test
    @Order(3)
    void shouldTakeExactlyWhatTheUnderlayLeaves() {
        assertTrue(net.ip("red1", "link", "show", "eth0").contains("mtu 1450"));
        assertTrue(reaches("red1", "10.8.0.2", "-M", "do", "-s", "1422"));
        assertFalse(reaches("red1", "10.8.0.2", "-M", "do", "-s", "1423"));
        assertTrue(reaches("red1", "10.8.0.2", "-s", "20000"), "fragments of the sender's own");
    }

    @Test
    @Order(4)
    void shouldKeepNetworksApart() {
        net.ip("red2", "link", "set", "dev", "eth0", "down");
        try {
            assertFalse(reaches("red1", "10.8.0.2"), "only blue2 has the address now");
            assertTrue(reaches("blue1", "10.8.0.2"));
        } finally {
            net.ip("red2", "link", "set", "dev", "eth0", "up");
        }
        Eventually.holds("red2 is back", () -> reaches("red1", "10.8.0.2"));
    }

    @Test
    @Order(5)
    void shouldAnswerForARemoteThatNobodyAsks() {
        one.configure(
                yaml(
                        1,
                        2,
                        "  - { vni: 42, address: 10.8.0.77, vtep: 192.0.2.3, mac: \"02:00:00:00:00:77\" }\n"));
        one.signal("HUP");
        Eventually.holds(
                "ARP for the remote is answered here",
                () -> {
                    reaches("red1", "10.8.0.77");
                    return net.ip("red1", "neigh", "show", "10.8.0.77")
                            .contains("02:00:00:00:00:77");
                });
        one.configure(yaml(1, 2, ""));
        one.signal("HUP");
        Eventually.holds("the others are reached", () -> reaches("red1", "10.8.0.2"));
    }
}
