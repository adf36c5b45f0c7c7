// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.GREEN;
import static io.ipvane.e2e.SwitchNetwork.LABELS;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.e2e.Exchange.Outcome;
import io.ipvane.testing.Command;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two ports exchange numbered datagrams while the switch makes large changes elsewhere, and changes
 * that fail half way. No datagram is lost, none overtakes another, and a change that failed leaves
 * nothing behind: no descriptor, no interface, no file, no setting.
 */
@Tag("e2e")
final class UndisturbedE2eTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MANY = 100_000;
    private static final double LIMIT_SECONDS = 3;
    private static final int CHANGES = 6;

    private static SwitchNetwork network;
    private static Path files;

    private Exchange exchange;
    private String drops;
    private long descriptors;

    @BeforeAll
    static void start() throws IOException {
        files = Files.createTempDirectory("ipvane-undisturbed-");
        Files.createDirectory(files.resolve("folder"));
        Files.writeString(files.resolve("file"), "somebody's");
        network =
                SwitchNetwork.start(
                        new Setup(Setup.Plan.SHARED, Setup.Uplink.AF_PACKET),
                        "l2",
                        "  - { name: many, uplink: wan0, type: vhost-user, socket: "
                                + files.resolve("many.sock")
                                + ", role: server }\n");
        network.net().reserve("fleeting");
    }

    @AfterAll
    static void stop() throws IOException {
        try (SwitchNetwork ended = network) {
            if (ended != null) {
                ended.daemon().stop();
                assertTrue(ended.daemon().log().contains("event=pool_balanced"));
            }
        } finally {
            Command.run("rm", "-r", files.toString());
        }
    }

    @BeforeEach
    void begin() throws JsonProcessingException {
        network.ping(BLUE, "10.0.0.12").orFail();
        drops = drops();
        descriptors = network.daemon().descriptors();
        exchange = Exchange.begin(network.net(), BLUE, "10.0.0.11", GREEN, "10.0.0.12");
    }

    @AfterEach
    void end() {
        exchange.close();
    }

    private void assertUndisturbed() throws JsonProcessingException {
        final Outcome outcome = exchange.end();
        assertTrue(outcome.sent() > 0, outcome::text);
        assertEquals(0, outcome.missing(), outcome::text);
        assertEquals(0, outcome.disorder(), outcome::text);
        assertEquals(drops, drops());
    }

    /** What the switch has dropped of the frames of the two, by reason. */
    private static String drops() throws JsonProcessingException {
        final StringBuilder all = new StringBuilder();
        for (JsonNode port : JSON.readTree(network.daemon().get("/v1/stats").body())) {
            final String name = port.get("name").asText();
            if (name.equals(BLUE) || name.equals(GREEN)) {
                all.append(name).append(port.required("drops"));
            }
        }
        return all.toString();
    }

    /** Says how many seconds it took. */
    private static double bulk(String what, Path body) {
        final long begin = System.nanoTime();
        final var reply = network.daemon().send("POST", "/v1/addresses", "@" + body);
        assertEquals(200, reply.status(), reply::body);
        assertTrue(reply.body().replace(" ", "").contains(what + MANY), reply::body);
        return (System.nanoTime() - begin) / 1e9;
    }

    private static Path batch(String list) throws IOException {
        return Files.writeString(
                files.resolve("batch"),
                IntStream.range(0, MANY)
                        .mapToObj(
                                i ->
                                        "{\"port\":\"many\",\"address\":\"10.%d.%d.%d/32\"}"
                                                .formatted(64 + (i >> 16), i >> 8 & 255, i & 255))
                        .collect(Collectors.joining(",", "{\"" + list + "\":[", "]}")));
    }

    private static String page(int offset) {
        return network.daemon().get("/v1/addresses?limit=1&offset=" + offset).body();
    }

    /** The faster of two counts: a busy machine may be slow once. */
    @Test
    void shouldAddAHundredThousandAddressesAtOnceAndLoseNoFrameOfOthers() throws IOException {
        double fastest = Double.MAX_VALUE;
        for (int round = 0; round < 2; round++) {
            fastest = Math.min(fastest, bulk("\"added\":", batch("add")));
            assertTrue(page(MANY).contains("\"port\""), () -> page(MANY));
            bulk("\"deleted\":", batch("delete"));
            assertFalse(page(MANY).contains("\"port\""), () -> page(MANY));
        }
        assertUndisturbed();
        assertTrue(fastest < LIMIT_SECONDS, fastest + " s");
    }

    /**
     * One change whose last but one step fails: an uplink's MTU, an address, a port, the port that
     * cannot be had, and another. As the MTU changes, ports are opened in their steps, and not
     * before the first.
     */
    private static String change(String config, String bad) {
        final String tap = "{\"name\":\"%s\",\"uplink\":\"wan0\",\"netns\":\"%s\"},";
        return config.replaceFirst("(\"name\"\\s*:\\s*\"wan0\",)", "$1\"mtu\":1400,")
                .replaceFirst("\"10\\.0\\.0\\.12/24\"", "\"10.0.0.12/24\",\"10.0.0.80/32\"")
                .replaceFirst(
                        "(\"ports\"\\s*:\\s*\\[)",
                        "$1"
                                + tap.formatted("first", network.net().name(GREEN))
                                + bad
                                + ","
                                + tap.formatted("last", network.net().name(GREEN)));
    }

    private static String withMtu(String config, int mtu) {
        return config.replaceFirst("(\"name\"\\s*:\\s*\"wan0\",)", "$1\"mtu\":" + mtu + ",");
    }

    /**
     * All that a change may leave behind, without what ip says of a namespace that goes meanwhile.
     */
    private static String traces() {
        final StringBuilder all = new StringBuilder(network.daemon().get("/v1/config").body());
        for (String label : LABELS) {
            all.append(network.net().ip(label, "-o", "link", "show").replaceAll("Error:.*\\R", ""));
            all.append(
                    network.net()
                            .ip(label, "-o", "address", "show")
                            .replaceAll("valid_lft.*|preferred_lft.*", ""));
        }
        return all + Command.run("ls", "-lR", files.toString()).orFail().output();
    }

    private void assertNothingIsLeft(String before) {
        assertEquals(before, traces());
        Eventually.holds(
                "descriptors are closed again: there were " + descriptors,
                () -> network.daemon().descriptors() <= descriptors);
    }

    private static boolean isRefusal(int status) {
        return status >= 400 && status < 500;
    }

    private static int put(String config) {
        return network.daemon().send("PUT", "/v1/config", config, "If-Match: *").status();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a name that is taken, 'netns:%s,interface:eth0'",
        "a socket that is a folder, 'type:vhost-user,role:server,socket:%s/folder'",
        "a socket that is a file, 'type:memif,role:server,socket:%s/file'",
        "a socket that is in use, 'type:vhost-user,role:server,socket:%s/used.sock'"
    })
    void shouldLeaveNothingOfAChangeThatFailsAtAPort(String what, String port) throws IOException {
        final String place =
                port.startsWith("netns") ? network.net().name(OUTSIDE) : files.toString();
        final String bad =
                "{\"name\":\"bad\",\"uplink\":\"wan0\",\"%s\"}"
                        .formatted(
                                port.formatted(place).replace(":", "\":\"").replace(",", "\",\""));
        final Path used = files.resolve("used.sock");
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(used));
            final String config = network.daemon().get("/v1/config").body();
            final String before = traces();
            for (int i = 0; i < 2; i++) {
                final int status = put(change(config, bad));
                assertTrue(isRefusal(status), what + ": " + status);
                assertNothingIsLeft(before);
            }
            assertUndisturbed();
        } finally {
            Files.delete(used);
        }
    }

    /** A change is done whole or not at all, whenever the namespace of one of its ports goes. */
    @Test
    void shouldLeaveNothingWhereANamespaceGoesInTheMiddle() throws IOException {
        final String config = network.daemon().get("/v1/config").body();
        final String before = traces();
        final AtomicBoolean ended = new AtomicBoolean();
        final CompletableFuture<Void> fleeting =
                CompletableFuture.runAsync(
                        () -> {
                            while (!ended.get()) {
                                network.net().make("fleeting");
                                network.net().delete("fleeting");
                            }
                        });
        final String name = network.net().name("fleeting");
        final StringBuilder statuses = new StringBuilder();
        for (int i = 0; i < CHANGES; i++) {
            final String port = "{\"name\":\"bad\",\"uplink\":\"wan0\",\"netns\":\"" + name + "\"}";
            final int status = put(change(config, port));
            statuses.append(' ').append(status);
            assertTrue(status == 200 || isRefusal(status), statuses::toString);
            if (status == 200) {
                // An uplink whose MTU is not configured any more keeps the one that it has.
                assertEquals(200, put(withMtu(config, 1500)));
                assertEquals(200, put(config));
            }
            assertNothingIsLeft(before);
        }
        ended.set(true);
        fleeting.join();
        assertUndisturbed();
        assertTrue(statuses.toString().contains(" 4"), statuses::toString);
    }
}
