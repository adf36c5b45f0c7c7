// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.NearestWord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The switches behind the question mark of a change. One that is not known is refused: a mistyped
 * {@code dryRun} must not change anything.
 */
final class Query {
    static final String DRY_RUN = "dryRun";

    private final Map<String, Boolean> values;

    private Query(Map<String, Boolean> values) {
        this.values = values;
    }

    /**
     * Reads them.
     *
     * @throws ProblemException 400 where one is unknown or neither true nor false
     */
    static Query of(ServerRequest request, String... known) {
        final Map<String, Boolean> values = new HashMap<>();
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
            final String value = request.query().get(name);
            if (!"true".equals(value) && !"false".equals(value)) {
                throw ProblemException.badRequest(
                        name + "='" + value + "' is neither true nor false; choose one");
            }
            values.put(name, "true".equals(value));
        }
        return new Query(values);
    }

    boolean isTrue(String name) {
        return values.getOrDefault(name, false);
    }
}
