// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.plot;

import java.util.List;
import java.util.Locale;

/**
 * Lines over a few places on an axis, with their ranges, as SVG that GitHub and a browser show. The
 * vertical axis is logarithmic or begins at 0.
 *
 * @param title what is shown, in a line
 * @param unit of the vertical axis
 * @param places names on the horizontal axis, left to right
 * @param lines one a system
 * @param logarithmic whether equal heights are equal factors
 */
record Chart(
        String title, String unit, List<String> places, List<Line> lines, boolean logarithmic) {
    /** A value with its range, or null where nothing was measured. */
    record Point(double median, double min, double max) {}

    /** One system: a point a place. */
    record Line(String name, List<Point> points) {}

    private static final List<String> COLORS =
            List.of("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#d68910", "#5d6d7e");

    private static final int WIDTH = 720;
    private static final int HEIGHT = 380;
    private static final int LEFT = 70;
    private static final int TOP = 50;
    private static final int PLOT_WIDTH = 430;
    private static final int PLOT_HEIGHT = 270;
    private static final int LEGEND = LEFT + PLOT_WIDTH + 30;
    private static final int LINES_ACROSS = 5;

    /** The picture as a document. */
    String svg() {
        final StringBuilder out = new StringBuilder();
        add(
                out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"12\">",
                WIDTH,
                HEIGHT);
        add(out, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
        add(out, "<text x=\"%d\" y=\"24\" font-size=\"15\">%s</text>", LEFT, escape(title));
        axes(out);
        for (int i = 0; i < lines.size(); i++) {
            line(out, lines.get(i), COLORS.get(i % COLORS.size()), i);
        }
        return out.append("</svg>\n").toString();
    }

    private void axes(StringBuilder out) {
        final int across = across();
        for (int i = 0; i <= across; i++) {
            final double value = valueAt((double) i / across);
            add(
                    out,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>",
                    LEFT,
                    LEFT + PLOT_WIDTH,
                    y(value),
                    y(value));
            add(
                    out,
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT - 8,
                    y(value) + 4,
                    label(value));
        }
        for (int i = 0; i < places.size(); i++) {
            add(
                    out,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    x(i),
                    TOP + PLOT_HEIGHT + 22,
                    escape(places.get(i)));
        }
        add(out, "<text x=\"%d\" y=\"%d\">%s</text>", LEFT - 50, TOP - 10, escape(unit));
    }

    private void line(StringBuilder out, Line line, String color, int place) {
        final StringBuilder path = new StringBuilder();
        for (int i = 0; i < places.size(); i++) {
            final Point point = line.points.get(i);
            if (point == null) {
                continue;
            }
            path.append(path.isEmpty() ? "M" : " L")
                    .append(String.format(Locale.ROOT, "%.1f %.1f", x(i), y(point.median)));
            add(
                    out,
                    "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\""
                            + " stroke-opacity=\"0.4\" stroke-width=\"5\"/>",
                    x(i),
                    x(i),
                    y(point.min),
                    y(point.max),
                    color);
            add(
                    out,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>",
                    x(i),
                    y(point.median),
                    color);
        }
        add(out, "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>", path, color);
        final int y = TOP + 10 + 22 * place;
        add(
                out,
                "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"4\" fill=\"%s\"/>",
                LEGEND,
                y,
                color);
        add(out, "<text x=\"%d\" y=\"%d\">%s</text>", LEGEND + 20, y + 6, escape(line.name));
    }

    private double x(int place) {
        return LEFT + PLOT_WIDTH * (place + 0.5) / places.size();
    }

    private double y(double value) {
        final double share =
                logarithmic
                        ? Math.log(value / least()) / Math.log(most() / least())
                        : value / most();
        return TOP + PLOT_HEIGHT * (1 - share);
    }

    private double valueAt(double share) {
        return logarithmic ? least() * Math.pow(most() / least(), share) : most() * share;
    }

    private double most() {
        final double most =
                lines.stream()
                        .flatMap(line -> line.points.stream())
                        .filter(point -> point != null)
                        .mapToDouble(Point::max)
                        .max()
                        .orElse(1);
        return logarithmic
                ? Math.pow(10, Math.ceil(Math.log10(most)))
                : roundStep(most) * LINES_ACROSS;
    }

    /** Steps of 1, 2 or 5 times a power of ten, as many as lines across hold the value. */
    private static double roundStep(double most) {
        final double least = most / LINES_ACROSS;
        final double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (int factor : new int[] {1, 2, 5}) {
            if (factor * power >= least) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private int across() {
        return logarithmic ? (int) Math.round(Math.log10(most() / least())) : LINES_ACROSS;
    }

    private double least() {
        final double least =
                lines.stream()
                        .flatMap(line -> line.points.stream())
                        .filter(point -> point != null)
                        .mapToDouble(Point::min)
                        .min()
                        .orElse(1);
        return Math.pow(10, Math.floor(Math.log10(least)));
    }

    private static String label(double value) {
        return value >= 10
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }

    private static void add(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
