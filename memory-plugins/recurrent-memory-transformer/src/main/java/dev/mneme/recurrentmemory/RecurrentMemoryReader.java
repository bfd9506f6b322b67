package dev.mneme.recurrentmemory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.SequenceRows;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Puts the memory rows before the tokens, where tokens attend to them, and in a decoder the same rows behind them, for
 * the writer. With a cache each block also sees the rows that entered it in earlier segments.
 *
 * @param slots memory rows M
 * @param bothEnds whether the rows also stand behind the tokens
 * @param cache of the xl form, or null
 */
record RecurrentMemoryReader(
        int slots, boolean bothEnds, @Nullable StateCache cache) implements Reader {
    @Override
    public SequenceRows rows(MemoryState state, long batch) {
        if (slots == 0) {
            return SequenceRows.NONE;
        }
        Tensor rows = state.get(RecurrentMemory.ROWS);
        return new SequenceRows(rows, bothEnds ? rows : null, SequenceRows.Placement.JOINED, false, slots);
    }

    @Override
    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
        if (cache == null || request.site() != ReadRequest.Site.ATTENTION) {
            return Reading.NOTHING;
        }
        // Caches never carry a gradient, also not to a state that was made a leaf for replay.
        Tensor rows = state.get(StateCache.name(request.layer())).detach();
        Tensor filled = state.get(StateCache.FILLED);
        return new Reading.Keys(rows, filled.reshape(filled.size(0), 1, 1, cache.length()), true);
    }
}
