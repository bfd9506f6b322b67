package dev.mneme.cli.report;

import static dev.mneme.cli.report.Fragment.escape;

import java.util.List;

/**
 * One input with what the model made of it.
 *
 * @param input as a person reads it
 * @param expected symbols of the target, empty where there is none
 * @param predicted symbols of the model
 * @param comparesPlaces whether predicted symbols are marked right or wrong by the expected ones at the same places
 */
public record Sample(String input, List<String> expected, List<String> predicted, boolean comparesPlaces) {
    public Sample {
        expected = List.copyOf(expected);
        predicted = List.copyOf(predicted);
    }

    /** Number of places where the prediction is the expected symbol. */
    public int right() {
        int right = 0;
        for (int i = 0; i < Math.min(expected.size(), predicted.size()); i++) {
            right += expected.get(i).equals(predicted.get(i)) ? 1 : 0;
        }
        return right;
    }

    /** The samples as a list; wrong symbols are underlined, not only coloured. */
    public static Fragment render(List<Sample> samples) {
        StringBuilder html = new StringBuilder("<ol class=\"samples\">");
        for (Sample sample : samples) {
            html.append("<li><dl><dt>input</dt><dd class=\"mono\">")
                    .append(escape(sample.input()))
                    .append("</dd>");
            if (!sample.expected().isEmpty()) {
                html.append("<dt>target</dt><dd class=\"mono\">")
                        .append(escape(String.join(" ", sample.expected())))
                        .append("</dd>");
            }
            html.append("<dt>model</dt><dd class=\"mono\">")
                    .append(sample.marked())
                    .append("</dd></dl></li>");
        }
        return new Fragment(html.append("</ol>").toString());
    }

    private String marked() {
        if (!comparesPlaces) {
            return escape(String.join(" ", predicted));
        }
        StringBuilder html = new StringBuilder();
        for (int i = 0; i < predicted.size(); i++) {
            boolean right = i < expected.size() && expected.get(i).equals(predicted.get(i));
            html.append(i == 0 ? "" : " ")
                    .append(right ? "<span class=\"right\">" : "<span class=\"wrong\" title=\"wrong\">")
                    .append(escape(predicted.get(i)))
                    .append("</span>");
        }
        return html.append(" <span class=\"note\">(")
                .append(right())
                .append(" of ")
                .append(expected.size())
                .append(" right)</span>")
                .toString();
    }
}
