// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.config.AdminConfig;
import io.ipvane.config.ListenAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shapes of the REST answers over TCP, and the life of the socket file. */
@SuppressWarnings("try") // a server that only has to be open is not referred to
class AdminServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final FakeStatusSource SOURCE = new FakeStatusSource();
    private static final FakeConfigTarget TARGET = new FakeConfigTarget();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static AdminServer server;

    @TempDir Path folder;

    @BeforeAll
    static void start() {
        server = AdminServer.start(listen(ListenAddress.parse("127.0.0.1:0")), SOURCE, TARGET);
    }

    @AfterAll
    static void stop() {
        server.close();
        CLIENT.close();
    }

    @Test
    void shouldShowTheSwitch() throws Exception {
        assertEquals(
                "{\"version\":\"0.1.0\",\"dpdk\":\"DPDK 22.11.0\",\"uptimeSeconds\":61,"
                        + "\"generation\":3,\"plan\":\"shared\",\"uplinks\":1,\"ports\":2}",
                get("/v1/switch").body());
    }

    @Test
    void shouldShowAPortByNameWithItsInterfaceKeyAsInTheFile() throws Exception {
        final HttpResponse<String> answer = get("/v1/ports/web");

        assertEquals("application/json", answer.headers().firstValue("content-type").orElseThrow());
        assertEquals("no-store", answer.headers().firstValue("cache-control").orElseThrow());
        assertEquals(
                "{\"name\":\"web\",\"uplink\":\"wan0\",\"type\":\"tap\",\"netns\":\"blue\","
                        + "\"interface\":\"eth0\",\"socket\":\"\",\"mode\":\"l2\",\"flag\":\"bridge\",\"mtu\":1500,"
                        + "\"up\":true,\"carrier\":true,\"state\":\"up\",\"reason\":\"\",\"addresses\":["
                        + "{\"address\":\"192.0.2.11/24\",\"origin\":\"config\",\"state\":\"active\"},"
                        + "{\"address\":\"fe80::200:0:100:1/64\",\"origin\":\"linklocal\","
                        + "\"state\":\"active\"}],\"config\":{\"name\":\"web\",\"uplink\":\"wan0\","
                        + "\"netns\":\"blue\",\"interface\":\"eth0\","
                        + "\"addresses\":[\"192.0.2.11/24\"]}}",
                answer.body());
    }

    @Test
    void shouldShowTheStatsOfAPortWithDropsByReason() throws Exception {
        assertEquals(
                "{\"name\":\"web\",\"role\":\"port\",\"receivePackets\":10,\"receiveBytes\":1000,"
                        + "\"receiveMissed\":1,\"receiveErrors\":0,\"receiveNoMbuf\":2,"
                        + "\"transmitPackets\":20,\"transmitBytes\":2000,\"multicast\":2,"
                        + "\"icmpErrors\":0,\"icmpErrorsLimited\":0,"
                        + "\"addressesRefused\":0,"
                        + "\"drops\":{\"antispoof\":4,\"ring_full\":3}}",
                get("/v1/ports/web/stats").body());
    }

    @Test
    void shouldListAddressesWithTheirHolder() throws Exception {
        assertEquals(
                JSON.readTree(
                        """
                        [{"address": "192.0.2.11/24", "port": "web", "uplink": "wan0",
                          "origin": "config", "state": "active"},
                         {"address": "fe80::200:0:100:1/64", "port": "web", "uplink": "wan0",
                          "origin": "linklocal", "state": "active"}]
                        """),
                JSON.readTree(get("/v1/addresses").body()));
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/uplinks, 1",
        "/v1/ports, 2",
        "/v1/ports/web/addresses, 2",
        "/v1/stats, 3",
        "/v1/drops, 2",
        "/v1/neighbors, 2",
        "/v1/threads, 1"
    })
    void shouldAnswerListsAsArrays(String path, int elements) throws Exception {
        final JsonNode list = JSON.readTree(get(path).body());

        assertTrue(list.isArray());
        assertEquals(elements, list.size());
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/ports/none, 'port ''none'' is unknown; GET /v1/ports lists all'",
        "/v1/ports/none/addresses, 'port ''none'' is unknown; GET /v1/ports lists all'",
        "/v1/ports/wan0/stats, 'port ''wan0'' is unknown; GET /v1/ports lists all'",
        "/v1/uplinks/web, 'uplink ''web'' is unknown; GET /v1/uplinks lists all'",
        "/v1/nothing, 'there is no such resource; resources start with /v1/switch, /v1/uplinks,"
                + " /v1/ports, /v1/config; /v1/openapi.json describes them'",
        "/, 'there is no such resource; resources start with /v1/switch, /v1/uplinks, /v1/ports,"
                + " /v1/config; /v1/openapi.json describes them'"
    })
    void shouldAnswerTheUnknownWithAProblem(String path, String detail) throws Exception {
        assertProblem(get(path), 404, "Not Found", detail, path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "POST", "DELETE", "PATCH"})
    void shouldRefuseMethodsThatAResourceDoesNotKnow(String method) throws Exception {
        final HttpResponse<String> answer = send(method, "/v1/drops", "{}");

        assertEquals("GET, HEAD, OPTIONS", answer.headers().firstValue("allow").orElseThrow());
        assertProblem(
                answer,
                405,
                "Method Not Allowed",
                method + " is not supported here; this resource knows GET, HEAD, OPTIONS",
                "/v1/drops");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/drops, 'GET, HEAD, OPTIONS', ''",
        "/v1/ports/web, 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT', application/merge-patch+json",
        "/v1/config, 'GET, HEAD, OPTIONS, PUT', ''",
        "/v1/addresses, 'GET, HEAD, OPTIONS, POST', ''"
    })
    void shouldSayWhatAResourceKnows(String path, String allow, String acceptPatch)
            throws Exception {
        final HttpResponse<String> answer = send("OPTIONS", path, "");

        assertEquals(204, answer.statusCode());
        assertEquals(allow, answer.headers().firstValue("allow").orElseThrow());
        assertEquals(acceptPatch, answer.headers().firstValue("accept-patch").orElse(""));
    }

    @Test
    void shouldAnswerHeadAsGetWithoutABody() throws Exception {
        for (String path : List.of("/v1/ports/web", "/v1/ports/none")) {
            final HttpResponse<String> head = send("HEAD", path, "");
            final HttpResponse<String> get = get(path);

            assertEquals(get.statusCode(), head.statusCode());
            assertEquals("", head.body());
            for (String header : List.of("content-type", "content-length", "etag")) {
                assertEquals(
                        get.headers().firstValue(header),
                        head.headers().firstValue(header),
                        header);
            }
        }
    }

    @Test
    void shouldSayWhenToAskAgainWhileBusy() throws Exception {
        final HttpResponse<String> answer = get("/v1/routes");

        assertEquals("1", answer.headers().firstValue("retry-after").orElseThrow());
        assertProblem(
                answer,
                503,
                "Service Unavailable",
                "the conductor has 100 requests waiting; ask again",
                "/v1/routes");
    }

    @Test
    void shouldBeReadyOnlyWhenTheSwitchIs() throws Exception {
        assertEquals(200, get("/readyz").statusCode());
        SOURCE.notReady = Optional.of("lcore 0 has not started");
        try {
            assertEquals("{\"status\":\"ok\"}", get("/healthz").body());
            assertProblem(
                    get("/readyz"),
                    503,
                    "Service Unavailable",
                    "lcore 0 has not started",
                    "/readyz");
        } finally {
            SOURCE.notReady = Optional.empty();
        }
    }

    @Test
    void shouldRefuseAHeaderBeyondTheLimit() throws Exception {
        final HttpRequest request =
                HttpRequest.newBuilder(uri("/v1/switch"))
                        .header("X-Long", "x".repeat(9_000))
                        .build();

        final HttpResponse<String> answer = CLIENT.send(request, BodyHandlers.ofString());

        assertEquals(400, answer.statusCode());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("content-type").orElseThrow());
    }

    @Test
    void shouldRefuseABodyBeyondTheLimit() throws Exception {
        // Without the body: to close a connection on which more waits would take the answer along.
        final String answer =
                exchange(
                        "PUT /v1/ports/web HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                                + (9 << 20)
                                + "\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
    }

    @Test
    void shouldAnswerWhatBreaksHttpWithAProblem() throws Exception {
        final String answer = exchange("GET /v1/switch HTTP/1.1\r\n\r\n");

        assertTrue(answer.startsWith("HTTP/1.1 400 Bad Request\r\n"), answer);
        assertTrue(answer.contains("\"status\":400"), answer);
        assertFalse(answer.contains("Exception"), answer);
    }

    /** Sends these bytes and reads up to the end of the connection. */
    private String exchange(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port(0))) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void shouldOpenASocketForOwnerAndGroupAndRemoveItAtTheEnd() throws Exception {
        final Path socket = folder.resolve("run/admin.sock");

        try (AdminServer unix =
                AdminServer.start(listen(new ListenAddress.Unix(socket)), SOURCE, TARGET)) {
            assertEquals(
                    "rw-rw----",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        }
        assertFalse(Files.exists(socket));
    }

    @Test
    void shouldTakeOverTheSocketOfADeadDaemon() throws Exception {
        final Path socket = folder.resolve("admin.sock");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket))
                .close();
        assertTrue(Files.exists(socket));

        try (AdminServer unix =
                AdminServer.start(listen(new ListenAddress.Unix(socket)), SOURCE, TARGET)) {
            assertEquals(
                    "rw-rw----",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        }
    }

    @Test
    void shouldLeaveALiveDaemonItsSocket() {
        final ListenAddress address = new ListenAddress.Unix(folder.resolve("admin.sock"));
        try (AdminServer first = AdminServer.start(listen(address), SOURCE, TARGET)) {
            final AdminException refused =
                    assertThrows(
                            AdminException.class,
                            () -> AdminServer.start(listen(address), SOURCE, TARGET));

            assertEquals(
                    "admin: another process listens on "
                            + address
                            + "; stop it or choose another admin.listen",
                    refused.getMessage());
            assertTrue(Files.exists(folder.resolve("admin.sock")));
        }
    }

    @Test
    void shouldNotRemoveAFileThatIsNoSocket() throws IOException {
        final Path file = Files.writeString(folder.resolve("admin.sock"), "precious");

        final AdminException refused =
                assertThrows(
                        AdminException.class,
                        () ->
                                AdminServer.start(
                                        listen(new ListenAddress.Unix(file)), SOURCE, TARGET));

        assertEquals(
                "admin: "
                        + file
                        + " exists and is no socket; remove it or choose another admin.listen",
                refused.getMessage());
        assertEquals("precious", Files.readString(file));
    }

    @Test
    void shouldSayThatATcpPortIsTaken() {
        final ListenAddress taken = ListenAddress.parse("127.0.0.1:" + server.port(0));

        final AdminException refused =
                assertThrows(
                        AdminException.class,
                        () -> AdminServer.start(listen(taken), SOURCE, TARGET));

        assertEquals(
                "admin: cannot listen on "
                        + taken
                        + " (Address already in use); free it or choose another admin.listen",
                refused.getMessage());
    }

    private static void assertProblem(
            HttpResponse<String> answer, int status, String title, String detail, String instance)
            throws IOException {
        assertEquals(status, answer.statusCode());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("content-type").orElseThrow());
        final JsonNode problem = JSON.readTree(answer.body());
        assertEquals("about:blank", problem.path("type").asText());
        assertEquals(title, problem.path("title").asText());
        assertEquals(status, problem.path("status").asInt());
        assertEquals(detail, problem.path("detail").asText());
        assertEquals(instance, problem.path("instance").asText());
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> send(String method, String path, String body)
            throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(uri(path))
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port(0) + path);
    }

    private static AdminConfig listen(ListenAddress address) {
        return new AdminConfig(List.of(address));
    }
}
