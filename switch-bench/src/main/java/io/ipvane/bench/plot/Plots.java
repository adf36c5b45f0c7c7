// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.plot;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.bench.plot.Chart.Line;
import io.ipvane.bench.plot.Chart.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Draws {@code throughput.svg} and {@code lookup.svg} from peers.json, and {@code latency.svg} from
 * latency.json; those whose rows are there.
 *
 * <pre>plots ROWS PICTURES</pre>
 *
 * Both are directories.
 */
public final class Plots {
    private static final List<String> SIZES = List.of("1,000", "65,536", "1,000,000");
    private static final List<String> PERCENTILES = List.of("p50", "p99", "p99.9", "p99.99");

    /** What is drawn of a row; the others of its keys are for other readers. */
    private record Row(
            String scenario, String system, String metric, double median, double min, double max) {}

    private final Path from;
    private final Path to;

    private Plots(Path from, Path to) {
        this.from = from;
        this.to = to;
    }

    public static void main(String[] args) throws IOException {
        final Plots plots = new Plots(Path.of(args[0]), Path.of(args[1]));
        Files.createDirectories(plots.to);
        plots.throughput();
        plots.latency();
    }

    private void throughput() throws IOException {
        final List<Row> rows = rows("peers.json");
        draw(
                "throughput.svg",
                new Chart(
                        "Whole switch, wire to ports, by size of the address table",
                        "Mpps a core",
                        SIZES,
                        lines(rows, SIZES, "ring l2 wire %s"::formatted, "throughput"),
                        false));
        draw(
                "lookup.svg",
                new Chart(
                        "Lookups alone, bursts of 64, by size of the address table",
                        "M/s a core",
                        SIZES,
                        lines(rows, SIZES, "lookup IPv4 %s"::formatted, "lookups"),
                        false));
    }

    private void latency() throws IOException {
        final List<Row> rows = rows("latency.json");
        final List<Line> lines = new ArrayList<>();
        for (String system : systems(rows, row -> row.scenario.equals("1 Mpps"))) {
            lines.add(
                    new Line(
                            system,
                            PERCENTILES.stream()
                                    .map(p -> point(rows, "1 Mpps", system, p + "_quiet"))
                                    .toList()));
        }
        draw(
                "latency.svg",
                new Chart(
                        "Latency at 1 Mpps offered, frames that nobody from outside disturbed",
                        "microseconds",
                        PERCENTILES,
                        lines,
                        true));
    }

    private static List<Line> lines(
            List<Row> rows, List<String> places, Function<String, String> scenario, String metric) {
        final List<Line> lines = new ArrayList<>();
        for (String system : systems(rows, row -> row.scenario.equals(scenario.apply("1,000")))) {
            final List<Point> points = new ArrayList<>();
            for (String place : places) {
                points.add(point(rows, scenario.apply(place), system, metric));
            }
            lines.add(new Line(system, points));
        }
        return lines;
    }

    private static List<String> systems(List<Row> rows, Predicate<Row> wanted) {
        return rows.stream().filter(wanted).map(Row::system).distinct().toList();
    }

    private static Point point(List<Row> rows, String scenario, String system, String metric) {
        return rows.stream()
                .filter(
                        row ->
                                row.scenario.equals(scenario)
                                        && row.system.equals(system)
                                        && row.metric.equals(metric))
                .map(row -> new Point(row.median, row.min, row.max))
                .findFirst()
                .orElse(null);
    }

    private List<Row> rows(String file) throws IOException {
        final Path path = from.resolve(file);
        return Files.exists(path)
                ? new ObjectMapper()
                        .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
                        .readValue(path.toFile(), new TypeReference<List<Row>>() {})
                : List.of();
    }

    private void draw(String name, Chart chart) throws IOException {
        final boolean empty =
                chart.lines().stream()
                        .flatMap(l -> l.points().stream())
                        .noneMatch(Objects::nonNull);
        if (!empty) {
            Files.writeString(to.resolve(name), chart.svg());
            System.out.println("drawn: " + to.resolve(name));
        }
    }
}
