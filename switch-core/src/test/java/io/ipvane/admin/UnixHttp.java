// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A client of one request a connection, which sends whatever it is told to. */
final class UnixHttp {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path socket;

    UnixHttp(Path socket) {
        this.socket = socket;
    }

    /** An answer; headers by name in lower case, a body that is no JSON as a missing node. */
    record Answer(int status, Map<String, String> headers, String text, JsonNode json) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    Answer send(String method, String path, String body, String... headers) throws IOException {
        return send(method, path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    Answer send(String method, String path, byte[] body, String... headers) throws IOException {
        final StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        head.append("Host: ipvane\r\nConnection: close\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        if (body.length > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        return exchange(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1), body);
    }

    private Answer exchange(byte[] head, byte[] body) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            write(channel, head);
            try {
                write(channel, body);
            } catch (IOException e) {
                // A server may answer and close before it has read a body that it does not want.
            }
            return answer(new BufferedInputStream(Channels.newInputStream(channel)));
        }
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        final ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static Answer answer(InputStream in) throws IOException {
        final int status = Integer.parseInt(line(in).substring(9, 12));
        final Map<String, String> headers = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            final int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        final boolean hasBody = status != 204 && status != 304;
        final int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        final byte[] body =
                headers.containsKey("transfer-encoding")
                        ? chunks(in)
                        : in.readNBytes(hasBody ? length : 0);
        final String text = new String(body, StandardCharsets.UTF_8);
        final boolean json = text.startsWith("{") || text.startsWith("[");
        return new Answer(
                status, headers, text, json ? JSON.readTree(text) : MissingNode.getInstance());
    }

    private static byte[] chunks(InputStream in) throws IOException {
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            final int length = Integer.parseInt(line(in), 16);
            body.write(in.readNBytes(length));
            line(in);
            if (length == 0) {
                return body.toByteArray();
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        final StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the answer breaks off after: " + line);
            }
            line.append((char) b);
        }
        return line.toString().strip();
    }
}
