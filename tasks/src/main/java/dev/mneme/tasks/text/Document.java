package dev.mneme.tasks.text;

import java.nio.charset.StandardCharsets;

/**
 * One document, or a part of one.
 *
 * @param bytes its text, as a rule UTF-8; not copied
 */
record Document(byte[] bytes, int from, int to) {
    Document(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    int length() {
        return to - from;
    }

    Document part(int partFrom, int partTo) {
        return new Document(bytes, from + partFrom, from + partTo);
    }

    String text() {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
