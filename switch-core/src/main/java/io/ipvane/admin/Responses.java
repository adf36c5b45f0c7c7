// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.DirectHandler.TransportResponse;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpException;
import io.helidon.http.Method;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.ipvane.control.view.StatusUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How refusals look: a {@link Problem} for everything that is not done, whoever found it. What a
 * defect of ours looks like stays in the log.
 */
final class Responses {
    private static final Logger LOG = LoggerFactory.getLogger(Responses.class);

    /** Seconds after which asking again makes sense. */
    private static final String RETRY_AFTER = "1";

    private Responses() {}

    /** What is left over is 404, and every exception becomes a problem. */
    static void addProblems(HttpRouting.Builder routing) {
        routing.any(
                (request, response) -> {
                    throw ProblemException.notFound(
                            "there is no such resource; resources start with /v1/switch,"
                                    + " /v1/uplinks, /v1/ports, /v1/config;"
                                    + " /v1/openapi.json describes them");
                });
        routing.error(
                ProblemException.class,
                (request, response, e) ->
                        send(request, response, e.problem(request.prologue().uriPath().rawPath())));
        routing.error(
                StatusUnavailableException.class,
                (request, response, e) ->
                        problem(request, response, Status.SERVICE_UNAVAILABLE_503, e.getMessage()));
        routing.error(
                HttpException.class,
                (request, response, e) -> problem(request, response, e.status(), e.getMessage()));
        routing.error(Exception.class, Responses::defect);
    }

    /** The same for what never reaches the routing, such as a request that is no HTTP. */
    static DirectHandlers directHandlers() {
        final DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (var event : io.helidon.http.DirectHandler.EventType.values()) {
            handlers.addHandler(
                    event,
                    (request, type, status, headers, message) ->
                            transportProblem(status, request.path(), headers));
        }
        return handlers.build();
    }

    private static TransportResponse transportProblem(
            Status status, String path, ServerResponseHeaders headers) {
        final Problem problem =
                Problem.of(
                        status.code(),
                        status.reasonPhrase(),
                        "the request cannot be read: it breaks HTTP or a limit of this server",
                        path);
        return TransportResponse.builder()
                .status(status)
                .headers(headers)
                .header(HeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .keepAlive(false)
                .entity(Json.bytes(problem))
                .build();
    }

    private static void defect(ServerRequest request, ServerResponse response, Exception e) {
        LOG.error("{} failed", request.prologue().uriPath().path(), e);
        problem(
                request,
                response,
                Status.INTERNAL_SERVER_ERROR_500,
                "a defect in the switch; its log says more");
    }

    private static void problem(
            ServerRequest request, ServerResponse response, Status status, String detail) {
        send(
                request,
                response,
                Problem.of(
                        status.code(),
                        status.reasonPhrase(),
                        detail,
                        request.prologue().uriPath().rawPath()));
    }

    private static void send(ServerRequest request, ServerResponse response, Problem problem) {
        if (problem.status() == Status.SERVICE_UNAVAILABLE_503.code()) {
            response.header(HeaderNames.RETRY_AFTER, RETRY_AFTER);
        }
        final byte[] body = Json.bytes(problem);
        response.status(Status.create(problem.status()))
                .header(HeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .header(HeaderNames.CACHE_CONTROL, "no-store");
        if (request.prologue().method().equals(Method.HEAD)) {
            response.header(HeaderNames.CONTENT_LENGTH, Integer.toString(body.length)).send();
        } else {
            response.send(body);
        }
    }
}
