// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Comparisons as a table for people and as rows for programs. */
final class Report {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Report() {}

    /** Prints a table: ratio, range, target, verdict, then both systems, then what differs. */
    static void print(List<Comparison> comparisons) {
        System.out.printf(
                "%n%-50s %6s  %-17s %-16s %s%n", "ours / theirs", "ratio", "range", "target", "");
        String note = "";
        for (Comparison each : comparisons) {
            System.out.printf(
                    "%-50s %6.2f  %-17s %-16s %s%n",
                    each.title(), each.ratio(), each.range(), each.target(), each.verdict());
            print(each.ours());
            print(each.theirs());
            if (!each.note().equals(note)) {
                note = each.note();
                System.out.println("    (" + note + ")");
            }
        }
    }

    private static void print(Series series) {
        final Row row = series.row();
        System.out.printf(
                "    %-18s %s %.4g %s (%.4g-%.4g of %d starts), bottleneck: %s%n",
                row.system(),
                row.metric(),
                row.median(),
                row.unit(),
                row.min(),
                row.max(),
                row.runs(),
                row.bottleneck());
    }

    /** Writes an array of rows, and beside it what they were measured on. */
    static void write(Path file, List<Comparison> comparisons, Environment environment)
            throws IOException {
        final Set<Row> rows = new LinkedHashSet<>();
        for (Comparison each : comparisons) {
            rows.add(each.ours().row());
            rows.add(each.theirs().row());
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        JSON.writeValue(file.toFile(), rows);
        JSON.writeValue(file.resolveSibling("peers-environment.json").toFile(), environment);
    }
}
