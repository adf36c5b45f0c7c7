// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** How rows are printed. */
enum Output {
    /** Columns for people. */
    TABLE,

    /** An array of objects on one line. */
    JSON,

    /** An array of objects, indented. */
    PRETTY;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** An array of JSON objects as text that ends with a line feed. */
    String format(JsonNode rows, List<Column> columns) {
        try {
            return switch (this) {
                case TABLE -> table(rows, columns);
                case JSON -> MAPPER.writeValueAsString(rows) + "\n";
                case PRETTY ->
                        MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(rows) + "\n";
            };
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree cannot be written", e);
        }
    }

    private static String table(JsonNode rows, List<Column> columns) {
        final Table table = new Table(columns.stream().map(Column::heading).toArray(String[]::new));
        for (JsonNode row : rows) {
            table.add(columns.stream().map(c -> c.cell().apply(row)).toArray(String[]::new));
        }
        return table.toString();
    }
}
