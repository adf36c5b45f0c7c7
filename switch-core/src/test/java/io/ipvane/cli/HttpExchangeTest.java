// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers as servers may frame them. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CR LF
class HttpExchangeTest {
    @Test
    void shouldReadABodyOfStatedLength() throws IOException {
        assertAnswer(
                200,
                "{\"a\":\"ä\"}",
                read("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"a\":\"ä\"}and more"));
    }

    @Test
    void shouldJoinChunksAndIgnoreExtensionsAndTrailers() throws IOException {
        assertAnswer(
                404,
                "hello world, twelve",
                read(
                        "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "5\r\nhello\r\nE;x=y\r\n world, twelve\r\n0\r\nA: b\r\n\r\n"));
    }

    @Test
    void shouldReadToTheEndWithoutALength() throws IOException {
        assertAnswer(200, "all of it", read("HTTP/1.0 200\r\nServer: x\r\n\r\nall of it"));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "SSH-2.0-OpenSSH\\r\\n | 'SSH-2.0-OpenSSH' is no answer of an HTTP/1.1 server",
                "HTTP/1.1 200 OK\\r\\nnonsense\\r\\n\\r\\n | 'nonsense' is no HTTP header",
                "HTTP/1.1 200 OK\\r\\ncontent-length: -1\\r\\n\\r\\n | '-1' is no length of an answer",
                "HTTP/1.1 200 OK\\r\\ncontent-length: 9\\r\\n\\r\\nfour | the answer breaks off",
                "HTTP/1.1 200 OK\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n5\\r\\nhel | the answer breaks off",
                "HTTP/1.1 200 OK\\r\\ntransfer-encoding: chunked\\r\\n\\r\\nffffffff\\r\\n"
                        + " | 'ffffffff' is no length of an answer",
                "HTTP/1.1 200 OK\\r\\ncontent | the answer breaks off"
            })
    void shouldRefuseWhatIsNoAnswer(String text, String sentence) {
        final IOException refused =
                assertThrows(IOException.class, () -> read(text.replace("\\r\\n", "\r\n")));

        assertEquals(sentence, refused.getMessage());
    }

    private static void assertAnswer(int status, String body, HttpExchange.Answer answer) {
        assertEquals(status, answer.status());
        assertEquals(body, answer.body());
    }

    private static HttpExchange.Answer read(String text) throws IOException {
        return HttpExchange.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** As where a path is unknown: the server need not read the body to say so. */
    @Test
    void shouldReadTheAnswerOfAServerThatHangsUpBeforeItHasReadAll(@TempDir Path folder)
            throws Exception {
        final UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address, 1);
            final CompletableFuture<Void> refused =
                    CompletableFuture.runAsync(
                            () -> {
                                try (SocketChannel client = server.accept()) {
                                    client.read(ByteBuffer.allocate(1));
                                    client.write(
                                            StandardCharsets.US_ASCII.encode(
                                                    "HTTP/1.1 404 Not Found\r\n"
                                                            + "content-length: 4\r\n\r\nnone"));
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
            final String body = "x".repeat(4_000_000);
            assertAnswer(
                    404,
                    "none",
                    HttpExchange.send(
                            address, new HttpExchange.Request("POST", "/nowhere", Map.of(), body)));
            refused.join();
        }
    }

    /** A daemon that takes the connection and says nothing, or whose backlog is full. */
    @ParameterizedTest
    @ValueSource(ints = {1, 0})
    void shouldNotWaitForeverForAnAnswer(int others, @TempDir Path folder) throws Exception {
        final UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address, 1);
            final List<SocketChannel> clients = new ArrayList<>();
            if (others == 0) {
                for (int i = 0; i < 2; i++) {
                    clients.add(SocketChannel.open(address));
                }
            }
            final SocketTimeoutException refusal =
                    assertThrows(
                            SocketTimeoutException.class,
                            () ->
                                    HttpExchange.send(
                                            address,
                                            HttpExchange.Request.get("/healthz"),
                                            Duration.ofSeconds(1)));
            assertEquals("it has not answered in 1 s", refusal.getMessage());
            for (SocketChannel client : clients) {
                client.close();
            }
        }
    }
}
