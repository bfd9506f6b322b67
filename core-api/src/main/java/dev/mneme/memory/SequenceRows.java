package dev.mneme.memory;

import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Memory rows that join a segment's tokens.
 *
 * @param rows (batch, M, dim), put before the tokens; null for none
 * @param mutual whether the rows attend to each other in both directions under a causal mask; otherwise row i sees rows
 *     up to i. Without a causal mask they always do.
 * @param numbered whether the rows take positions 0..M-1, so that tokens start at M; otherwise rows have no position
 *     and tokens start at 0
 */
public record SequenceRows(@Nullable Tensor rows, boolean mutual, boolean numbered) {
    /** No rows join. */
    public static final SequenceRows NONE = new SequenceRows(null, false, false);

    /** Number of rows M. */
    public int count() {
        return rows == null ? 0 : Math.toIntExact(rows.size(1));
    }
}
