// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import io.ipvane.bench.latency.Series.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/** What a run has shown: rows for programs, a table and verdicts for people. */
public final class Report {
    private static final String PEER = "testpmd:io";
    private static final double ONE_IN_FLIGHT_RATIO = 1.5;
    private static final long LOADED_RATE = 1_000_000;
    private static final double LOADED_MICROS = 50;
    private static final double LOADED_AIM_MICROS = 10;
    private static final double[] PERCENTILES = {50, 99, 99.9, 99.99, 100};

    /** Points of a distribution on each halving of what is left to 100 %. */
    private static final int STEPS = 5;

    private final List<Series> all = new ArrayList<>();

    /** Gathers starts, by phase and then system, in the order in which they came first. */
    public Report(List<Start> starts) {
        final List<String> systems = starts.stream().map(Start::system).distinct().toList();
        starts.stream()
                .flatMap(s -> s.measurements().stream())
                .map(Measurement::phase)
                .distinct()
                .forEach(
                        phase ->
                                systems.forEach(
                                        system -> all.add(Series.of(starts, system, phase))));
        all.removeIf(Series::isEmpty);
    }

    /** Every figure; none where no start was good enough for it. */
    public List<Row> rows() {
        final List<Row> rows = new ArrayList<>();
        for (Series series : all) {
            for (View view : View.values()) {
                final Series good = series.where(view::accepts);
                for (double percentile : PERCENTILES) {
                    add(
                            rows,
                            good,
                            metric(percentile) + view.suffix(),
                            "us",
                            s -> view.micros(s, percentile));
                }
            }
            final Series good = series.where(View.EVERY::accepts);
            add(rows, good, "lost", "frames", s -> lost(s.measurement()));
            add(rows, good, "pauses", "1/s", Report::pausesASecond);
            add(rows, good, "longest_pause", "us", Report::longestPause);
            add(rows, series, "disturbed", "%", s -> 100 * s.disturbed());
        }
        return rows;
    }

    private static void add(
            List<Row> rows,
            Series series,
            String metric,
            String unit,
            ToDoubleFunction<Sample> value) {
        if (!series.isEmpty()) {
            rows.add(
                    Row.of(
                            series.phase().title(),
                            series.system(),
                            metric,
                            unit,
                            series.each(value),
                            series.causes().toString()));
        }
    }

    private static String metric(double percentile) {
        return percentile == 100
                ? "max"
                : "p" + (percentile == (int) percentile ? "" + (int) percentile : percentile);
    }

    private static long lost(Measurement measurement) {
        return measurement.sent() - measurement.received();
    }

    private static double pausesASecond(Sample sample) {
        return sample.start().pausesIn(sample.measurement()).size()
                * 1e9
                / sample.measurement().nanos();
    }

    private static double longestPause(Sample sample) {
        return sample.start().pausesIn(sample.measurement()).stream()
                        .mapToLong(Pause::length)
                        .max()
                        .orElse(0)
                / 1e3;
    }

    /**
     * A distribution for plotting.
     *
     * @param frames which, in the words of {@link View}
     * @param points of {percentile, microseconds}
     */
    public record Distribution(
            String scenario, String system, String frames, int runs, List<double[]> points) {}

    /** Every distribution, all good starts of a system in one. */
    public List<Distribution> distributions() {
        final List<Distribution> distributions = new ArrayList<>();
        for (Series series : all) {
            for (View view : View.values()) {
                final Series good = series.where(view::accepts);
                if (!good.isEmpty()) {
                    distributions.add(
                            new Distribution(
                                    series.phase().title(),
                                    series.system(),
                                    view.title(),
                                    good.samples().size(),
                                    points(good.merged(view))));
                }
            }
        }
        return distributions;
    }

    private static List<double[]> points(Histogram histogram) {
        final List<double[]> points = new ArrayList<>();
        histogram
                .percentiles(STEPS)
                .forEach(
                        p ->
                                points.add(
                                        new double[] {
                                            p.getPercentileLevelIteratedTo(),
                                            p.getValueIteratedTo() / 1e3
                                        }));
        return points;
    }

    /** Prints medians over starts, what late frames coincide with, and verdicts. */
    public void print() {
        for (Series s : all) {
            System.out.printf("%n%s, %s%n", s.phase().title(), s.system());
            for (View view : View.values()) {
                System.out.println("    " + line(s, view));
            }
            System.out.printf(
                    "    lost %.0f, pauses %.1f/s, longest %.0f us, disturbed %.0f%%; %s%n",
                    s.median(x -> lost(x.measurement())),
                    s.median(Report::pausesASecond),
                    s.median(Report::longestPause),
                    100 * s.median(Sample::disturbed),
                    s.causes());
        }
        System.out.println();
        verdicts().forEach(System.out::println);
    }

    private static String line(Series series, View view) {
        final Series good = series.where(view::accepts);
        final StringBuilder line =
                new StringBuilder(
                        "%-12s %d of %d starts: "
                                .formatted(
                                        view.title(),
                                        good.samples().size(),
                                        series.samples().size()));
        if (!good.isEmpty()) {
            for (double percentile : PERCENTILES) {
                final double[] values = good.each(s -> view.micros(s, percentile));
                line.append(Row.of("", "", metric(percentile), "us", values, "").range())
                        .append("  ");
            }
            line.append("us");
        }
        return line.toString();
    }

    /** Each system of ours against testpmd, start by start of the same round. */
    public List<String> verdicts() {
        final List<String> lines = new ArrayList<>();
        for (Series ours : all) {
            final Series peer = peer(ours.phase());
            if (peer == null || !ours.system().startsWith("ipvane")) {
                continue;
            }
            for (View view : View.values()) {
                if (ours.phase().rate() == 0) {
                    lines.add(oneInFlight(ours, peer, view));
                } else if (ours.phase().rate() == LOADED_RATE) {
                    lines.add(loaded(ours, peer, view));
                }
            }
        }
        return lines;
    }

    private Series peer(Phase phase) {
        return all.stream()
                .filter(s -> s.system().equals(PEER) && s.phase().equals(phase))
                .findFirst()
                .orElse(null);
    }

    private static String oneInFlight(Series ours, Series peer, View view) {
        final double[] ratios =
                ours.where(view::accepts)
                        .against(
                                peer.where(view::accepts),
                                (a, b) -> view.micros(a, 50) / view.micros(b, 50));
        return verdict(ours, view, "p50 / " + PEER, ratios, "<= " + ONE_IN_FLIGHT_RATIO)
                + judged(ratios, ONE_IN_FLIGHT_RATIO, Double.NaN);
    }

    private static String loaded(Series ours, Series peer, View view) {
        final double[] more =
                ours.where(view::accepts)
                        .against(
                                peer.where(view::accepts),
                                (a, b) -> view.micros(a, 99.99) - view.micros(b, 99.99));
        return verdict(ours, view, "p99.99 - " + PEER + ", us", more, "<= 50 (10)")
                + judged(more, LOADED_MICROS, LOADED_AIM_MICROS);
    }

    private static String verdict(
            Series ours, View view, String what, double[] values, String target) {
        return String.format(
                Locale.ROOT,
                "%-14s %-40s %-12s %-24s %s of %d rounds, target %s: ",
                ours.phase().title(),
                ours.system(),
                view.title(),
                what,
                values.length == 0 ? "-" : Row.of("", "", "", "", values, "").range().strip(),
                values.length,
                target);
    }

    private static String judged(double[] values, double target, double aim) {
        if (values.length == 0) {
            return "disturbed";
        }
        final double median = Row.median(values);
        return median <= aim ? "aim met" : median <= target ? "met" : "missed";
    }
}
