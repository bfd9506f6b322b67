package dev.mneme.tasks.text;

/** Ids of a sentence pair, without begin and end symbols. */
record EncodedPair(int[] source, int[] target) {
    boolean fits(int maxSource, int maxTarget) {
        return source.length > 0 && source.length <= maxSource && target.length > 0 && target.length <= maxTarget;
    }
}
