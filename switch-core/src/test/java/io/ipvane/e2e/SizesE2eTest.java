// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Daemon;
import io.ipvane.testing.Netns;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Frames of every length over every kind of uplink, in one switch: the MTU goes up and down while
 * it runs, by request and by whoever owns the interface, and at a start.
 *
 * <pre>
 *   p 10.1.0.11 --- packet (af_packet:up0) -------+--- op 10.1.0.254
 *   v 10.4.0.11 --- v10    (af_packet:up0, VLAN) -+--- ov 10.4.0.254
 *   x 10.2.0.11 --- xdp    (af_xdp:up1) -------------- ox 10.2.0.254
 *   t 10.3.0.11 --- tap    (tap:up2) ----------------- ot 10.3.0.254
 * </pre>
 */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SizesE2eTest {
    private static final String SWITCH = "switch";

    /** An uplink, its port's namespace, the one outside, and the third byte of the addresses. */
    private record Way(String uplink, String port, String outside, int net) {
        String inside() {
            return "10." + net + ".0.11";
        }

        String beyond() {
            return "10." + net + ".0.254";
        }
    }

    private static final Way PACKET = new Way("packet", "p", "op", 1);
    private static final Way XDP = new Way("xdp", "x", "ox", 2);
    private static final Way TAP = new Way("tap", "t", "ot", 3);
    private static final Way VLAN = new Way("v10", "v", "ov", 4);
    private static final List<Way> WAYS = List.of(PACKET, XDP, TAP, VLAN);

    /** Bytes of IPv4 and ICMP headers before the payload of an echo request. */
    private static final int HEADERS = 28;

    private static Netns net;
    private static Daemon daemon;

    @BeforeAll
    static void start() {
        net = Netns.of(SWITCH, "p", "x", "t", "v", "op", "ox", "ot", "ov");
        try {
            net.veth(SWITCH, "up0", "op", "eth0");
            net.veth(SWITCH, "up1", "ox", "eth0");
            net.veth("ov", "eth0", "op", "v10");
            VlanBridge.start(net, "op", "10");
            daemon = Daemon.start(net, SWITCH, yaml(""));
            for (Way way : List.of(PACKET, XDP, VLAN)) {
                net.address(way.outside, "eth0", way.beyond() + "/24");
            }
            carryTap();
        } catch (RuntimeException | AssertionError e) {
            stop();
            throw e;
        }
    }

    /** A TAP uplink is a cable whose far end the switch has made: it is carried outside. */
    private static void carryTap() {
        net.ip(SWITCH, "link", "set", "dev", "up2", "netns", net.name("ot"), "name", "eth0");
        net.ip("ot", "link", "set", "dev", "eth0", "up");
        net.address("ot", "eth0", TAP.beyond() + "/24");
    }

    private static String yaml(String more) {
        final StringBuilder text =
                new StringBuilder(
                        """
                        eal: { hugepages: "off" }
                        uplinks:
                          - { name: packet, device: "af_packet:up0", host: { interface: h1, addresses: [10.1.0.1/24] }%1$s }
                          - { name: v10, device: "af_packet:up0", vlan: 10, host: { interface: h4, addresses: [10.4.0.1/24] }%1$s }
                          - { name: xdp, device: "af_xdp:up1", host: { interface: h2, addresses: [10.2.0.1/24] }%1$s }
                          - { name: tap, device: "tap:up2", host: { interface: h3, addresses: [10.3.0.1/24] }%1$s }
                        ports:
                        """
                                .formatted(more));
        for (Way way : WAYS) {
            text.append(
                    "  - { name: %s, uplink: %s, netns: %s, interface: eth0, addresses: [%s/24] }\n"
                            .formatted(way.port, way.uplink, net.name(way.port), way.inside()));
        }
        return text.toString();
    }

    @AfterAll
    static void stop() {
        try {
            if (daemon != null) {
                daemon.stop();
                assertTrue(daemon.log().contains("event=pool_balanced"), daemon.log());
                daemon.close();
            }
        } finally {
            net.close();
        }
    }

    private static Result ping(String from, String address, int bytes, String fragments) {
        return net.exec(
                from,
                "ping",
                "-n",
                "-c",
                "3",
                "-i",
                "0.02",
                "-W",
                "4",
                "-M",
                fragments,
                "-s",
                Integer.toString(bytes - HEADERS),
                address);
    }

    private static void mtu(String label, String device, int mtu) {
        net.ip(label, "link", "set", "dev", device, "mtu", Integer.toString(mtu));
    }

    private static void awaitMtu(String label, String device, int mtu) {
        Eventually.holds(
                "MTU " + mtu + " of " + device + " in " + label,
                () -> net.ip(label, "link", "show", "dev", device).contains(" mtu " + mtu + " "));
    }

    private static void patch(int status, Way way, String body, String says) {
        final var reply = daemon.send("PATCH", "/v1/uplinks/" + way.uplink, body);
        assertEquals(status, reply.status(), reply.body());
        assertTrue(reply.body().contains(says), reply.body());
    }

    /** Full packets, and those about the borders of pages and segments, both ways. */
    private static void walk(Way way, int most) {
        Eventually.holds(
                way + " carries " + most, () -> ping(way.port, way.beyond(), most, "do").ok());
        final int[] lengths =
                IntStream.of(1500, 2048, 3840, 4096, 8192, 9000, 16_384, 32_768)
                        .flatMap(near -> IntStream.of(near - 14, near, near + 1))
                        .filter(length -> length <= most)
                        .toArray();
        for (int length : lengths) {
            ping(way.outside, way.inside(), length, "do").orFail();
        }
        ping(way.outside, way.inside(), most, "do").orFail();
        assertFalse(ping(way.port, way.beyond(), most + 1, "do").ok());
    }

    @Test
    @Order(1)
    void shouldSayWhatMemoryItTakesAndWhy() {
        assertTrue(
                daemon.log()
                        .contains("event=frame_pools megabytes=106 frames=32768 frame_bytes=2048"),
                daemon.log());
        assertTrue(daemon.log().contains("event=xdp_memory uplink=xdp megabytes=24"), daemon.log());
    }

    @Test
    @Order(2)
    void shouldCarryADatagramOfManyFragmentsInEveryModeOverEveryUplink() {
        for (String mode : List.of("l3", "l2")) {
            for (Way way : WAYS) {
                patch(200, way, "{\"mode\":\"" + mode + "\"}", mode);
                Eventually.holds(
                        way + " in mode " + mode,
                        () -> ping(way.outside, way.inside(), 60_028, "dont").ok());
                ping(way.port, way.beyond(), 60_028, "dont").orFail();
            }
        }
    }

    @Test
    @Order(3)
    void shouldFollowTheInterfaceUpBeyondWhatItWasOpenedForAndDown() {
        walk(XDP, 1500);
        mtu(SWITCH, "up1", 5000);
        awaitMtu("x", "eth0", 5000);
        awaitMtu(SWITCH, "h2", 5000);
        mtu("ox", "eth0", 5000);
        walk(XDP, 5000);
        mtu(SWITCH, "up0", 7000);
        awaitMtu("p", "eth0", 7000);
        awaitMtu("v", "eth0", 7000);
        mtu("op", "eth0", 7000);
        walk(PACKET, 7000);
        for (String device : List.of("up0", "up1")) {
            mtu(SWITCH, device, 1400);
        }
        for (String label : List.of("p", "v", "x")) {
            awaitMtu(label, "eth0", 1400);
        }
    }

    @Test
    @Order(4)
    void shouldCarryJumboFramesFromARequestOn() {
        for (Way way : WAYS) {
            patch(200, way, "{\"mtu\":9000}", "9000");
            awaitMtu(way.port, "eth0", 9000);
        }
        for (String label : List.of("op", "ox", "ov")) {
            mtu(label, "eth0", 9000);
        }
        mtu("op", "v10", 9000);
        WAYS.forEach(way -> walk(way, 9000));
    }

    @Test
    @Order(5)
    void shouldCarryTheLongestPacketsThatAPortTakes() {
        for (Way way : List.of(PACKET, XDP)) {
            patch(200, way, "{\"mtu\":65535}", "65535");
            awaitMtu(way.port, "eth0", 65_521);
            mtu(way.outside, "eth0", 65_535);
            walk(way, 65_521);
        }
        patch(422, TAP, "{\"mtu\":65535}", "mtu=65535 is more than a TAP takes; lower it");
        patch(200, TAP, "{\"mtu\":65521}", "65521");
        walk(TAP, 65_521);
    }

    @Test
    @Order(6)
    void shouldGoBackWithoutLosingAnything() {
        for (Way way : WAYS) {
            patch(200, way, "{\"mtu\":1500}", "1500");
            awaitMtu(way.port, "eth0", 1500);
        }
        // The device of both has the larger one.
        for (String label : List.of("op", "ox")) {
            mtu(label, "eth0", 1500);
        }
        Stream.of(PACKET, XDP, TAP).forEach(way -> walk(way, 1500));
    }

    @Test
    @Order(7)
    void shouldStartWithAnMtuThatItsInterfacesDoNotHave() {
        daemon.stop();
        awaitMtu(SWITCH, "up1", 1500);
        net.ip(SWITCH, "link", "set", "dev", "up0", "mtu", "1500");
        daemon.restart(yaml(", mtu: 9216"));
        carryTap();
        for (String label : List.of("op", "ox", "ov")) {
            mtu(label, "eth0", 9216);
        }
        mtu("op", "v10", 9216);
        WAYS.forEach(way -> walk(way, 9216));
        assertTrue(daemon.log().contains("frames=40960 frame_bytes=2048"), daemon.log());
    }
}
