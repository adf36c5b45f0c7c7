// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.config.ListenAddress;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Asks a running daemon. What it refuses becomes a {@link CommandException} with its sentence. */
final class AdminClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ListenAddress server;

    AdminClient(ListenAddress server) {
        this.server = server;
    }

    /** A path below {@code /v1} with a name that a user wrote as its last segment. */
    static String path(String collection, String name) {
        return collection
                + "/"
                + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * The JSON at a path.
     *
     * @throws CommandException with exit code 1 where the daemon refuses, 3 where none answers
     */
    JsonNode get(String path) {
        final HttpGet.Answer answer;
        try {
            answer = HttpGet.send(server.socketAddress(), path);
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
        if (answer.status() != 200) {
            throw new CommandException(
                    ExitCode.FAILED,
                    body.path("detail").asText("the daemon answers " + answer.status()));
        }
        return body;
    }

    private JsonNode parse(HttpGet.Answer answer) {
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
