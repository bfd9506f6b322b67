package dev.mneme.tasks.text;

import java.nio.charset.StandardCharsets;

/** Text that is safe to show. */
final class VisibleText {
    private VisibleText() {}

    /** UTF-8 with malformed bytes as U+FFFD. */
    static String ofUtf8(byte[] bytes) {
        return of(new String(bytes, StandardCharsets.UTF_8));
    }

    /** Control characters other than line feed and tabulator are written as {@code \x1b}, so none reaches a terminal. */
    static String of(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) && c != '\n' && c != '\t') {
                shown.append(String.format("\\x%02x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }
}
