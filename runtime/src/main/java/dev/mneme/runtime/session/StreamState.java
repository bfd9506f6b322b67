package dev.mneme.runtime.session;

import dev.mneme.memory.MemoryState;
import dev.mneme.runtime.model.Model;
import dev.mneme.tensor.TensorScope;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream of tokens has come to: all it takes to go on from there. Immutable; owns its memory.
 *
 * @param memory at the start of the segment that is not full yet, one row
 * @param unfinished tokens of that segment
 * @param logits of the token that comes next; null before the first token
 * @param tokensRead since the beginning of the stream
 */
record StreamState(MemoryState memory, long[] unfinished, double @Nullable [] logits, long tokensRead) {
    /** The beginning of a stream. */
    static StreamState start(Model model) {
        try (TensorScope scope = model.backend().scope()) {
            return new StreamState(model.initialState(1).detach().unscoped(), new long[0], null, 0);
        }
    }

    /** The same with tensor handles of its own. */
    StreamState copy() {
        return new StreamState(memory.detach().unscoped(), unfinished, logits, tokensRead);
    }

    void close() {
        memory.close();
    }
}
