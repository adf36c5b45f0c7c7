// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One HTTP/1.1 request and its answer over a connection of its own, which the JDK's client cannot
 * make to a unix socket. Understands what a server may answer to it: a length, chunks, or a body up
 * to the end of the connection. Source: RFC 9112, sections 4, 6 and 7.
 */
final class HttpExchange {
    /** Far above any answer of the daemon; what is beyond is no daemon. */
    private static final int MAX_BODY_BYTES = 64 << 20;

    /** The longest of what is asked for, a configuration of many ports, takes a part of it. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int MAX_LINE_BYTES = 16 << 10;

    /**
     * What came back.
     *
     * @param status HTTP status code
     * @param headers by name in lower case
     * @param body as UTF-8
     */
    record Answer(int status, Map<String, String> headers, String body) {}

    /**
     * What is asked.
     *
     * @param method of HTTP
     * @param path with a leading slash, already encoded
     * @param headers beside those that every request has
     * @param body JSON; {@code ""}: none
     */
    record Request(String method, String path, Map<String, String> headers, String body) {
        /** Reads a path. */
        static Request get(String path) {
            return new Request("GET", path, Map.of(), "");
        }
    }

    private HttpExchange() {}

    /**
     * Asks and waits.
     *
     * @throws IOException where nobody listens, or what answers is no HTTP server
     */
    static Answer send(SocketAddress server, Request request) throws IOException {
        return send(server, request, PATIENCE);
    }

    /** As the other, with the patience of the caller's. */
    static Answer send(SocketAddress server, Request request, Duration patience)
            throws IOException {
        try (SocketChannel channel = open(server);
                Patience waiting = new Patience(channel, patience)) {
            try {
                channel.connect(server);
                return exchange(channel, request);
            } catch (AsynchronousCloseException e) {
                throw waiting.isOver()
                        ? new SocketTimeoutException(
                                "it has not answered in " + patience.toSeconds() + " s")
                        : e;
            }
        }
    }

    private static SocketChannel open(SocketAddress server) throws IOException {
        return server instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
    }

    /**
     * A server may refuse a request by its first lines, and hang up while the rest is still being
     * sent: what it has answered counts all the same.
     */
    private static Answer exchange(SocketChannel channel, Request request) throws IOException {
        IOException hungUp = null;
        try {
            write(channel, bytes(request));
        } catch (AsynchronousCloseException e) {
            throw e;
        } catch (IOException e) {
            hungUp = e;
        }
        try {
            return read(new BufferedInputStream(Channels.newInputStream(channel)));
        } catch (EOFException | SocketException e) {
            throw hungUp == null ? e : hungUp;
        }
    }

    private static byte[] bytes(Request request) {
        final byte[] body = request.body().getBytes(StandardCharsets.UTF_8);
        final byte[] head = head(request, body.length).getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + body.length).put(head).put(body).array();
    }

    /** Closes a connection that takes too long, since a read of it cannot be given a limit. */
    private static final class Patience implements AutoCloseable {
        private final Thread clock;
        private volatile boolean over;

        Patience(SocketChannel channel, Duration limit) {
            clock =
                    Thread.ofPlatform()
                            .daemon()
                            .name("patience")
                            .start(
                                    () -> {
                                        try {
                                            Thread.sleep(limit);
                                            over = true;
                                            channel.close();
                                        } catch (InterruptedException | IOException e) {
                                            // The answer came first.
                                        }
                                    });
        }

        boolean isOver() {
            return over;
        }

        @Override
        public void close() {
            clock.interrupt();
        }
    }

    private static String head(Request request, int length) {
        final StringBuilder head = new StringBuilder();
        head.append(request.method()).append(' ').append(request.path()).append(" HTTP/1.1\r\n");
        head.append("Host: localhost\r\nAccept: application/json\r\nConnection: close\r\n");
        request.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        if (length > 0) {
            head.append("Content-Length: " + length + "\r\n");
        }
        return head.append("\r\n").toString();
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        final ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** Reads an answer off a stream. */
    static Answer read(InputStream in) throws IOException {
        final int status = status(line(in));
        final Map<String, String> headers = headers(in);
        final byte[] body;
        if (headers.getOrDefault("transfer-encoding", "").endsWith("chunked")) {
            body = chunks(in);
        } else if (headers.containsKey("content-length")) {
            body = exactly(in, length(headers.get("content-length"), 10));
        } else {
            body = in.readNBytes(MAX_BODY_BYTES);
        }
        return new Answer(status, headers, new String(body, StandardCharsets.UTF_8));
    }

    private static int status(String line) throws IOException {
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
            throw new ProtocolException("'" + line + "' is no answer of an HTTP/1.1 server");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static Map<String, String> headers(InputStream in) throws IOException {
        final Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            final int colon = line.indexOf(':');
            if (colon < 1) {
                throw new ProtocolException("'" + line + "' is no HTTP header");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return headers;
    }

    private static byte[] chunks(InputStream in) throws IOException {
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            final String size = line(in);
            final int semicolon = size.indexOf(';');
            final int length =
                    length(semicolon < 0 ? size : size.substring(0, semicolon).strip(), 16);
            if (length == 0) {
                headers(in);
                return body.toByteArray();
            }
            if (body.size() + length > MAX_BODY_BYTES) {
                throw new ProtocolException("an answer of more than 64 MiB");
            }
            body.write(exactly(in, length));
            line(in);
        }
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        final byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the answer breaks off");
        }
        return bytes;
    }

    private static int length(String text, int radix) throws IOException {
        try {
            final int length = Integer.parseUnsignedInt(text, radix);
            if (length >= 0 && length <= MAX_BODY_BYTES) {
                return length;
            }
        } catch (NumberFormatException e) {
            // Reported below like any other length that cannot be.
        }
        throw new ProtocolException("'" + text + "' is no length of an answer");
    }

    private static String line(InputStream in) throws IOException {
        final StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the answer breaks off");
            }
            if (line.length() == MAX_LINE_BYTES) {
                throw new ProtocolException("a line of more than 16 KiB");
            }
            line.append((char) b);
        }
        if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
            line.setLength(line.length() - 1);
        }
        return line.toString();
    }
}
