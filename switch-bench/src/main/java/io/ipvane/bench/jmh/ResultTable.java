// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Prints comparisons as they come: a line a subject, its baselines and ratios beside it. */
final class ResultTable {
    private final PrintStream out;
    private String type = "";
    private List<String> labels = List.of();

    ResultTable(PrintStream out) {
        this.out = out;
    }

    void add(Comparison comparison) {
        if (!comparison.of().type().equals(type)) {
            type = comparison.of().type();
            labels = new BenchMethods(type).labels();
            header(comparison.of().title());
        }
        comparison.lines().forEach(line -> line(comparison.of(), line));
    }

    private void header(String title) {
        final StringBuilder line = new StringBuilder();
        line.append(
                String.format(Locale.ROOT, "%n%-74s %9s %6s", title + ", million/s", "Java", "+-"));
        for (String label : labels) {
            line.append(String.format(Locale.ROOT, " %9s %6s", label, "ratio"));
        }
        out.println(line.append("    B/op"));
    }

    private void line(BenchCase of, Comparison.Line line) {
        final Measurement subject = line.subject();
        final StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "  %-72s %9.2f %5.0f%%",
                        subject.method() + " " + of.label(),
                        subject.score(),
                        100 * subject.error() / subject.score()));
        for (String label : labels) {
            final Measurement baseline = line.baselines().get(label);
            text.append(
                    baseline == null
                            ? " ".repeat(17)
                            : String.format(
                                    Locale.ROOT,
                                    " %9.2f %6.2f",
                                    baseline.score(),
                                    subject.ratio(baseline)));
        }
        out.println(text.append(String.format(Locale.ROOT, " %7.3f", subject.bytes())));
        out.flush();
    }
}
