package dev.mneme.cli.report;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A piece of finished HTML. Whoever makes one has escaped the text in it.
 *
 * @param html well-formed, without {@code <html>} or {@code <body>}
 */
public record Fragment(String html) {
    /** A paragraph of plain text. */
    public static Fragment paragraph(String text) {
        return new Fragment("<p>" + escape(text) + "</p>");
    }

    /** A heading below the section's own, then the parts. */
    public static Fragment titled(String title, Fragment... parts) {
        return new Fragment(
                "<h3>" + escape(title) + "</h3>" + join(Arrays.asList(parts)).html());
    }

    /** Parts one below the other. */
    public static Fragment join(List<Fragment> parts) {
        return new Fragment(parts.stream().map(Fragment::html).collect(Collectors.joining("\n")));
    }

    /** Parts beside each other as far as the window is wide enough. */
    public static Fragment sideBySide(List<Fragment> parts) {
        return new Fragment("<div class=\"grid\">" + join(parts).html() + "</div>");
    }

    /** Text that shows as itself in HTML content and attributes; control characters become visible. */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                case '\n', '\t' -> escaped.append((char) c);
                default -> {
                    if (Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF)) {
                        escaped.append('\uFFFD');
                    } else {
                        escaped.appendCodePoint(c);
                    }
                }
            }
        });
        return escaped.toString();
    }
}
