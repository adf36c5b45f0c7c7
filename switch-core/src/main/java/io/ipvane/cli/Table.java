// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows of text under headings, in columns as wide as they need; numbers to the right. What is empty
 * shows as a dash, so that every row has as many words as there are headings.
 */
final class Table {
    private static final String GAP = "  ";

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        this.headings = List.of(headings);
    }

    /** Adds a row with as many cells as there are headings. */
    void add(String... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells for " + headings.size() + " headings");
        }
        final List<String> row = new ArrayList<>();
        for (String cell : cells) {
            row.add(cell.isEmpty() ? "-" : cell);
        }
        rows.add(row);
    }

    /** All lines, each with a line feed; the headings alone where there are no rows. */
    @Override
    public String toString() {
        final StringBuilder out = new StringBuilder();
        append(out, headings);
        rows.forEach(row -> append(out, row));
        return out.toString();
    }

    private void append(StringBuilder out, List<String> row) {
        final StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            final String pad = " ".repeat(width(column) - row.get(column).length());
            line.append(column == 0 ? "" : GAP);
            line.append(isNumber(column) ? pad + row.get(column) : row.get(column) + pad);
        }
        out.append(line.toString().stripTrailing()).append('\n');
    }

    private int width(int column) {
        return Math.max(
                headings.get(column).length(),
                rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0));
    }

    private boolean isNumber(int column) {
        return !rows.isEmpty()
                && rows.stream()
                        .map(row -> row.get(column))
                        .allMatch(cell -> cell.matches("-?[0-9]+([.][0-9]+)?%?|-"));
    }
}
