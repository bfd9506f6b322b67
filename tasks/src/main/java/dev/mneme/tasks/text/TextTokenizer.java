package dev.mneme.tasks.text;

/** Text to ids and back. Thread-safe. */
interface TextTokenizer {
    /** Id of a piece of text the vocabulary does not hold. */
    int UNKNOWN = -1;

    /** What {@link #UNKNOWN} is decoded to. */
    String UNKNOWN_SIGN = "\uFFFD";

    /** Number of ids. */
    int size();

    /** Ids in 0 .. size - 1, or {@link #UNKNOWN}. */
    int[] encode(String text);

    /** Text of ids such as {@link #encode} gives; bytes that are no UTF-8 and control characters come out visibly. */
    String decode(int[] ids);

    /** What stands before the first token of a document, so that the first token too can be predicted. */
    int beginToken();
}
