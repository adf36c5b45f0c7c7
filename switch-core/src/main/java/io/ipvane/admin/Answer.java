// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a request is answered with: status, headers, and a body that may be empty. Immutable. */
final class Answer {
    static final String JSON = "application/json";
    private static final byte[] NOTHING = {};

    private final Status status;
    private final byte[] body;

    /** Instead of the body, where it is made while it is sent; else null. */
    private final Rows rows;

    private final Map<HeaderName, String> headers;

    private Answer(Status status, byte[] body, Map<HeaderName, String> headers) {
        this(status, body, null, headers);
    }

    private Answer(Status status, byte[] body, Rows rows, Map<HeaderName, String> headers) {
        this.status = status;
        this.body = body;
        this.rows = rows;
        this.headers = headers;
    }

    /** 200 with a value that JSON can say. */
    static Answer ok(Object value) {
        return new Answer(Status.OK_200, Json.bytes(value), Map.of());
    }

    /** 200 with the part of a list that the request asks for; where there is more, with a link. */
    static Answer list(ServerRequest request, Rows rows) {
        final Page page = Page.of(request);
        if (page.isWhole()) {
            return new Answer(Status.OK_200, NOTHING, rows, Map.of());
        }
        final List<Object> cut = page.cut(rows);
        return cut.size() <= page.limit()
                ? ok(cut)
                : ok(cut.subList(0, page.limit()))
                        .with(HeaderNames.LINK, "<" + page.next(request) + ">; rel=\"next\"");
    }

    /** 200 with a text that is JSON already. */
    static Answer json(byte[] text) {
        return new Answer(Status.OK_200, text.clone(), Map.of());
    }

    /** A value together with its entity tag, by which a client can say what it has seen. */
    static Answer tagged(Status status, Object value) {
        final byte[] body = Json.bytes(value);
        return new Answer(status, body, Map.of(HeaderNames.ETAG, EntityTag.of(body)));
    }

    /** 204: done, and nothing to say about it. */
    static Answer done() {
        return new Answer(Status.NO_CONTENT_204, NOTHING, Map.of());
    }

    /** 304: the client has it already. */
    Answer notModified() {
        return new Answer(Status.NOT_MODIFIED_304, NOTHING, headers);
    }

    Answer with(HeaderName name, String value) {
        final Map<HeaderName, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Answer(status, body, rows, more);
    }

    /** The entity tag of the body; empty where it has none. */
    Optional<String> tag() {
        return Optional.ofNullable(headers.get(HeaderNames.ETAG));
    }

    /** Writes it; to HEAD everything but the body: RFC 9110, section 9.3.2. */
    void send(ServerRequest request, ServerResponse response) {
        response.status(status).header(HeaderNames.CACHE_CONTROL, "no-store");
        headers.forEach(response::header);
        if (rows != null) {
            sendRows(request, response);
            return;
        }
        if (body.length == 0) {
            response.send();
            return;
        }
        response.header(HeaderNames.CONTENT_TYPE, JSON);
        if (request.prologue().method().equals(Method.HEAD)) {
            response.header(HeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
            response.send();
            return;
        }
        response.send(body);
    }

    private void sendRows(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, JSON);
        if (request.prologue().method().equals(Method.HEAD)) {
            response.send();
            return;
        }
        try {
            final OutputStream out = response.outputStream();
            Json.write(rows, out);
            out.close();
        } catch (IOException e) {
            throw new CloseConnectionException("the client does not read its answer", e);
        } catch (RuntimeException e) {
            // Too late to say what went wrong: what is broken off cannot be taken for the whole
            // list.
            throw response.isSent()
                    ? new CloseConnectionException("the list cannot be read to its end", e)
                    : e;
        }
    }
}
