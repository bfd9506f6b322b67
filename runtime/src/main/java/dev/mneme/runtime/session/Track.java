package dev.mneme.runtime.session;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentStream;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.SegmentBatch;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The live end of one stream: where it is, and its open segment with the caches. Requests are transactions: until one is
 * committed, the stream can go back to where it began. Used by one thread at a time.
 */
final class Track {
    private static final SegmentBatch NOTHING = new SegmentBatch(1, 0, new long[0], null, 0, null, new long[0], null);

    private final Model model;
    private StreamState state;
    private StreamState mark;
    private @Nullable SegmentStream open;

    /** Takes over the state. */
    Track(Model model, StreamState state) {
        this.model = model;
        this.state = state;
        this.mark = state;
    }

    StreamState state() {
        return state;
    }

    /** The open segment; what was read of it is fed again if it had been dropped. */
    SegmentStream stream() {
        SegmentStream stream = open;
        if (stream == null) {
            stream = model.stream(NOTHING, state.memory(), Pass.evaluation());
            open = stream;
            long[] tokens = state.unfinished();
            if (tokens.length > 0) {
                try (TensorScope scope = model.backend().scope()) {
                    stream.feed(model.tokens(tokens, 1));
                }
            }
        }
        return stream;
    }

    /** Closes the open segment; the next {@link #stream} opens it again from the state. */
    void dropStream() {
        SegmentStream stream = open;
        if (stream != null) {
            open = null;
            stream.close();
        }
    }

    /** Goes on in the segment. */
    void advance(long[] piece, double[] logits) {
        long[] before = state.unfinished();
        long[] tokens = Arrays.copyOf(before, before.length + piece.length);
        System.arraycopy(piece, 0, tokens, before.length, piece.length);
        state = new StreamState(state.memory(), tokens, logits, state.tokensRead() + piece.length);
    }

    /**
     * Goes on with a new segment after so many more tokens.
     *
     * @param next taken over
     */
    void advance(int tokens, MemoryState next, double[] logits) {
        dropStream();
        StreamState before = state;
        state = new StreamState(next, new long[0], logits, before.tokensRead() + tokens);
        if (before.memory() != mark.memory()) {
            before.close();
        }
    }

    /** What was read since the last commit stays read. */
    void commit() {
        if (mark.memory() != state.memory()) {
            mark.close();
        }
        mark = state;
    }

    /** What was read since the last commit is forgotten. */
    void rollback() {
        if (state.tokensRead() == mark.tokensRead()) {
            return;
        }
        dropStream();
        if (mark.memory() != state.memory()) {
            state.close();
        }
        state = mark;
    }

    void close() {
        dropStream();
        rollback();
        state.close();
    }
}
