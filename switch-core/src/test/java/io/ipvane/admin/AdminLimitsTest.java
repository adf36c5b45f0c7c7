// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.AdminConfig;
import io.ipvane.config.ListenAddress;
import io.ipvane.control.view.AddressView;
import io.ipvane.control.view.PortView;
import io.ipvane.control.view.StatusUnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are silent, slow or greedy take nothing from those that are not. */
@Timeout(60)
class AdminLimitsTest {
    private static final ConnectionLimits LIMITS =
            new ConnectionLimits(
                    40,
                    80,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(20),
                    1 << 20);

    /** More than all sockets and queues between the two hold. */
    private static final int ADDRESSES = 60_000;

    @TempDir Path folder;

    private final FakeConfigTarget target = new FakeConfigTarget();
    private final List<SocketChannel> clients = new ArrayList<>();
    private AdminServer server;
    private UnixHttp http;

    @BeforeEach
    void start() {
        final Path socket = folder.resolve("admin.sock");
        server =
                AdminServer.start(
                        new AdminConfig(
                                List.of(
                                        new ListenAddress.Unix(socket),
                                        ListenAddress.parse("127.0.0.1:0"))),
                        new FakeStatusSource() {
                            @Override
                            public List<PortView> ports() {
                                return List.of(crowded());
                            }
                        },
                        target,
                        LIMITS);
        http = new UnixHttp(socket);
    }

    /** A port that makes its addresses when they are asked for. */
    private static PortView crowded() {
        final Iterable<AddressView> addresses =
                () ->
                        IntStream.range(0, ADDRESSES)
                                .mapToObj(
                                        i ->
                                                new AddressView(
                                                        "fd00::" + Integer.toHexString(i) + "/128",
                                                        "namespace",
                                                        "active"))
                                .iterator();
        return new PortView(
                "web", "wan0", "tap", "blue", "eth0", "", "l2", "bridge", 1500, true, true, "up",
                "", addresses);
    }

    @AfterEach
    void stop() throws IOException {
        for (SocketChannel client : clients) {
            client.close();
        }
        server.close();
    }

    private SocketAddress address(String kind) {
        return "unix".equals(kind)
                ? UnixDomainSocketAddress.of(folder.resolve("admin.sock"))
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port(1));
    }

    private SocketChannel client(String kind, String request) throws IOException {
        final SocketChannel client = SocketChannel.open(address(kind));
        clients.add(client);
        send(client, request);
        return client;
    }

    private static void send(SocketChannel client, String text) {
        try {
            client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            // The server has closed: its right.
        }
    }

    /** GET /healthz over a connection that is made now. */
    private int health(String kind) throws IOException {
        final SocketChannel client =
                client(kind, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        final ByteBuffer answer = ByteBuffer.allocate(64);
        while (answer.position() < 12 && client.read(answer) >= 0) {
            // The first line may come in pieces.
        }
        return Integer.parseInt(new String(answer.array(), 9, 3, StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix", "tcp"})
    void shouldFindAPlaceWhereManyConnectionsAreSilent(String kind) throws Exception {
        for (int i = 0; i < 200; i++) {
            client(kind, "");
        }
        final long before = System.nanoTime();

        assertEquals(200, health(kind));
        assertTrue(System.nanoTime() - before < 1_900_000_000L, "before any of them is overdue");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix", "tcp"})
    void shouldFindAPlaceWhereManyHaveSentHalfARequest(String kind) throws Exception {
        for (int i = 0; i < 200; i++) {
            client(kind, "GET /v1/ports HTTP/1.1\r\nHost: x\r\nX-Slow: ");
        }

        assertEquals(200, health(kind));
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix", "tcp"})
    void shouldCloseAfterTheAnswerWhereTheClientAsksForIt(String kind) throws Exception {
        final SocketChannel client =
                client(kind, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        final ByteBuffer answer = ByteBuffer.allocate(4_096);
        final long before = System.nanoTime();

        while (client.read(answer) >= 0) {
            assertTrue(answer.hasRemaining());
        }
        assertTrue(System.nanoTime() - before < 1_900_000_000L, "before it is overdue");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /healthz HTTP/1.1\r\n",
                "PUT /v1/config HTTP/1.1\r\nHost: x\r\nIf-Match: *\r\nContent-Length: 99\r\n\r\n{"
            })
    void shouldCloseConnectionsThatAreWaitedForTooLong(String sent) throws Exception {
        final SocketChannel client = client("unix", sent);
        final ByteBuffer answer = ByteBuffer.allocate(4_096);

        while (client.read(answer) >= 0) {
            answer.clear();
        }
    }

    /** One byte a while keeps a connection from being silent, and a request from ever ending. */
    @Test
    void shouldCloseAConnectionWhoseRequestTrickles() throws Exception {
        final SocketChannel client = client("tcp", "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ");
        client.configureBlocking(false);
        final ByteBuffer answer = ByteBuffer.allocate(4_096);

        while (client.read(answer) >= 0) {
            answer.clear();
            send(client, "x");
            Thread.sleep(100);
        }
    }

    @Test
    void shouldMakeChangesWhileOthersSendTheirBodies() throws Exception {
        for (int i = 0; i < 12; i++) {
            client(
                    "unix",
                    "PUT /v1/ports/p" + i + " HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{");
        }
        final long before = System.nanoTime();

        assertEquals(201, http.send("PUT", "/v1/ports/api", "{\"uplink\":\"wan0\"}").status());
        assertTrue(System.nanoTime() - before < 1_900_000_000L, "before any of them is overdue");
    }

    @Test
    void shouldHoldNoMoreOfBodiesThanItMay() throws Exception {
        final String half = "x".repeat(600 << 10);
        for (int i = 0; i < 2; i++) {
            client(
                    "unix",
                    "PUT /v1/config HTTP/1.1\r\nHost: x\r\nIf-Match: *\r\nContent-Length: 4000000\r\n"
                            + "\r\n"
                            + half);
        }

        assertEquals(
                201,
                http.send("PUT", "/v1/ports/api", "{\"uplink\":\"wan0\"}").status(),
                "a small one always finds room");
    }

    @Test
    void shouldAnswerWhileOthersDoNotReadWhatTheyAskedFor() throws Exception {
        for (int i = 0; i < 100; i++) {
            client("tcp", "GET /v1/addresses HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20));
        }

        assertEquals(200, health("tcp"));
        assertEquals(ADDRESSES, http.send("GET", "/v1/addresses", "").json().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT /v1/config?dryRun=true", "POST /v1/addresses"})
    void shouldRefuseAMillionEmptyElementsWithFewObjects(String request) throws Exception {
        final String body = "[" + "{},".repeat(2_700_000) + "{}]";
        final String[] words = request.split(" ", -1);

        final UnixHttp.Answer answer = http.send(words[0], words[1], body);

        // One megabyte of bodies is all that this server holds.
        assertEquals(503, answer.status());
    }

    @Test
    void shouldRefuseTooManyPartsWithASentence() throws Exception {
        final String body = "[" + "0,".repeat(500_000) + "0]";
        server.close();
        final Path socket = folder.resolve("again.sock");
        server =
                AdminServer.start(
                        new AdminConfig(List.of(new ListenAddress.Unix(socket))),
                        new FakeStatusSource(),
                        target);
        final UnixHttp large = new UnixHttp(socket);

        assertEquals(422, large.send("PUT", "/v1/config?dryRun=true", body).status(), "no mapping");
        final UnixHttp.Answer answer =
                large.send("PUT", "/v1/config?dryRun=true", "[" + "{},".repeat(2_700_000) + "{}]");
        assertEquals(400, answer.status());
        assertTrue(answer.text().contains("1000000 parts"), answer.text());
    }

    @Test
    void shouldListFewOfManyProblems() throws Exception {
        final String body = "{\"add\":[" + "{},".repeat(100_000) + "{}]}";
        final UnixHttp.Answer answer = http.send("POST", "/v1/addresses", body);

        assertEquals(422, answer.status());
        assertEquals(100, answer.json().path("errors").size());
        assertTrue(answer.text().contains("and 100000 more"), answer.text().substring(0, 200));
    }

    @Test
    void shouldGiveAListInParts() throws Exception {
        final UnixHttp.Answer part = http.send("GET", "/v1/addresses?limit=3&offset=2", "");

        assertEquals(200, part.status());
        assertEquals(3, part.json().size());
        assertEquals("fd00::2/128", part.json().path(0).path("address").asText());
        assertEquals("</v1/addresses?limit=3&offset=5>; rel=\"next\"", part.header("link"));
        final UnixHttp.Answer last =
                http.send("GET", "/v1/ports/web/addresses?limit=10&offset=59995", "");
        assertEquals(5, last.json().size());
        assertEquals("", last.header("link"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=x", "limit=10001", "offset=1", "limits=3"})
    void shouldRefusePartsThatCannotBe(String query) throws Exception {
        assertEquals(400, http.send("GET", "/v1/addresses?" + query, "").status());
    }

    /** What fails behind the first rows must not look like the end of the list. */
    @Test
    void shouldBreakOffAListThatCannotBeReadToItsEnd() throws Exception {
        server.close();
        final Path socket = folder.resolve("broken.sock");
        server =
                AdminServer.start(
                        new AdminConfig(List.of(new ListenAddress.Unix(socket))),
                        new FakeStatusSource() {
                            @Override
                            public List<PortView> ports() {
                                return List.of(failing());
                            }
                        },
                        target);
        boolean whole = false;
        try {
            whole = new UnixHttp(socket).send("GET", "/v1/addresses", "").status() == 200;
        } catch (IOException | NumberFormatException e) {
            // Broken off, as it should be.
        }
        assertTrue(!whole, "the answer looks whole");
    }

    private static PortView failing() {
        final Iterable<AddressView> addresses =
                () ->
                        new Iterator<>() {
                            private int left = 20_000;

                            @Override
                            public boolean hasNext() {
                                if (left == 0) {
                                    throw new StatusUnavailableException(
                                            "the control plane did not answer in time");
                                }
                                return true;
                            }

                            @Override
                            public AddressView next() {
                                left--;
                                return new AddressView("fd00::1/128", "namespace", "active");
                            }
                        };
        return new PortView(
                "web", "wan0", "tap", "blue", "eth0", "", "l2", "bridge", 1500, true, true, "up",
                "", addresses);
    }
}
