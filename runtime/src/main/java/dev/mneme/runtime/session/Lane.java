package dev.mneme.runtime.session;

import dev.mneme.runtime.model.Model;
import java.util.ArrayDeque;
import java.util.Deque;

/** One session as the {@link Scheduler} sees it: its stream and the requests to it, in order. */
final class Lane {
    /** Used by whoever runs the lane, or by anybody who holds the scheduler's lock while nobody runs it. */
    final Track track;

    // ---- guarded by the scheduler's lock ----
    final Deque<Job<?>> jobs = new ArrayDeque<>();
    boolean running;
    boolean closed;

    /** At the last answer. */
    private volatile long tokensRead;

    /** Takes over the state. */
    Lane(Model model, StreamState state) {
        this.track = new Track(model, state);
        this.tokensRead = state.tokensRead();
    }

    long tokensRead() {
        return tokensRead;
    }

    /** Answers a request; one that was cancelled in the meantime is taken back. */
    <T> void answer(Job<T> job) {
        T value = job.value(track.state());
        tokensRead = track.state().tokensRead();
        if (job.answer().complete(value)) {
            track.commit();
        } else {
            job.discard(value);
            rollback();
        }
    }

    void rollback() {
        track.rollback();
        tokensRead = track.state().tokensRead();
    }
}
