package dev.mneme.runtime.session;

import java.util.Arrays;

/** Reads tokens; the answer are their log-probabilities. */
final class FeedJob extends Job<double[]> {
    private final long[] tokens;
    private final double[] logProbabilities;
    private int position;

    FeedJob(long[] tokens) {
        this.tokens = tokens;
        this.logProbabilities = new double[tokens.length];
    }

    @Override
    boolean isComplete() {
        return position == tokens.length;
    }

    @Override
    int wanted(StreamState state) {
        return tokens.length - position;
    }

    @Override
    long[] piece(int length) {
        return Arrays.copyOfRange(tokens, position, position + length);
    }

    @Override
    void read(double[] piece) {
        System.arraycopy(piece, 0, logProbabilities, position, piece.length);
        position += piece.length;
    }

    @Override
    double[] value(StreamState state) {
        return logProbabilities;
    }
}
