package dev.mneme.tasks.text;

import java.util.Arrays;

/** A tokenizer's ids behind the special ones. */
record TranslationCodec(TextTokenizer tokenizer) {
    static final int PAD = 0;
    static final int BOS = 1;
    static final int EOS = 2;
    static final int UNKNOWN = 3;
    /** Number of special ids. */
    static final int SPECIAL = 4;

    int size() {
        return SPECIAL + tokenizer.size();
    }

    int[] encode(String text) {
        return Arrays.stream(tokenizer.encode(text))
                .map(id -> id == TextTokenizer.UNKNOWN ? UNKNOWN : SPECIAL + id)
                .toArray();
    }

    /**
     * Text of ids; special ones and {@link dev.mneme.task.SegmentBatch#IGNORED} are left out, but for the unknown one.
     *
     * @param unknown what is written for it
     */
    String decode(long[] ids, String unknown) {
        StringBuilder text = new StringBuilder();
        int from = 0;
        for (int i = 0; i <= ids.length; i++) {
            if (i == ids.length || ids[i] == UNKNOWN) {
                text.append(tokenizer.decode(known(ids, from, i)));
                text.append(i == ids.length ? "" : unknown);
                from = i + 1;
            }
        }
        return text.toString();
    }

    private static int[] known(long[] ids, int from, int to) {
        return Arrays.stream(ids, from, to)
                .filter(id -> id >= SPECIAL)
                .mapToInt(id -> Math.toIntExact(id - SPECIAL))
                .toArray();
    }
}
