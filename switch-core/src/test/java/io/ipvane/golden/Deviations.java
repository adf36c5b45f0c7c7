// SPDX-License-Identifier: Apache-2.0
package io.ipvane.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rows of one section of {@code docs/deviations.md}: where ipvane answers otherwise than the
 * kernel did, each with its rule and its reason. A row may name several modes, flags, cases and
 * receivers; every one of them must be needed by some case, or the row is an error.
 */
final class Deviations {
    /** One row; the first four are sets of words. */
    record Row(
            Set<String> modes,
            Set<String> flags,
            Set<String> cases,
            Set<String> receivers,
            String kernel,
            String ours,
            String rule,
            String reason) {
        boolean names(String mode, String flag, String caseId, String receiver) {
            return modes.contains(mode)
                    && flags.contains(flag)
                    && cases.contains(caseId)
                    && receivers.contains(receiver);
        }

        boolean explains(String kernelSaw, String weSaw) {
            return kernel.equals(kernelSaw) && ours.equals(weSaw);
        }
    }

    private static final Path FILE = Path.of("docs/deviations.md");
    private static final String HEADING = "## ";

    private final String section;
    private final Map<Row, Set<String>> usedWords = new HashMap<>();

    private Deviations(String section, List<Row> rows) {
        this.section = section;
        rows.forEach(row -> usedWords.put(row, new HashSet<>()));
    }

    /** The rows of the section with this heading. */
    static Deviations read(String section) {
        final List<Row> rows = new ArrayList<>();
        boolean within = false;
        try {
            for (String line : Files.readAllLines(FILE)) {
                if (line.startsWith(HEADING)) {
                    within = line.equals(HEADING + section);
                } else if (within && line.matches("\\| *l[23].*")) {
                    rows.add(row(line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Deviations(section, rows);
    }

    private static Row row(String line) {
        final String[] cells = line.strip().replaceAll("^\\||\\|$", "").split("\\|", -1);
        if (cells.length != 8) {
            throw new IllegalStateException("not a row of eight cells: " + line);
        }
        return new Row(
                words(cells[0]),
                words(cells[1]),
                words(cells[2]),
                words(cells[3]),
                cells[4].strip(),
                cells[5].strip(),
                cells[6].strip(),
                cells[7].strip());
    }

    private static Set<String> words(String cell) {
        return Set.of(cell.strip().split(" *, *"));
    }

    /**
     * Whether a row excuses that a receiver of a case saw something else than in the kernel. The
     * row counts as needed from now on.
     */
    boolean excuse(
            String mode, String flag, String caseId, String receiver, String kernel, String ours) {
        for (Map.Entry<Row, Set<String>> entry : usedWords.entrySet()) {
            final Row row = entry.getKey();
            if (row.names(mode, flag, caseId, receiver) && row.explains(kernel, ours)) {
                entry.getValue().addAll(List.of(mode, flag, caseId, receiver));
                return true;
            }
        }
        return false;
    }

    /** Rows, and what of them no case has asked for. */
    List<String> unneeded() {
        final List<String> all = new ArrayList<>();
        usedWords.forEach(
                (row, used) -> {
                    final Set<String> unused = new HashSet<>();
                    unused.addAll(row.modes());
                    unused.addAll(row.flags());
                    unused.addAll(row.cases());
                    unused.addAll(row.receivers());
                    unused.removeAll(used);
                    if (!unused.isEmpty()) {
                        all.add(section + ": " + unused + " of " + row);
                    }
                });
        return all;
    }
}
