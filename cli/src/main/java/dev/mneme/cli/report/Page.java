package dev.mneme.cli.report;

import static dev.mneme.cli.report.Fragment.escape;

import java.util.ArrayList;
import java.util.List;

/** One HTML file: a title, a sentence, sections. */
public final class Page {
    private final String title;
    private final String summary;
    private final List<Section> sections = new ArrayList<>();
    private String moreStyle = "";
    private String end = "";

    private record Section(String id, String title, Fragment body) {}

    public Page(String title, String summary) {
        this.title = title;
        this.summary = summary;
    }

    /** Adds a section; its place in the contents follows from the order. */
    public Page section(String sectionTitle, Fragment... parts) {
        sections.add(new Section("s" + (sections.size() + 1), sectionTitle, Fragment.join(List.of(parts))));
        return this;
    }

    /**
     * Makes the page move.
     *
     * @param style rules behind the page's own
     * @param data JSON, for the script to find as the text of the element {@code #data}
     * @param script run when everything else is there
     */
    public Page scripted(String style, String data, String script) {
        moreStyle = style;
        // The only way out of a script element is its end tag.
        end = "<script type=\"application/json\" id=\"data\">" + data.replace("<", "\\u003c") + "</script>\n<script>\n"
                + script + "</script>\n";
        return this;
    }

    /** The whole file. */
    public String render() {
        StringBuilder html = new StringBuilder(
                        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
                .append(escape(title))
                .append("</title>\n<style>\n")
                .append(style())
                .append("</style>\n</head>\n<body>\n<main>\n<header><h1>")
                .append(escape(title))
                .append("</h1><p class=\"lead\">")
                .append(escape(summary))
                .append("</p></header>\n");
        if (sections.size() > 2) {
            html.append("<nav aria-label=\"Contents\"><ul>");
            sections.forEach(section -> html.append("<li><a href=\"#")
                    .append(section.id())
                    .append("\">")
                    .append(escape(section.title()))
                    .append("</a></li>"));
            html.append("</ul></nav>\n");
        }
        sections.forEach(section -> html.append("<section aria-labelledby=\"")
                .append(section.id())
                .append("\"><h2 id=\"")
                .append(section.id())
                .append("\">")
                .append(escape(section.title()))
                .append("</h2>\n")
                .append(section.body().html())
                .append("\n</section>\n"));
        return html.append("</main>\n").append(end).append("</body>\n</html>\n").toString();
    }

    private String style() {
        return Styles.CHART.text() + Styles.PAGE.text() + moreStyle;
    }
}
