package dev.mneme.cli.report;

import static dev.mneme.cli.report.Fragment.escape;

import java.util.List;
import java.util.Locale;

/**
 * A matrix of values in [0, largest] as shades of one colour, inline SVG.
 *
 * @param title what it shows
 * @param rowAxis what rows are, such as {@code queries}
 * @param columnAxis what columns are
 * @param rows one label a row
 * @param columns one label a column
 * @param values (rows, columns)
 */
public record HeatMap(
        String title, String rowAxis, String columnAxis, List<String> rows, List<String> columns, double[][] values) {
    private static final int LARGE_CELL = 16;
    private static final int SMALL_CELL = 12;
    private static final int MANY_COLUMNS = 20;
    private static final int CHARACTER = 7;
    private static final int AXIS = 18;
    private static final int LABEL_LENGTH = 6;

    public HeatMap {
        rows = List.copyOf(rows);
        columns = List.copyOf(columns);
        if (values.length != rows.size() || (values.length > 0 && values[0].length != columns.size())) {
            throw new IllegalArgumentException("heat map '" + title + "' has " + rows.size() + " row and "
                    + columns.size() + " column labels, but " + values.length + " rows of values");
        }
    }

    /** The map as a figure; hovering a cell names it. */
    public Fragment render() {
        int left = AXIS + CHARACTER * longest(rows) + 4;
        int top = AXIS + CHARACTER * longest(columns) + 4;
        int width = Math.max(left + cell() * columns.size() + 2, 120);
        int height = top + cell() * rows.size() + 2;
        double largest = largest();
        StringBuilder svg = new StringBuilder("<figure class=\"heat\"><figcaption>" + escape(title) + "</figcaption>")
                .append(format(
                        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" aria-label=\"%s\"><title>%s</title>",
                        width, height, width, escape(description(largest)), escape(description(largest))));
        svg.append(format(
                "<text class=\"label\" text-anchor=\"middle\" x=\"%d\" y=\"11\">%s</text>",
                left + cell() * columns.size() / 2, escape(columnAxis)));
        int middle = top + cell() * rows.size() / 2;
        svg.append(format(
                "<text class=\"label\" text-anchor=\"middle\" transform=\"rotate(-90 11 %d)\" x=\"11\" y=\"%d\">"
                        + "%s</text>",
                middle, middle, escape(rowAxis)));
        for (int c = 0; c < columns.size(); c++) {
            int x = left + cell() * c + cell() / 2 + 4;
            svg.append(format(
                    "<text class=\"tick mono\" transform=\"rotate(-90 %d %d)\" x=\"%d\" y=\"%d\">%s</text>",
                    x, top - 4, x, top - 4, shown(columns.get(c))));
        }
        svg.append(format(
                "<rect class=\"heat-frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
                left, top, cell() * columns.size(), cell() * rows.size()));
        for (int r = 0; r < rows.size(); r++) {
            row(svg, r, left, top, largest);
        }
        return new Fragment(svg.append("</svg></figure>").toString());
    }

    private int cell() {
        return columns.size() > MANY_COLUMNS ? SMALL_CELL : LARGE_CELL;
    }

    private void row(StringBuilder svg, int r, int left, int top, double largest) {
        svg.append(format(
                "<text class=\"tick mono\" text-anchor=\"end\" x=\"%d\" y=\"%d\">%s</text>",
                left - 4, top + cell() * r + cell() / 2 + 4, shown(rows.get(r))));
        for (int c = 0; c < columns.size(); c++) {
            double shade = largest > 0 ? values[r][c] / largest : 0;
            if (shade >= 0.01) {
                svg.append(format(
                        "<rect class=\"cell\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill-opacity=\"%.2f\">"
                                + "<title>%s, %s: %.3f</title></rect>",
                        left + cell() * c,
                        top + cell() * r,
                        cell(),
                        cell(),
                        shade,
                        shown(rows.get(r)),
                        shown(columns.get(c)),
                        values[r][c]));
            }
        }
    }

    private String description(double largest) {
        return format(
                "%s: %s by %s, %d by %d, darkest cell %.3f",
                title, rowAxis, columnAxis, rows.size(), columns.size(), largest);
    }

    private double largest() {
        double largest = 0;
        for (double[] row : values) {
            for (double value : row) {
                largest = Math.max(largest, value);
            }
        }
        return largest;
    }

    private static int longest(List<String> labels) {
        return labels.stream()
                .mapToInt(label -> Math.min(LABEL_LENGTH, label.length()))
                .max()
                .orElse(0);
    }

    private static String shown(String label) {
        return escape(label.length() <= LABEL_LENGTH ? label : label.substring(0, LABEL_LENGTH - 1) + "\u2026");
    }

    private static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern, arguments);
    }
}
