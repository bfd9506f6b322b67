package dev.mneme.cli.report;

import static dev.mneme.cli.report.Fragment.escape;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Curves as inline SVG. Drawn here and not by a charting library: those measure text with AWT, which fails on servers
 * without fonts, and their colours do not follow the reader's light or dark theme.
 */
public final class LineChart {
    private static final int WIDTH = 480;
    private static final int HEIGHT = 280;
    private static final int CHARACTER = 10;
    private static final int RIGHT = 14;
    private static final int TOP = 12;
    private static final int BOTTOM = 42;
    /** More points than pixels only make the file large. */
    private static final int MAX_POINTS = 240;

    static final int COLOURS = 8;

    private final String title;
    private final String xLabel;
    private final String yLabel;
    private final List<Series> series = new ArrayList<>();
    private final List<Level> levels = new ArrayList<>();
    private boolean logX;
    private boolean logY;
    private boolean fromZero;
    private boolean cursor;

    /** One curve; points whose y is not finite are left out. */
    public record Series(String name, double[] x, double[] y) {
        public Series {
            if (x.length != y.length) {
                throw new IllegalArgumentException(
                        "curve " + name + " has " + x.length + " x and " + y.length + " y values");
            }
        }
    }

    private record Level(String name, double y) {}

    /** Axes and how far from the left edge they cross. */
    private record Plot(Scale x, Scale y, int left) {
        static Plot of(Scale x, Scale y) {
            int longest = y.ticks().stream()
                    .mapToInt(tick -> y.label(tick).length())
                    .max()
                    .orElse(1);
            return new Plot(x, y, 24 + CHARACTER * longest);
        }

        double pixelX(double value) {
            return left + x.fraction(value) * (WIDTH - left - RIGHT);
        }

        double pixelY(double value) {
            return HEIGHT - BOTTOM - y.fraction(value) * (HEIGHT - TOP - BOTTOM);
        }
    }

    public LineChart(String title, String xLabel, String yLabel) {
        this.title = title;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
    }

    /** Adds a curve; there are colours for eight. */
    public LineChart with(Series added) {
        series.add(thinned(added));
        return this;
    }

    /** Adds a dashed horizontal line, such as a bound; NaN adds nothing. */
    public LineChart withLevel(String name, double y) {
        if (Double.isFinite(y)) {
            levels.add(new Level(name, y));
        }
        return this;
    }

    /** Draws lengths and the like on a logarithmic axis; points at 0 or below are left out. */
    public LineChart withLogX() {
        logX = true;
        return this;
    }

    /** As {@link #withLogX}, for the other axis. */
    public LineChart withLogY() {
        logY = true;
        return this;
    }

    /** Starts the y axis at 0, so that what hardly changes looks like it. */
    public LineChart fromZero() {
        fromZero = true;
        return this;
    }

    /**
     * Lets a script of the page mark a place on the x axis, which must be linear: the figure is of the class
     * {@code cursor} and says in {@code data-plot} where the plot lies, {@code left right top bottom}, and which x are at
     * its left and right.
     */
    public LineChart withCursor() {
        cursor = true;
        return this;
    }

    /** The chart as a figure with its legend. */
    public Fragment render() {
        if (isEmpty()) {
            return new Fragment("<figure class=\"chart\"><figcaption>" + escape(title)
                    + "</figcaption><p class=\"note\">No values were recorded.</p></figure>");
        }
        StringBuilder svg = new StringBuilder("<figure class=\"chart")
                .append(cursor ? " cursor\"" + plotPlace() : "\"")
                .append("><figcaption>")
                .append(escape(title))
                .append("</figcaption>")
                .append(legend())
                .append("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" aria-label=\"")
                .append(escape(description()))
                .append("\"><title>")
                .append(escape(description()))
                .append("</title>");
        draw(svg);
        return new Fragment(svg.append("</svg></figure>").toString());
    }

    /** The chart as a file of its own, with title and legend inside. */
    public String file() {
        List<String> names = new ArrayList<>();
        series.forEach(s -> names.add(s.name()));
        levels.forEach(level -> names.add(level.name()));
        SvgHead head = new SvgHead(title, names, series.size(), WIDTH);
        int height = head.height() + HEIGHT;
        StringBuilder svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")
                .append(WIDTH + " " + height + "\" width=\"" + 2 * WIDTH + "\" height=\"" + 2 * height)
                .append("\" role=\"img\" font-family=\"system-ui, sans-serif\">\n<title>")
                .append(escape(description()))
                .append("</title>\n<style>\n")
                .append(Styles.CHART.text())
                .append("</style>\n<rect class=\"surface\" width=\"100%\" height=\"100%\"/>\n")
                .append(head.render())
                .append("<g transform=\"translate(0 " + head.height() + ")\">\n");
        if (!isEmpty()) {
            draw(svg);
        }
        return svg.append("\n</g>\n</svg>\n").toString();
    }

    private String plotPlace() {
        Plot plot = Plot.of(scale(true), scale(false));
        List<Double> ticks = plot.x().ticks();
        return format(
                " data-plot=\"%d %d %d %d %s %s\"",
                plot.left(), WIDTH - RIGHT, TOP, HEIGHT - BOTTOM, ticks.get(0), ticks.get(ticks.size() - 1));
    }

    private boolean isEmpty() {
        return series.stream().allMatch(s -> shown(s).x().length == 0);
    }

    private void draw(StringBuilder svg) {
        Plot plot = Plot.of(scale(true), scale(false));
        grid(svg, plot);
        for (Level level : shownLevels()) {
            double py = plot.pixelY(level.y());
            svg.append(format(
                    "<line class=\"level\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    plot.left(), WIDTH - RIGHT, py, py));
        }
        for (int i = 0; i < series.size(); i++) {
            curve(svg, shown(series.get(i)), i, plot);
        }
    }

    private List<Level> shownLevels() {
        return levels.stream().filter(level -> !logY || level.y() > 0).toList();
    }

    /** Without points that a logarithmic axis has no place for. */
    private Series shown(Series s) {
        int[] kept = IntStream.range(0, s.x().length)
                .filter(i -> (!logX || s.x()[i] > 0) && (!logY || s.y()[i] > 0))
                .toArray();
        return new Series(
                s.name(),
                IntStream.of(kept).mapToDouble(i -> s.x()[i]).toArray(),
                IntStream.of(kept).mapToDouble(i -> s.y()[i]).toArray());
    }

    private String description() {
        StringBuilder text = new StringBuilder(title + ": " + yLabel + " over " + xLabel);
        for (Series s : series) {
            if (s.y().length > 0) {
                text.append(format("; %s from %.4g to %.4g", s.name(), s.y()[0], s.y()[s.y().length - 1]));
            }
        }
        levels.forEach(level -> text.append(format("; %s at %.4g", level.name(), level.y())));
        return text.toString();
    }

    private String legend() {
        if (series.size() + levels.size() < 2) {
            return "";
        }
        StringBuilder html = new StringBuilder("<ul class=\"legend\">");
        for (int i = 0; i < series.size(); i++) {
            html.append("<li><span class=\"key c").append(i % COLOURS).append("\"></span>");
            html.append(escape(series.get(i).name())).append("</li>");
        }
        levels.forEach(level -> html.append("<li><span class=\"key dashed\"></span>")
                .append(escape(level.name()))
                .append("</li>"));
        return html.append("</ul>").toString();
    }

    private Scale scale(boolean horizontal) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Series s : series) {
            for (double value : horizontal ? shown(s).x() : shown(s).y()) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        if (!horizontal) {
            for (Level level : shownLevels()) {
                low = Math.min(low, level.y());
                high = Math.max(high, level.y());
            }
            if (fromZero) {
                low = Math.min(low, 0);
            }
        }
        if (horizontal ? logX : logY) {
            return LogAxis.over(low, high);
        }
        return Axis.over(low, high, horizontal ? 6 : 5);
    }

    private void grid(StringBuilder svg, Plot plot) {
        for (double tick : plot.y().ticks()) {
            double py = plot.pixelY(tick);
            svg.append(format(
                    "<line class=\"grid-line\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    plot.left(), WIDTH - RIGHT, py, py));
            svg.append(format(
                    "<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>",
                    plot.left() - 6, py + 4, plot.y().label(tick)));
        }
        for (double tick : plot.x().ticks()) {
            svg.append(format(
                    "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>",
                    plot.pixelX(tick), HEIGHT - BOTTOM + 17, plot.x().label(tick)));
        }
        svg.append(format(
                "<text class=\"label\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s</text>",
                (plot.left() + WIDTH - RIGHT) / 2, HEIGHT - 6, escape(xLabel)));
        int middle = (TOP + HEIGHT - BOTTOM) / 2;
        svg.append(format(
                "<text class=\"label\" text-anchor=\"middle\" transform=\"rotate(-90 12 %d)\" x=\"12\" y=\"%d\">"
                        + "%s</text>",
                middle, middle, escape(yLabel)));
    }

    private static void curve(StringBuilder svg, Series s, int index, Plot plot) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < s.x().length; i++) {
            points.append(format("%.1f,%.1f ", plot.pixelX(s.x()[i]), plot.pixelY(s.y()[i])));
        }
        svg.append("<polyline class=\"curve c" + index % COLOURS + "\" points=\"")
                .append(points)
                .append("\"/>");
        if (s.x().length <= 20) {
            for (int i = 0; i < s.x().length; i++) {
                svg.append(format(
                        "<circle class=\"dot c%d\" r=\"3\" cx=\"%.1f\" cy=\"%.1f\"><title>%s: %.4g at %s"
                                + "</title></circle>",
                        index % COLOURS,
                        plot.pixelX(s.x()[i]),
                        plot.pixelY(s.y()[i]),
                        escape(s.name()),
                        s.y()[i],
                        plot.x().label(s.x()[i])));
            }
        }
    }

    /** Finite points only, neighbours averaged until they are few enough. */
    private static Series thinned(Series s) {
        int finite = 0;
        double[] x = new double[s.x().length];
        double[] y = new double[s.y().length];
        for (int i = 0; i < s.x().length; i++) {
            if (Double.isFinite(s.x()[i]) && Double.isFinite(s.y()[i])) {
                x[finite] = s.x()[i];
                y[finite++] = s.y()[i];
            }
        }
        int width = (finite + MAX_POINTS - 1) / MAX_POINTS;
        int count = width == 0 ? 0 : (finite + width - 1) / width;
        double[] meanX = new double[count];
        double[] meanY = new double[count];
        for (int i = 0; i < count; i++) {
            int from = i * width;
            int to = Math.min(finite, from + width);
            for (int j = from; j < to; j++) {
                meanX[i] += x[j] / (to - from);
                meanY[i] += y[j] / (to - from);
            }
        }
        return new Series(s.name(), meanX, meanY);
    }

    private static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern, arguments);
    }
}
