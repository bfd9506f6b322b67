package dev.mneme.cli.report;

import static dev.mneme.cli.report.Fragment.escape;

import java.util.List;
import java.util.Map;

/** Tables and figure tiles. */
public final class Tables {
    private Tables() {}

    /** How a row is marked. */
    public enum Mark {
        NONE,
        GOOD,
        BAD
    }

    /**
     * One row; the first cell is its heading.
     *
     * @param marked which cell carries the mark, from 1
     */
    public record Row(List<String> cells, Mark mark, int marked) {
        public Row {
            cells = List.copyOf(cells);
        }

        public static Row of(String... cells) {
            return new Row(List.of(cells), Mark.NONE, 0);
        }
    }

    /** A figure worth seeing first. */
    public record Tile(String label, String value, String note) {}

    /** Keys and values, in order. */
    public static Fragment pairs(String caption, Map<String, ?> values) {
        StringBuilder html = new StringBuilder("<div class=\"scroll\"><table class=\"pairs\"><caption>")
                .append(escape(caption))
                .append("</caption><tbody>");
        values.forEach((key, value) -> html.append("<tr><th scope=\"row\">")
                .append(escape(key))
                .append("</th><td>")
                .append(escape(String.valueOf(value)))
                .append("</td></tr>"));
        return new Fragment(html.append("</tbody></table></div>").toString());
    }

    /** A table with a heading row. */
    public static Fragment table(String caption, List<String> headings, List<Row> rows) {
        StringBuilder html = new StringBuilder("<div class=\"scroll\"><table><caption>")
                .append(escape(caption))
                .append("</caption><thead><tr>");
        headings.forEach(heading ->
                html.append("<th scope=\"col\">").append(escape(heading)).append("</th>"));
        html.append("</tr></thead><tbody>");
        rows.forEach(row -> html.append(row(row)));
        return new Fragment(html.append("</tbody></table></div>").toString());
    }

    private static String row(Row row) {
        String mark = switch (row.mark()) {
            case NONE -> "<td>";
            case GOOD -> "<td class=\"good\">";
            case BAD -> "<td class=\"bad\">";
        };
        StringBuilder html = new StringBuilder("<tr>");
        for (int i = 0; i < row.cells().size(); i++) {
            String cell = escape(row.cells().get(i));
            html.append(
                    i == 0
                            ? "<th scope=\"row\">" + cell + "</th>"
                            : (i == row.marked() ? mark : "<td>") + cell + "</td>");
        }
        return html.append("</tr>").toString();
    }

    /** Tiles side by side. */
    public static Fragment tiles(List<Tile> tiles) {
        StringBuilder html = new StringBuilder("<dl class=\"tiles\">");
        for (Tile tile : tiles) {
            html.append("<div><dt>")
                    .append(escape(tile.label()))
                    .append("</dt><dd>")
                    .append(escape(tile.value()))
                    .append("</dd><dd class=\"note\">")
                    .append(escape(tile.note()))
                    .append("</dd></div>");
        }
        return new Fragment(html.append("</dl>").toString());
    }
}
