package dev.mneme.recurrentmemory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.SequenceRows;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;

/**
 * Puts the memory rows before the tokens, where tokens attend to them, and in a decoder the same rows behind them, for
 * the writer. Within the blocks nothing is left to read.
 *
 * @param slots memory rows M
 * @param bothEnds whether the rows also stand behind the tokens
 */
record RecurrentMemoryReader(int slots, boolean bothEnds) implements Reader {
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
        return Reading.NOTHING;
    }
}
