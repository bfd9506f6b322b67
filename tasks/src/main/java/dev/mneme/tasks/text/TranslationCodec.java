package dev.mneme.tasks.text;

import dev.mneme.task.SegmentBatch;
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

    /** Text of ids; special ones and {@link SegmentBatch#IGNORED} are left out, but the unknown one is shown. */
    String decode(long[] ids) {
        return tokenizer.decode(Arrays.stream(ids)
                .filter(id -> id >= UNKNOWN)
                .mapToInt(id -> id == UNKNOWN ? TextTokenizer.UNKNOWN : Math.toIntExact(id - SPECIAL))
                .toArray());
    }
}
