package dev.mneme.runtime.session;

import java.util.concurrent.CompletableFuture;

/** A request to a session, answered piece by piece by the thread that runs the model. */
abstract class Job<T> {
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private boolean ended;

    /** Whoever cancels it takes the request back: the stream is as if it had never been made. */
    CompletableFuture<T> answer() {
        return answer;
    }

    /** Whether it has left the queue. */
    boolean hasEnded() {
        return ended;
    }

    void end() {
        ended = true;
    }

    /** Whether nothing is left to read. */
    abstract boolean isComplete();

    /** How many tokens are to be read next, at the given place in the stream; called unless complete. */
    abstract int wanted(StreamState state);

    /** The first of the {@link #wanted} tokens. */
    abstract long[] piece(int length);

    /** A {@link #piece} has been read, with these log-probabilities. */
    abstract void read(double[] logProbabilities);

    /** The answer, when nothing is wanted any more. */
    abstract T value(StreamState state);

    /** Closes an answer that nobody takes. */
    void discard(T value) {}
}
