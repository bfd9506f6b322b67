package dev.mneme.cli.stream;

import java.util.ArrayList;
import java.util.List;

/** Cuts text that arrives in pieces of any size into lines, and very long lines into parts; how it arrives is no matter. */
final class LineCutter {
    /** Characters of one part at most, so that a line without end is not held back. */
    static final int LONGEST = 4096;

    private final StringBuilder rest = new StringBuilder();

    /**
     * A line, or a part of one.
     *
     * @param text with the line break, where it has one
     * @param ends whether the line ends here
     */
    record Part(String text, boolean ends) {}

    /** The lines and parts of lines that are known after these characters. */
    List<Part> add(CharSequence text) {
        rest.append(text);
        List<Part> parts = new ArrayList<>();
        int start = 0;
        for (int end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n", start)) {
            start = cutUntil(end + 1, start, parts);
            parts.add(new Part(rest.substring(start, end + 1), true));
            start = end + 1;
        }
        start = cutUntil(rest.length(), start, parts);
        rest.delete(0, start);
        return parts;
    }

    /** What is left at the end of the text: at most one line. */
    List<Part> end() {
        if (rest.length() == 0) {
            return List.of();
        }
        Part last = new Part(rest.toString(), true);
        rest.setLength(0);
        return List.of(last);
    }

    private int cutUntil(int end, int from, List<Part> parts) {
        int start = from;
        while (end - start > LONGEST) {
            int cut = cut(start);
            parts.add(new Part(rest.substring(start, cut), false));
            start = cut;
        }
        return start;
    }

    /** Before the last blank, where tokenizers cut as well; else anywhere but within a character. */
    private int cut(int start) {
        int limit = start + LONGEST;
        for (int i = limit; i > start; i--) {
            if (Character.isWhitespace(rest.charAt(i))) {
                return i;
            }
        }
        return Character.isHighSurrogate(rest.charAt(limit - 1)) ? limit - 1 : limit;
    }
}
