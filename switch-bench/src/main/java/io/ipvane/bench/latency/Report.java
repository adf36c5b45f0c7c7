// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
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
        all.removeIf(series -> series.samples().isEmpty());
    }

    /** Every figure. */
    public List<Row> rows() {
        final List<Row> rows = new ArrayList<>();
        for (Series series : all) {
            final String causes = series.causes().toString();
            for (double percentile : PERCENTILES) {
                final String metric = metric(percentile);
                rows.add(row(series, metric, "us", s -> s.micros(percentile), causes));
                rows.add(
                        row(
                                series,
                                metric + "_quiet",
                                "us",
                                s -> s.quietMicros(percentile),
                                causes));
            }
            rows.add(row(series, "disturbed", "%", s -> 100 * s.disturbed(), causes));
            rows.add(row(series, "lost", "frames", s -> lost(s.measurement()), causes));
            rows.add(row(series, "pauses", "1/s", Report::pausesASecond, causes));
            rows.add(row(series, "longest_pause", "us", Report::longestPause, causes));
        }
        return rows;
    }

    private static Row row(
            Series series,
            String metric,
            String unit,
            java.util.function.ToDoubleFunction<Series.Sample> value,
            String causes) {
        return Row.of(
                series.phase().title(), series.system(), metric, unit, series.each(value), causes);
    }

    private static String metric(double percentile) {
        return percentile == 100
                ? "max"
                : "p" + (percentile == (int) percentile ? "" + (int) percentile : percentile);
    }

    private static long lost(Measurement measurement) {
        return measurement.sent() - measurement.received();
    }

    private static double pausesASecond(Series.Sample sample) {
        return sample.start().pausesIn(sample.measurement()).size()
                * 1e9
                / sample.measurement().nanos();
    }

    private static double longestPause(Series.Sample sample) {
        return sample.start().pausesIn(sample.measurement()).stream()
                        .mapToLong(Pause::length)
                        .max()
                        .orElse(0)
                / 1e3;
    }

    /**
     * A distribution for plotting.
     *
     * @param points of {percentile, microseconds}, of every frame
     * @param quiet the same without frames that other programs disturbed
     */
    public record Distribution(
            String scenario,
            String system,
            int runs,
            List<double[]> points,
            List<double[]> quiet) {}

    /** Every distribution, all starts of a system in one. */
    public List<Distribution> distributions() {
        return all.stream()
                .map(
                        series ->
                                new Distribution(
                                        series.phase().title(),
                                        series.system(),
                                        series.samples().size(),
                                        points(series.merged(Series.Sample::all)),
                                        points(series.merged(Series.Sample::quiet))))
                .toList();
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
            System.out.printf(
                    "%n%s, %s: %d starts, of which %d disturbed; placement %s ns%n",
                    s.phase().title(),
                    s.system(),
                    s.samples().size(),
                    s.voided() ? s.disturbed() : 0,
                    s.samples().stream().map(x -> x.start().placement()).toList());
            System.out.printf("    every frame      %s%n", line(s, Series.Sample::micros));
            System.out.printf(
                    "    quiet (%4.1f%%)    %s%n",
                    100 - 100 * s.median(Series.Sample::disturbed),
                    line(s, Series.Sample::quietMicros));
            System.out.printf(
                    "    lost %.0f, pauses %.1f/s, longest %.0f us; %s%n",
                    s.median(x -> lost(x.measurement())),
                    s.median(Report::pausesASecond),
                    s.median(Report::longestPause),
                    s.causes());
        }
        System.out.println();
        verdicts().forEach(System.out::println);
    }

    /** A percentile of a start. */
    private interface Percentile {
        double of(Series.Sample sample, double percentile);
    }

    private static String line(Series series, Percentile which) {
        final StringBuilder line = new StringBuilder();
        for (double percentile : PERCENTILES) {
            line.append(
                    "%s %.2f  "
                            .formatted(
                                    metric(percentile),
                                    series.median(s -> which.of(s, percentile))));
        }
        return line.append("us").toString();
    }

    /** Each system of ours against testpmd, start by start of the same round. */
    public List<String> verdicts() {
        final List<String> lines = new ArrayList<>();
        for (Series ours : all) {
            final Series peer = peer(ours.phase());
            if (peer == null || !ours.system().startsWith("ipvane")) {
                continue;
            }
            if (ours.phase().rate() == 0) {
                lines.add(oneInFlight(ours, peer));
            } else if (ours.phase().rate() == LOADED_RATE) {
                lines.add(loaded(ours, peer, "every frame", Series.Sample::micros));
                lines.add(loaded(ours, peer, "quiet", Series.Sample::quietMicros));
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

    private static String oneInFlight(Series ours, Series peer) {
        final double ratio = median(ours, peer, (a, b) -> a.micros(50) / b.micros(50));
        return verdict(
                ours,
                peer,
                "p50 / " + PEER,
                ratio,
                "<= " + ONE_IN_FLIGHT_RATIO,
                ratio <= ONE_IN_FLIGHT_RATIO ? "met" : "missed");
    }

    private static String loaded(Series ours, Series peer, String which, Percentile percentile) {
        final double more =
                median(ours, peer, (a, b) -> percentile.of(a, 99.99) - percentile.of(b, 99.99));
        return verdict(
                ours,
                peer,
                "p99.99 - %s, us, %s".formatted(PEER, which),
                more,
                "<= 50 (10)",
                more <= LOADED_AIM_MICROS ? "aim met" : more <= LOADED_MICROS ? "met" : "missed");
    }

    private static String verdict(
            Series ours, Series peer, String what, double value, String target, String verdict) {
        final boolean disturbed = ours.voided() || peer.voided();
        return "%-14s %-34s %-36s %8.2f  target %-11s %s"
                .formatted(
                        ours.phase().title(),
                        ours.system(),
                        what,
                        value,
                        target,
                        Double.isNaN(value) ? "not measured" : disturbed ? "disturbed" : verdict);
    }

    /** Compares two starts. */
    interface Comparison {
        double of(Series.Sample ours, Series.Sample theirs);
    }

    /** The median over rounds in which both ran undisturbed; NaN where there are none. */
    static double median(Series ours, Series theirs, Comparison comparison) {
        final double[] values =
                IntStream.range(0, ours.samples().size())
                        .mapToObj(ours.samples()::get)
                        .filter(s -> theirs.ofRound(s.start().round()) != null)
                        .mapToDouble(s -> comparison.of(s, theirs.ofRound(s.start().round())))
                        .toArray();
        return values.length == 0 ? Double.NaN : Row.median(values);
    }
}
