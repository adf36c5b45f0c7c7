// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpMediaType;
import io.helidon.http.Status;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The body of a request. It is received whole before anything is made of it: how long a client
 * takes to send must not matter to others, who wait for their turn to change something.
 */
final class Body {
    static final String MERGE_PATCH = "application/merge-patch+json";
    private static final byte[] NOTHING = {};

    private final byte[] bytes;

    private Body(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Receives JSON; a body that does not say what it is, is taken for it.
     *
     * @param limit bytes that are read at most
     * @throws ProblemException 400, 413 or 415
     */
    static Body receive(ServerRequest request, int limit) {
        return receive(request, limit, List.of(Answer.JSON));
    }

    /** As {@link #receive(ServerRequest, int)}, of a merge patch: RFC 7396. */
    static Body receivePatch(ServerRequest request, int limit) {
        return receive(request, limit, List.of(MERGE_PATCH, Answer.JSON));
    }

    /**
     * Makes sure that there is none, where the path says it all.
     *
     * @throws ProblemException 400 where there is one
     */
    static Body none(ServerRequest request) {
        if (request.content().hasEntity() && bytes(request, 1).length > 0) {
            throw ProblemException.badRequest("this request takes no body; the path says it all");
        }
        return new Body(NOTHING);
    }

    /**
     * The body as maps, lists and scalars; null where the request has none.
     *
     * @throws ProblemException 400 where it is no JSON, or has too many parts
     */
    Object value() {
        return bytes.length == 0 ? null : parse(bytes);
    }

    private static Body receive(ServerRequest request, int limit, List<String> types) {
        checkType(request, types);
        final byte[] bytes = request.content().hasEntity() ? bytes(request, limit) : new byte[0];
        if (bytes.length == 0) {
            throw ProblemException.badRequest("the body is missing; send JSON");
        }
        if (bytes.length > limit) {
            throw new ProblemException(
                    Status.REQUEST_ENTITY_TOO_LARGE_413,
                    "the body has more than " + limit + " bytes; send less at once");
        }
        return new Body(bytes);
    }

    /** Up to one byte more than the limit, so that the caller sees that there is more. */
    private static byte[] bytes(ServerRequest request, int limit) {
        try (InputStream in = request.content().inputStream()) {
            return in.readNBytes(limit + 1);
        } catch (IOException | UncheckedIOException e) {
            throw ProblemException.badRequest("the body breaks off: " + e.getMessage());
        } catch (DataReader.InsufficientDataAvailableException | ServerConnectionException e) {
            throw ProblemException.badRequest("the body breaks off: the client has closed");
        }
    }

    private static Object parse(byte[] bytes) {
        try (InputStreamReader text =
                new InputStreamReader(
                        new ByteArrayInputStream(bytes),
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .onMalformedInput(CodingErrorAction.REPORT))) {
            return Json.read(text);
        } catch (StreamConstraintsException e) {
            throw ProblemException.badRequest(
                    "the body is beyond a limit: "
                            + Json.MAX_TOKENS
                            + " parts, "
                            + Json.MAX_DEPTH
                            + " levels, numbers of "
                            + Json.MAX_NUMBER_LENGTH
                            + " digits; send less at once");
        } catch (JsonProcessingException e) {
            final var place = e.getLocation();
            throw ProblemException.badRequest(
                    "the body is no JSON: "
                            + e.getOriginalMessage()
                            + (place == null
                                    ? ""
                                    : ", at line "
                                            + place.getLineNr()
                                            + " column "
                                            + place.getColumnNr()));
        } catch (CharacterCodingException e) {
            throw ProblemException.badRequest("the body is no text in UTF-8");
        } catch (IOException e) {
            throw ProblemException.badRequest("the body is no JSON: " + e.getMessage());
        }
    }

    private static void checkType(ServerRequest request, List<String> types) {
        final HeaderName accept =
                types.contains(MERGE_PATCH) ? HeaderNames.ACCEPT_PATCH : HeaderNames.ACCEPT;
        if (!request.headers().contains(HeaderNames.CONTENT_TYPE)) {
            return;
        }
        final String written = request.headers().get(HeaderNames.CONTENT_TYPE).get();
        final String type;
        final String charset;
        try {
            final HttpMediaType media = HttpMediaType.create(written);
            type = media.mediaType().text();
            charset = media.charset().orElse("utf-8");
        } catch (IllegalArgumentException e) {
            throw unsupported("'" + written + "'", accept, types);
        }
        if (!types.contains(type) || !"utf-8".equalsIgnoreCase(charset)) {
            throw unsupported("'" + written + "'", accept, types);
        }
    }

    private static ProblemException unsupported(
            String what, HeaderName accept, List<String> types) {
        return new ProblemException(
                Status.UNSUPPORTED_MEDIA_TYPE_415,
                what
                        + " cannot be read; "
                        + accept.defaultCase()
                        + ": "
                        + String.join(", ", types));
    }
}
