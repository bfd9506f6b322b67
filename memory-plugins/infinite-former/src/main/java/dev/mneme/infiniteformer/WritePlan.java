package dev.mneme.infiniteformer;

import dev.mneme.memory.MemoryState;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a write is for each row of the batch.
 *
 * @param lengths vectors it takes in; 0 = none, the row keeps its signal
 * @param isFirst whether it starts a new signal
 * @param tokens in the signal afterwards
 * @param lastLengths tokens of the last segment, whose reads say where to sample
 */
record WritePlan(int[] lengths, boolean[] isFirst, long[] tokens, long[] lastLengths) {
    /**
     * Reads the counters of a state.
     *
     * @param resetTokens a signal of this many tokens is dropped; 0 = never
     */
    static WritePlan of(MemoryState state, Sizes sizes, long resetTokens) {
        long[] tokens = state.get(InfiniteFormerMemory.SIGNAL_TOKENS).toLongs();
        long[] pending = state.get(InfiniteFormerMemory.PENDING_LENGTH).toLongs();
        long[] last = state.get(InfiniteFormerMemory.LAST_LENGTH).toLongs();
        int[] lengths = new int[tokens.length];
        boolean[] isFirst = new boolean[tokens.length];
        for (int row = 0; row < tokens.length; row++) {
            lengths[row] = sizes.writable(pending[row], last[row]);
            boolean isFull = resetTokens > 0 && tokens[row] >= resetTokens;
            isFirst[row] = tokens[row] == 0 || isFull;
            if (lengths[row] > 0) {
                tokens[row] = (isFirst[row] ? 0 : tokens[row]) + lengths[row];
            }
        }
        return new WritePlan(lengths, isFirst, tokens, last);
    }

    /** Whether any row writes. */
    boolean writes() {
        return columns() > 0;
    }

    /** The longest length. */
    int columns() {
        return Arrays.stream(lengths).max().orElse(0);
    }

    /** Whether any row that writes has an old signal. */
    boolean samples() {
        for (int row = 0; row < lengths.length; row++) {
            if (lengths[row] > 0 && !isFirst[row]) {
                return true;
            }
        }
        return false;
    }

    /** Rows that do not write, (batch, 1, 1), BOOL; null when all do. */
    @Nullable Tensor paused(TensorBackend backend) {
        boolean[] paused = new boolean[lengths.length];
        boolean any = false;
        for (int row = 0; row < paused.length; row++) {
            paused[row] = lengths[row] == 0;
            any |= paused[row];
        }
        return any ? backend.tensor(paused, Shape.of(paused.length, 1, 1)) : null;
    }

    /** Rows without a signal afterwards, (batch, 1), BOOL; null when no row has one. */
    @Nullable Tensor silent(TensorBackend backend) {
        boolean[] silent = new boolean[tokens.length];
        boolean all = true;
        for (int row = 0; row < silent.length; row++) {
            silent[row] = tokens[row] == 0;
            all &= silent[row];
        }
        return all ? null : backend.tensor(silent, Shape.of(silent.length, 1));
    }
}
