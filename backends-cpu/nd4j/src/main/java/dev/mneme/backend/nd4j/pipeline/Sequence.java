package dev.mneme.backend.nd4j.pipeline;

/**
 * One row of a data set without its padding.
 *
 * @param tokens ids, at least one
 * @param labels parallel to the tokens; {@link dev.mneme.task.SegmentBatch#IGNORED} where nothing is scored
 */
record Sequence(long[] tokens, long[] labels) {
    int length() {
        return tokens.length;
    }
}
