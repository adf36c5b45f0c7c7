// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.GREEN;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A change that is refused leaves everything as it was: by REST, by ip, by ping. */
@Tag("e2e")
final class RefusedChangeE2eTest {
    private static final int CHANGES = 25;

    private static SwitchNetwork network;

    @BeforeAll
    static void start() {
        network = SwitchNetwork.start(new Setup(Setup.Plan.SHARED, Setup.Uplink.AF_PACKET), "l2");
        // What only the namespace knows, and is lost with the interface.
        network.net().ip(BLUE, "route", "add", "10.9.0.0/16", "via", "10.0.0.254");
        network.net().ip(BLUE, "address", "add", "10.0.0.91/24", "dev", "eth0");
    }

    @AfterAll
    static void stop() {
        if (network != null) {
            network.close();
        }
    }

    private static String now() {
        return network.daemon().get("/v1/config").body()
                + network.daemon()
                        .get("/v1/ports")
                        .body()
                        .replaceAll("\"(generation|since)\":[^,}]*", "")
                + network.net()
                        .ip(BLUE, "address", "show", "dev", "eth0")
                        .replaceAll("valid_lft.*", "")
                + network.net().ip(BLUE, "route", "show")
                + network.net()
                        .ip(GREEN, "address", "show", "dev", "eth0")
                        .replaceAll("valid_lft.*", "");
    }

    private static void assertRefused(String method, String path, String body) {
        final String before = now();
        final var reply = network.daemon().send(method, path, body, "If-Match: *");
        assertTrue(reply.status() >= 400 && reply.status() < 500, reply.status() + reply.body());
        assertEquals(before, now(), () -> path + " " + body + ": " + reply.body());
    }

    private static void assertDone(String method, String path, String body) {
        final var reply = network.daemon().send(method, path, body, "If-Match: *");
        assertTrue(reply.status() < 300, () -> path + " " + body + ": " + reply.body());
    }

    private static void assertForwards() {
        network.ping(OUTSIDE, "10.0.0.11").orFail();
        network.ping(GREEN, "10.0.0.91").orFail();
        network.ping(BLUE, "10.0.0.12").orFail();
    }

    /** Returns when the switch has noticed, so that nothing moves under a comparison. */
    private static void disableIpv6(String value) {
        network.net()
                .exec(
                        BLUE,
                        "sh",
                        "-c",
                        "echo " + value + " > /proc/sys/net/ipv6/conf/eth0/disable_ipv6")
                .orFail();
        final boolean there = value.equals("0");
        Eventually.holds(
                "IPv6 at blue: " + there,
                () -> isAtBlue("fd00::11/64", there) && isAtBlue("fe80::", there));
    }

    private static boolean isAtBlue(String address, boolean there) {
        return network.net().ip(BLUE, "address", "show", "dev", "eth0").contains(address) == there
                && network.daemon().get("/v1/ports/blue/addresses").body().contains(address)
                        == there;
    }

    @Test
    void shouldKeepInterfaceAndRoutesWhenTheNewNamespaceIsMissing() {
        assertRefused("PATCH", "/v1/ports/blue", "{\"netns\":\"nowhere\"}");
        assertForwards();
    }

    @Test
    void shouldKeepAllAddressesWhenOneCannotBeHad() {
        assertRefused("PATCH", "/v1/ports/blue", "{\"addresses\":[\"::ffff:10.0.0.11/120\"]}");
        disableIpv6("1");
        try {
            assertRefused(
                    "PATCH",
                    "/v1/ports/blue",
                    "{\"addresses\":[\"10.0.0.92/24\",\"fd00::92/64\"]}");
            assertForwards();
        } finally {
            disableIpv6("0");
        }
    }

    /** The name is taken in the namespace where the port would go. */
    @Test
    void shouldNotTakeAPortAwayForOneThatCannotBeMade() {
        assertRefused(
                "PATCH",
                "/v1/ports/blue",
                "{\"netns\":\"%s\",\"interface\":\"eth0\"}".formatted(network.net().name(OUTSIDE)));
        assertForwards();
    }

    /** One good part, one bad one: neither is done. Then the good one alone is. */
    @Test
    void shouldDoAllOfAChangeOrNothing() {
        final SplittableRandom random = new SplittableRandom(16);
        final List<String> bad =
                List.of(
                        "{\"name\":\"x\",\"uplink\":\"wan0\",\"netns\":\"nowhere\"}",
                        "{\"name\":\"x\",\"uplink\":\"wan0\",\"netns\":\"%s\",\"interface\":\"eth0\"}"
                                .formatted(network.net().name(OUTSIDE)),
                        "{\"name\":\"x\",\"uplink\":\"wan0\",\"mtu\":9000}",
                        "{\"name\":\"x\",\"uplink\":\"wan0\",\"type\":\"vhost-user\",\"socket\":\"/proc/none/x.sock\"}",
                        "{\"name\":\"x\",\"uplink\":\"wan0\",\"addresses\":[\"10.0.0.91/24\"]}");
        for (int i = 0; i < CHANGES; i++) {
            final String config = network.daemon().get("/v1/config").body();
            final List<String> edits = new ArrayList<>();
            String good = config;
            if (random.nextBoolean()) {
                good =
                        good.replaceFirst(
                                "(\"mode\"\\s*:\\s*)\"l[23]\"",
                                "$1\"l" + (2 + random.nextInt(2)) + "\"");
                edits.add("mode");
            }
            if (random.nextBoolean()) {
                good =
                        good.replaceFirst(
                                "\"10\\.0\\.0\\.12/24\"",
                                "\"10.0.0.12/24\",\"10.0.0.%d/32\"".formatted(100 + i));
                edits.add("address");
            }
            if (random.nextBoolean()) {
                good =
                        withPort(
                                good,
                                "{\"name\":\"y%d\",\"uplink\":\"wan0\",\"netns\":\"%s\"}"
                                        .formatted(i, network.net().name(GREEN)));
                edits.add("port");
            }
            assertRefused("PUT", "/v1/config", withPort(good, bad.get(random.nextInt(bad.size()))));
            assertFalse(network.net().hasDevice(GREEN, "y" + i), edits::toString);
            assertDone("PUT", "/v1/config", good);
            assertEquals(
                    edits.contains("port"),
                    network.net().hasDevice(GREEN, "y" + i),
                    edits::toString);
        }
        assertForwards();
    }

    private static String withPort(String config, String port) {
        return config.replaceFirst("(\"ports\"\\s*:\\s*\\[)", "$1" + port + ",");
    }
}
