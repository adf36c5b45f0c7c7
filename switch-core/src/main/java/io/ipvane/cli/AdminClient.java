// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.ipvane.config.ListenAddress;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;

/**
 * Asks a running daemon, or tells it. What it refuses becomes a {@link CommandException} with its
 * sentence.
 */
final class AdminClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NO_CONTENT = 204;
    private static final int PRECONDITION_FAILED = 412;

    private final ListenAddress server;

    AdminClient(ListenAddress server) {
        this.server = server;
    }

    /**
     * What the daemon has done.
     *
     * @param tag entity tag of what it answers; {@code ""}: none
     * @param body its JSON; missing where there is nothing to say
     */
    record Reply(String tag, JsonNode body) {}

    /** A path below {@code /v1} with names that a user wrote as its last segments. */
    static String path(String collection, String... names) {
        final StringBuilder path = new StringBuilder(collection);
        for (String name : names) {
            path.append('/')
                    .append(URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"));
        }
        return path.toString();
    }

    /**
     * The JSON at a path.
     *
     * @throws CommandException with exit code 1 where the daemon refuses, 3 where none answers
     */
    JsonNode get(String path) {
        return send(HttpExchange.Request.get(path)).body();
    }

    /**
     * Carries out a request.
     *
     * @throws CommandException with exit code 1 where the daemon refuses, 3 where none answers, 4
     *     where somebody else was faster
     */
    Reply send(HttpExchange.Request request) {
        final HttpExchange.Answer answer;
        try {
            answer = HttpExchange.send(server.socketAddress(), request);
        } catch (SocketTimeoutException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    "waited for the daemon at "
                            + server
                            + ", and "
                            + e.getMessage()
                            + "; a change may still be under way: look at its log, and ask again");
        } catch (IOException | RuntimeException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    "no daemon answers at "
                            + server
                            + " ("
                            + e.getMessage()
                            + "); start one with 'ipvane run' or name another with --server");
        }
        final JsonNode body = parse(answer);
        if (answer.status() >= 300) {
            throw refusal(answer.status(), body);
        }
        return new Reply(answer.headers().getOrDefault("etag", ""), body);
    }

    private static CommandException refusal(int status, JsonNode problem) {
        final StringJoiner sentences = new StringJoiner("\nipvane: ");
        problem.path("errors").forEach(fault -> sentences.add(fault.path("detail").asText()));
        if (sentences.length() == 0) {
            sentences.add(problem.path("detail").asText("the daemon answers " + status));
        }
        // What is there already is a refusal like any other, as it is with ip(8).
        final boolean stale =
                status == PRECONDITION_FAILED && !"EEXIST".equals(problem.path("errno").asText());
        return new CommandException(
                stale ? ExitCode.PRECONDITION : ExitCode.FAILED, sentences.toString());
    }

    private JsonNode parse(HttpExchange.Answer answer) {
        if (answer.status() == NO_CONTENT) {
            return MissingNode.getInstance();
        }
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    "what answers at "
                            + server
                            + " is no ipvane daemon (status "
                            + answer.status()
                            + ", no JSON); name another with --server");
        }
    }
}
