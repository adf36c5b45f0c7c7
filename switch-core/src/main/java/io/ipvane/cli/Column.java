// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * One column of a table made from JSON objects.
 *
 * @param heading in capitals
 * @param cell its text for one object
 */
record Column(String heading, Function<JsonNode, String> cell) {
    /** The value of a key; the elements of a list with commas between them. */
    static Column of(String heading, String key) {
        return new Column(heading, row -> text(row.path(key)));
    }

    /** One word or another for a key that is true or false. */
    static Column of(String heading, String key, String whenTrue, String whenFalse) {
        return new Column(heading, row -> row.path(key).asBoolean() ? whenTrue : whenFalse);
    }

    private static String text(JsonNode value) {
        if (!value.isArray()) {
            return value.asText();
        }
        final List<String> elements = new ArrayList<>();
        value.forEach(element -> elements.add(element.asText()));
        return String.join(",", elements);
    }
}
