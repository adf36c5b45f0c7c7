// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.AdminConfig;
import io.ipvane.config.ListenAddress;
import io.ipvane.config.SwitchConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no honest client sends: each is answered with a problem and changes nothing. */
@Timeout(30)
class HostileRequestTest {
    private static final FakeConfigTarget TARGET = new FakeConfigTarget();
    private static final SwitchConfig START = TARGET.running().config();

    @TempDir static Path folder;

    private static AdminServer server;
    private static UnixHttp http;

    @BeforeAll
    static void start() {
        final Path socket = folder.resolve("admin.sock");
        server =
                AdminServer.start(
                        new AdminConfig(
                                List.of(
                                        new ListenAddress.Unix(socket),
                                        ListenAddress.parse("127.0.0.1:0"))),
                        new FakeStatusSource(),
                        TARGET);
        http = new UnixHttp(socket);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void shouldHaveChangedNothing() throws Exception {
        assertEquals(START, TARGET.running().config());
        assertEquals(200, http.send("GET", "/healthz", "").status(), "and answers still");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"uplink\":\"wan0\",}",
                "{'uplink':'wan0'}",
                "uplink: wan0",
                "{\"uplink\":\"wan0\"} {}",
                "{\"uplink\":\"wan0\",\"uplink\":\"wan1\"}",
                "{\"mtu\":NaN}",
                "{\"mtu\":1e400000000000000000000000000000000000000000}",
                "{\"uplink\":\"\u0000\"}",
                "// comment\n{}",
                " "
            })
    void shouldRefuseWhatIsNoJson(String body) throws Exception {
        final UnixHttp.Answer answer = http.send("PUT", "/v1/ports/api", body);

        assertEquals(400, answer.status(), answer.text());
        assertEquals("application/problem+json", answer.header("content-type"));
        assertFalse(answer.text().contains("Exception"), answer.text());
        assertFalse(answer.text().contains("jackson"), answer.text());
    }

    @Test
    void shouldRefuseAMissingBody() throws Exception {
        assertEquals(400, http.send("PUT", "/v1/ports/api", "").status());
        assertEquals(400, http.send("POST", "/v1/addresses", "").status());
    }

    @Test
    void shouldRefuseABodyWhereThePathSaysItAll() throws Exception {
        assertEquals(400, http.send("PUT", "/v1/ports/web/addresses/192.0.2.99", "{}").status());
    }

    @Test
    void shouldRefuseWhatIsNotUtf8() throws Exception {
        final byte[] body = "{\"uplink\":\"wan\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertEquals(400, http.send("PUT", "/v1/ports/api", body).status());
        assertEquals(
                400,
                http.send(
                                "PUT",
                                "/v1/ports/api",
                                "{\"uplink\":\"wan0\"}".getBytes(StandardCharsets.UTF_16))
                        .status());
    }

    @Test
    void shouldRefuseJsonThatIsTooDeep() throws Exception {
        final String deep = "[".repeat(100_000) + "]".repeat(100_000);

        assertEquals(400, http.send("PUT", "/v1/ports/api", deep).status());
        assertEquals(
                400,
                http.send("PATCH", "/v1/ports/db", "{\"a\":".repeat(17) + "1" + "}".repeat(17))
                        .status());
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /v1/ports/api, 1048577",
        "POST, /v1/addresses, 8388609",
        "PUT, /v1/config?dryRun=true, 8388609"
    })
    void shouldRefuseABodyBeyondTheLimit(String method, String path, int bytes) throws Exception {
        final String body = "{\"uplink\":\"" + "x".repeat(bytes - 13) + "\"}";

        final UnixHttp.Answer answer = http.send(method, path, body);

        assertEquals(413, answer.status());
        assertEquals("application/problem+json", answer.header("content-type"));
    }

    @Test
    void shouldRefuseAChunkedBodyBeyondTheLimit() throws Exception {
        final UnixHttp.Answer answer =
                http.send(
                        "PUT",
                        "/v1/ports/api",
                        chunked("x".repeat(2 << 20)),
                        "Transfer-Encoding: chunked");

        assertTrue(answer.status() == 413 || answer.status() == 400, answer.text());
    }

    private static byte[] chunked(String text) {
        return (Integer.toHexString(text.length()) + "\r\n" + text + "\r\n0\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/yaml",
                "application/merge-patch+json",
                "application/json; charset=utf-16",
                "nonsense",
                "application/json, text/plain"
            })
    void shouldRefuseAnOddContentType(String type) throws Exception {
        final UnixHttp.Answer answer =
                http.send("PUT", "/v1/ports/api", "{\"uplink\":\"wan0\"}", "Content-Type: " + type);

        assertEquals(415, answer.status(), answer.text());
        assertTrue(answer.json().path("detail").asText().contains("application/json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json; charset=UTF-8"})
    void shouldTakeJsonByItsNames(String type) throws Exception {
        assertEquals(
                200,
                http.send(
                                "PUT",
                                "/v1/ports/api?dryRun=true",
                                "{\"uplink\":\"wan0\"}",
                                "Content-Type: " + type)
                        .status());
    }

    @Test
    void shouldRefuseACompressedBody() throws Exception {
        assertEquals(
                400,
                http.send("PUT", "/v1/ports/api", "{\"uplink\":\"wan0\"}", "Content-Encoding: gzip")
                        .status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/ports/%2e%2e",
                "/v1/ports/a%00b",
                "/v1/ports/a%2Fb",
                "/v1/ports/" + "%F0%9F%98%80",
                "/v1/uplinks/%",
                "/v1/ports/web/addresses/%2F",
                "/v1/ports/web/addresses/192.0.2.1%2F24%2F24",
                "/v1/routes/wan0/%2F%2F",
                "/v1/neighbors/wan0/nobody"
            })
    void shouldRefuseAPathThatNamesNothing(String path) throws Exception {
        final UnixHttp.Answer answer = http.send("DELETE", path, "");

        assertTrue(List.of(400, 404).contains(answer.status()), answer.text());
        assertFalse(answer.text().contains("Exception"), answer.text());
    }

    @Test
    void shouldTakeNoChangesOverTcp() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            final URI uri = URI.create("http://127.0.0.1:" + server.port(1) + "/v1/ports/db");
            final HttpResponse<String> delete =
                    client.send(
                            HttpRequest.newBuilder(uri).DELETE().build(), BodyHandlers.ofString());
            final HttpResponse<String> put =
                    client.send(
                            HttpRequest.newBuilder(uri)
                                    .PUT(BodyPublishers.ofString("{\"uplink\":\"wan0\"}"))
                                    .build(),
                            BodyHandlers.ofString());

            assertEquals(403, delete.statusCode());
            assertEquals(403, put.statusCode());
            assertEquals(
                    200,
                    client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                            .statusCode());
        }
    }

    @Test
    void shouldSurviveAnyBody() throws Exception {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        final String alphabet = "{}[]\":,0123456789.eE+-truefalsn \\u/naddressesportuplink";
        for (int i = 0; i < 300; i++) {
            final StringBuilder body = new StringBuilder("{\"");
            for (int length = random.nextInt(60); length > 0; length--) {
                body.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            final UnixHttp.Answer answer =
                    http.send("PUT", "/v1/ports/api?dryRun=true", body.toString());
            assertTrue(
                    List.of(400, 422).contains(answer.status()),
                    "seed " + seed + ": " + body + ": " + answer.text());
        }
    }
}
