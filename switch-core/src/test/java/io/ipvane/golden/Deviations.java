// SPDX-License-Identifier: Apache-2.0
package io.ipvane.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rows of {@code docs/deviations.md}: where ipvane under {@code compat: kernel} answers
 * otherwise than the kernel did, each with its rule and its reason. A row is used by every case
 * that it names, and a row that no case needs is an error.
 */
final class Deviations {
    /** One row; {@code modes} and {@code flags} are words with commas between them. */
    record Row(
            String modes,
            String flags,
            String id,
            String receiver,
            String kernel,
            String ours,
            String rule,
            String reason) {
        boolean matches(String mode, String flag, String caseId, String at) {
            return Set.of(modes.split(",")).contains(mode)
                    && Set.of(flags.split(",")).contains(flag)
                    && id.equals(caseId)
                    && receiver.equals(at);
        }
    }

    private static final Path FILE = Path.of("docs/deviations.md");

    private final List<Row> rows;
    private final Set<Row> used = new HashSet<>();

    private Deviations(List<Row> rows) {
        this.rows = rows;
    }

    static Deviations read() {
        try (var lines = Files.lines(FILE)) {
            return new Deviations(
                    lines.filter(line -> line.matches("\\| *l[23].*"))
                            .map(Deviations::row)
                            .toList());
        } catch (IOException e) {
            throw new IllegalStateException(FILE + " cannot be read", e);
        }
    }

    private static Row row(String line) {
        final String[] cells = line.strip().replaceAll("^\\||\\|$", "").split("\\|", -1);
        if (cells.length != 8) {
            throw new IllegalStateException("not a row of eight cells: " + line);
        }
        return new Row(
                cells[0].strip().replace(" ", ""),
                cells[1].strip().replace(" ", ""),
                cells[2].strip(),
                cells[3].strip(),
                cells[4].strip(),
                cells[5].strip(),
                cells[6].strip(),
                cells[7].strip());
    }

    /** The row for one receiver of one case, which counts as used from now on, or null. */
    Row find(String mode, String flag, String caseId, String receiver) {
        for (Row row : rows) {
            if (row.matches(mode, flag, caseId, receiver)) {
                used.add(row);
                return row;
            }
        }
        return null;
    }

    /** Rows that no case has asked for. */
    List<Row> unused() {
        return rows.stream().filter(row -> !used.contains(row)).toList();
    }
}
