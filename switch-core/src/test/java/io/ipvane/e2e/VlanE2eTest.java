// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Daemon;
import io.ipvane.testing.Netns;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three uplinks over one device, and behind its far end a stack for each VLAN, in a namespace of
 * its own. All three networks are 10.0.0.0/24, and all three ports are 10.0.0.11.
 *
 * <pre>
 *   p0  --+                            +-- untagged  out0   10.0.0.254, 10.0.0.200
 *   p10 --+ switch -- up0 == eth0 -----+-- VLAN 10   out10  10.0.0.254, 10.0.0.210
 *   p20 --+ (l3)                       +-- VLAN 20   out20  10.0.0.254, 10.0.0.220
 * </pre>
 */
@Tag("e2e")
@ParameterizedClass(name = "{0}")
@MethodSource("setups")
record VlanE2eTest(Setup setup) {
    private static final String SWITCH = "switch";
    private static final List<String> VLANS = List.of("0", "10", "20");

    private static Netns net;
    private static Daemon daemon;

    static List<Setup> setups() {
        return List.of(
                new Setup(Setup.Plan.SHARED, Setup.Uplink.AF_PACKET),
                new Setup(Setup.Plan.RUN_TO_COMPLETION, Setup.Uplink.AF_PACKET),
                new Setup(Setup.Plan.PIPELINE, Setup.Uplink.TAP));
    }

    @BeforeParameterizedClassInvocation
    static void start(Setup setup) {
        net = Netns.of(SWITCH, "host20", "out0", "out10", "out20", "p0", "p10", "p20");
        try {
            if (setup.uplink() != Setup.Uplink.TAP) {
                net.veth(SWITCH, "up0", "out0", "eth0");
            }
            daemon = Daemon.start(net, SWITCH, yaml(setup));
            if (setup.uplink() == Setup.Uplink.TAP) {
                net.ip(
                        SWITCH,
                        "link",
                        "set",
                        "dev",
                        "up0",
                        "netns",
                        net.name("out0"),
                        "name",
                        "eth0");
                net.ip("out0", "link", "set", "dev", "eth0", "up");
            }
            farEnds();
            for (String port : List.of("p0", "p10", "p20")) {
                // Nor can it finish one that a port leaves to the other end.
                net.sendFinished(port, "eth0");
                Eventually.holds(
                        port + " has carrier",
                        () -> !net.ip(port, "link", "show", "dev", "eth0").contains("NO-CARRIER"));
            }
        } catch (RuntimeException | AssertionError e) {
            stop();
            throw e;
        }
    }

    private static String yaml(Setup setup) {
        return """
               eal: { hugepages: "off" }
               %1$suplinks:
                 - { name: v10, device: "%2$s", vlan: 10, host: { interface: ipvane10, addresses: ["10.0.0.1/24"] } }
                 - { name: wan0, device: "%2$s" }
                 - { name: v20, device: "%2$s", vlan: 20, mode: l3, host: { interface: ipvane20, netns: %3$s, addresses: ["10.0.0.1/24"] } }
               ports:
                 - { name: p0, uplink: wan0, netns: %4$s, interface: eth0, addresses: ["10.0.0.11/24"] }
                 - { name: p10, uplink: v10, netns: %5$s, interface: eth0, addresses: ["10.0.0.11/24"] }
                 - { name: p20, uplink: v20, netns: %6$s, interface: eth0, addresses: ["10.0.0.11/24"] }
               """
                .formatted(
                        setup.threads(),
                        setup.uplink().device,
                        net.name("host20"),
                        net.name("p0"),
                        net.name("p10"),
                        net.name("p20"));
    }

    private static void farEnds() {
        for (String vlan : List.of("10", "20")) {
            net.veth("out" + vlan, "eth0", "out0", "v" + vlan);
            // The bridge cannot say that a checksum is unfinished, or split.
            net.sendFinished("out" + vlan, "eth0");
        }
        VlanBridge.start(net, "out0", "10", "20");
        for (String vlan : VLANS) {
            final String label = "out" + vlan;
            net.address(label, "eth0", "10.0.0.254/24");
            net.address(label, "eth0", "10.0.0.2" + (vlan.equals("0") ? "00" : vlan) + "/24");
            net.background(label, "iperf3", "-s");
        }
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            if (daemon != null) {
                daemon.stop();
                daemon.close();
            }
        } finally {
            daemon = null;
            net.close();
        }
    }

    private static Result ping(String from, String address) {
        return net.exec(from, "ping", "-n", "-c", "3", "-i", "0.05", "-W", "2", address);
    }

    @ParameterizedTest(name = "from {0} to {1}")
    @CsvSource({
        "p0, 10.0.0.254", "p10, 10.0.0.254", "p20, 10.0.0.254",
        "out0, 10.0.0.11", "out10, 10.0.0.11", "out20, 10.0.0.11",
        "p0, 10.0.0.200", "p10, 10.0.0.210", "p20, 10.0.0.220",
        "out10, 10.0.0.1", "switch, 10.0.0.11"
    })
    void shouldCarryPingWithinAVlan(String from, String address) {
        ping(from, address).orFail();
    }

    @ParameterizedTest(name = "from {0} to {1}")
    @CsvSource({
        "p0, 10.0.0.210", "p0, 10.0.0.220", "p10, 10.0.0.200",
        "p10, 10.0.0.220", "p20, 10.0.0.200", "p20, 10.0.0.210"
    })
    void shouldCarryNothingToAnotherVlan(String from, String address) {
        assertFalse(
                net.exec(from, "ping", "-n", "-c", "2", "-i", "0.2", "-W", "0.5", address).ok());
    }

    @ParameterizedTest
    @CsvSource({"p0", "p10", "p20"})
    void shouldCarryTcpBothWays(String from) {
        net.exec(
                        from,
                        "iperf3",
                        "-t",
                        "1",
                        "--bidir",
                        "--connect-timeout",
                        "3000",
                        "-c",
                        "10.0.0.254")
                .orFail();
    }

    /** A full packet makes a frame of 1,518 bytes with its tag. */
    @ParameterizedTest
    @CsvSource({"p0", "p10", "p20"})
    void shouldCarryAFullMtu(String from) {
        net.exec(
                        from,
                        "ping",
                        "-n",
                        "-c",
                        "2",
                        "-i",
                        "0.05",
                        "-M",
                        "do",
                        "-s",
                        "1472",
                        "10.0.0.254")
                .orFail();
    }

    @Test
    void shouldCountATagThatNobodyHas() {
        VlanBridge.sendTagged(net, "out0", 30);
        final String drops = daemon.cli("drops").orFail().output();
        assertTrue(
                drops.lines().anyMatch(l -> l.startsWith("wan0") && l.contains("vlan_unknown")),
                drops);
    }

    /** The first uplink of the device is the one whose rx queues are polled for all. */
    @Test
    void shouldServeTheOthersWhenTheFirstUplinkGoes() {
        final String whole = daemon.get("/v1/config").body();
        change("DELETE", "/v1/ports/p10", "", 204);
        change("DELETE", "/v1/uplinks/v10", "", 204);
        ping("p0", "10.0.0.254").orFail();
        ping("out20", "10.0.0.11").orFail();
        change("PUT", "/v1/config", whole, 200);
        Eventually.holds("p10 is back", () -> ping("p10", "10.0.0.254").ok());
        ping("p0", "10.0.0.254").orFail();
        net.sendFinished("p10", "eth0");
    }

    private static void change(String method, String path, String body, int status) {
        final var reply = daemon.send(method, path, body, "If-Match: *");
        assertEquals(status, reply.status(), reply.body());
    }

    @Test
    void shouldShowTheVlanOfAnUplink() {
        final String shown = daemon.cli("-j", "uplink", "show", "v10").orFail().output();
        assertTrue(shown.contains("\"vlan\":10"), shown);
    }
}
