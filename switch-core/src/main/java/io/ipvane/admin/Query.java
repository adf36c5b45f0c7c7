// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.NearestWord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The parameters behind the question mark of a request. One that is not known is refused: a
 * mistyped {@code dryRun} must not change anything.
 */
final class Query {
    static final String DRY_RUN = "dryRun";

    /** What somebody else has to make first is waited for. */
    static final String WAIT = "wait";

    private final Map<String, String> values;

    private Query(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads switches.
     *
     * @throws ProblemException 400 where one is unknown or neither true nor false
     */
    static Query of(ServerRequest request, String... known) {
        return of(request, List.of(), known);
    }

    /**
     * Reads switches, and parameters of any value that {@link #text} gives.
     *
     * @throws ProblemException 400 where one is unknown, or a switch neither true nor false
     */
    static Query of(ServerRequest request, List<String> texts, String... switches) {
        final Query query =
                numbers(
                        request,
                        Stream.concat(texts.stream(), Stream.of(switches)).toArray(String[]::new));
        query.values.forEach(
                (name, value) -> {
                    if (!texts.contains(name) && !"true".equals(value) && !"false".equals(value)) {
                        throw ProblemException.badRequest(
                                name + "='" + value + "' is neither true nor false; choose one");
                    }
                });
        return query;
    }

    /**
     * Reads parameters that {@link #number} looks at.
     *
     * @throws ProblemException 400 where one is unknown
     */
    static Query numbers(ServerRequest request, String... known) {
        final Map<String, String> values = new HashMap<>();
        for (String name : request.query().names()) {
            if (!List.of(known).contains(name)) {
                throw ProblemException.badRequest(
                        "query parameter '"
                                + name
                                + "' is unknown; "
                                + NearestWord.of(name, List.of(known))
                                        .map(near -> "did you mean '" + near + "'?")
                                        .orElse("known here are " + String.join(", ", known)));
            }
            values.put(name, request.query().get(name));
        }
        return new Query(values);
    }

    /** Reads these parameters and looks at no other. */
    static Query some(ServerRequest request, List<String> names) {
        final Map<String, String> values = new HashMap<>();
        names.stream()
                .filter(request.query().names()::contains)
                .forEach(name -> values.put(name, request.query().get(name)));
        return new Query(values);
    }

    /** The value of a parameter. */
    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    boolean isTrue(String name) {
        return "true".equals(values.get(name));
    }

    /**
     * A whole number; 0 where it is not given.
     *
     * @throws ProblemException 400 where it is none, or out of range
     */
    int number(String name, int min, int max) {
        final String value = values.get(name);
        if (value == null) {
            return 0;
        }
        try {
            final int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below, like any other that cannot be.
        }
        throw ProblemException.badRequest(
                name + "='" + value + "' is out of range; choose " + min + " to " + max);
    }
}
