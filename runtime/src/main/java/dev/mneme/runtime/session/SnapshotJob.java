package dev.mneme.runtime.session;

/** Reads nothing; the answer is where the stream is. */
final class SnapshotJob extends Job<StreamState> {
    @Override
    boolean isComplete() {
        return true;
    }

    @Override
    int wanted(StreamState state) {
        return 0;
    }

    @Override
    long[] piece(int length) {
        return new long[0];
    }

    @Override
    void read(double[] logProbabilities) {}

    @Override
    StreamState value(StreamState state) {
        return state.copy();
    }

    @Override
    void discard(StreamState value) {
        value.close();
    }
}
