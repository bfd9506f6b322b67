package dev.mneme.cli.report;

import static dev.mneme.cli.report.Fragment.escape;

import java.util.List;

/**
 * Title and legend above a chart that stands alone.
 *
 * @param title first line
 * @param names of the curves, then of the levels
 * @param curves how many names are curves
 * @param width pixels for a row of the legend
 */
record SvgHead(String title, List<String> names, int curves, int width) {
    private static final int TITLE = 26;
    private static final int ROW = 18;
    private static final int LEFT = 14;
    private static final int KEY = 24;
    private static final int GAP = 16;
    /** Of one character on average; SVG does not tell before it is drawn. */
    private static final double CHARACTER = 6.5;

    SvgHead {
        names = List.copyOf(names);
    }

    int height() {
        return TITLE + (names.size() < 2 ? 0 : rows() * ROW);
    }

    String render() {
        StringBuilder svg = new StringBuilder("<text class=\"title\" x=\"" + LEFT + "\" y=\"18\">")
                .append(escape(title))
                .append("</text>\n");
        if (names.size() < 2) {
            return svg.toString();
        }
        int x = LEFT;
        int y = TITLE + 8;
        for (int i = 0; i < names.size(); i++) {
            if (x > LEFT && x + space(i) > width) {
                x = LEFT;
                y += ROW;
            }
            String style = i < curves ? "curve c" + i % LineChart.COLOURS : "level";
            svg.append("<line class=\"" + style + "\" x1=\"" + x + "\" x2=\"" + (x + KEY - 6) + "\" y1=\"" + y
                            + "\" y2=\"" + y + "\"/><text class=\"tick\" x=\"" + (x + KEY) + "\" y=\"" + (y + 4)
                            + "\">")
                    .append(escape(names.get(i)))
                    .append("</text>\n");
            x += space(i);
        }
        return svg.toString();
    }

    private int rows() {
        int rows = 1;
        int x = LEFT;
        for (int i = 0; i < names.size(); i++) {
            if (x > LEFT && x + space(i) > width) {
                x = LEFT;
                rows++;
            }
            x += space(i);
        }
        return rows;
    }

    private int space(int name) {
        return KEY + GAP + (int) Math.ceil(CHARACTER * names.get(name).length());
    }
}
