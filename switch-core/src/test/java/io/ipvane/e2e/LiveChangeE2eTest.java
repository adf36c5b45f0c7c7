// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.GREEN;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.testing.Command.Result;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Changes over REST while frames are on their way. */
@Tag("e2e")
final class LiveChangeE2eTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROUNDS = 12;

    private SwitchNetwork network;

    private static Setup setup(Setup.Plan plan) {
        return new Setup(plan, Setup.Uplink.AF_PACKET);
    }

    private void send(int status, String method, String path, String body) {
        final var reply = network.daemon().send(method, path, body);
        assertEquals(status, reply.status(), () -> method + " " + path + ": " + reply.body());
    }

    private String port(String more) {
        return "{\"uplink\":\"wan0\",\"netns\":\"%s\",\"interface\":\"eth9\"%s}"
                .formatted(network.net().name(OUTSIDE), more);
    }

    @ParameterizedTest
    @EnumSource(Setup.Plan.class)
    void shouldLoseNoFrameThatAChangeDoesNotConcern(Setup.Plan plan)
            throws JsonProcessingException {
        try (SwitchNetwork started = SwitchNetwork.start(setup(plan), "l2")) {
            network = started;
            network.iperf(BLUE, "10.0.0.12", "-u", "-b", "2M", "-l", "100").orFail();
            changeAPort();
            final long before = network.daemon().descriptors();
            final String drops = drops();
            final long kernelDrops = network.kernelDrops();
            final CompletableFuture<Result> load =
                    CompletableFuture.supplyAsync(
                            () ->
                                    network.iperf(
                                            BLUE,
                                            "10.0.0.12",
                                            "-t",
                                            "10",
                                            "-u",
                                            "-b",
                                            "2M",
                                            "-l",
                                            "100"));
            int rounds = 0;
            while (!load.isDone() && rounds < ROUNDS) {
                changeAPort();
                rounds++;
            }
            final JsonNode sum = JSON.readTree(load.join().orFail().output()).at("/end/sum");
            assertTrue(rounds > 2, () -> "changes are too slow to say anything");
            assertEquals(drops, drops(), sum::toPrettyString);
            final long lost = sum.get("lost_packets").asLong();
            final long elsewhere = network.kernelDrops() - kernelDrops;
            assertTrue(lost <= elsewhere, () -> lost + " lost, the kernel dropped " + elsewhere);
            // Else it may have been the switch that kept them waiting.
            assertTrue(2 * lost < sum.get("packets").asLong(), sum::toPrettyString);
            Eventually.holds(
                    "descriptors are closed again: there were " + before,
                    () -> network.daemon().descriptors() <= before);
            network.daemon().stop();
            assertTrue(network.daemon().log().contains("event=pool_balanced"));
        }
    }

    /**
     * From green to blue in one change, whose first port it comes to and whose second it leaves.
     */
    private void moveAnAddress() {
        send(201, "PUT", "/v1/ports/green/addresses/10.0.0.79", "");
        final String config = network.daemon().get("/v1/config").body();
        final String moved =
                config.replaceAll(",\\s*\"10\\.0\\.0\\.79/32\"", "")
                        .replaceFirst("(\"10\\.0\\.0\\.11/24\")", "$1,\"10.0.0.79/32\"");
        assertFalse(moved.equals(config), config);
        final var reply = network.daemon().send("PUT", "/v1/config", moved, "If-Match: *");
        assertEquals(200, reply.status(), reply.body());
        network.ping(OUTSIDE, "10.0.0.79").orFail();
        assertTrue(network.net().ip(BLUE, "address", "show", "dev", "eth0").contains("10.0.0.79"));
    }

    /** What the switch has dropped of the two ports' frames. */
    private String drops() throws JsonProcessingException {
        final StringBuilder drops = new StringBuilder();
        for (JsonNode port : JSON.readTree(network.daemon().get("/v1/stats").body())) {
            final String name = port.get("name").asText();
            if (name.equals(BLUE) || name.equals(GREEN)) {
                drops.append(name).append(port.get("drops"));
            }
        }
        return drops.toString();
    }

    /** Everything that can happen to a port, to its end. */
    private void changeAPort() {
        send(201, "PUT", "/v1/ports/spare", port(",\"addresses\":[\"10.0.0.77/24\"]"));
        send(200, "PATCH", "/v1/ports/spare", "{\"mode\":\"l3\"}");
        assertTrue(link("eth9").contains("NOARP"));
        send(200, "PATCH", "/v1/ports/spare", "{\"flag\":\"private\",\"mtu\":1400}");
        assertTrue(link("eth9").contains("mtu 1400"));
        send(200, "PATCH", "/v1/ports/spare", "{\"mode\":null,\"flag\":null,\"mtu\":null}");
        assertFalse(link("eth9").contains("NOARP"));
        send(201, "PUT", "/v1/ports/spare/addresses/10.0.0.78", "");
        send(204, "DELETE", "/v1/ports/spare/addresses/10.0.0.77", "");
        send(204, "DELETE", "/v1/ports/spare", "");
        assertFalse(network.net().hasDevice(OUTSIDE, "eth9"));
    }

    private String link(String interfaceName) {
        return network.net().ip(OUTSIDE, "link", "show", "dev", interfaceName);
    }

    @ParameterizedTest
    @EnumSource(Setup.Plan.class)
    void shouldForwardByEveryModeAndFlagFromTheMomentOfTheAnswer(Setup.Plan plan) {
        try (SwitchNetwork started = SwitchNetwork.start(setup(plan), "l2")) {
            network = started;
            network.ping(BLUE, "10.0.0.12").orFail();
            send(200, "PATCH", "/v1/uplinks/wan0", "{\"flag\":\"private\"}");
            assertFalse(network.ping(BLUE, "10.0.0.12").ok());
            network.ping(BLUE, "10.0.0.254").orFail();
            send(200, "PATCH", "/v1/uplinks/wan0", "{\"mode\":\"l3\",\"flag\":\"bridge\"}");
            network.ping(BLUE, "10.0.0.12").orFail();
            network.ping(BLUE, "10.0.0.254").orFail();
            network.ping(OUTSIDE, "10.0.0.11").orFail();
            // Mixed: blue asks for its neighbours, green is routed for.
            send(200, "PATCH", "/v1/ports/blue", "{\"mode\":\"l2\"}");
            network.ping(BLUE, "10.0.0.12").orFail();
            network.ping(GREEN, "10.0.0.11").orFail();
            network.ping(BLUE, "10.0.0.254").orFail();
            network.ping(OUTSIDE, "10.0.0.11").orFail();
            network.ping(OUTSIDE, "10.0.0.12").orFail();
            moveAnAddress();
            send(204, "DELETE", "/v1/ports/blue", "");
            assertFalse(network.net().hasDevice(BLUE, "eth0"));
            network.ping(OUTSIDE, "10.0.0.12").orFail();
        }
    }
}
