package dev.mneme.memory;

import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Memory rows around the tokens of a segment.
 *
 * @param rows (batch, M, dim); null for none
 * @param trailing rows (batch, N, dim) behind the tokens, through all blocks with them: under a causal mask they see the
 *     whole segment, and no token sees them; null for none. With positions, theirs follow the last token's.
 * @param placement where {@code rows} go
 * @param mutual whether joined rows, and trailing rows, attend to each other in both directions under a causal mask;
 *     otherwise row i sees rows up to i. Without a causal mask they always do.
 * @param positions how many positions are set aside for memory rows: row r has position r and tokens start at this one,
 *     whether or not all of them are in use. 0 = rows have no position.
 */
public record SequenceRows(
        @Nullable Tensor rows, @Nullable Tensor trailing, Placement placement, boolean mutual, int positions) {
    /** Where memory rows go. */
    public enum Placement {
        /** Before the tokens, through all blocks with them. */
        JOINED,
        /** Out of the sequence; the writer gets them as {@link LayerInput#apart}. */
        APART
    }

    /** No rows. */
    public static final SequenceRows NONE = new SequenceRows(null, null, Placement.JOINED, false, 0);

    /** Rows before the tokens and none behind them. */
    public static SequenceRows before(@Nullable Tensor rows, Placement placement, boolean mutual, int positions) {
        return new SequenceRows(rows, null, placement, mutual, positions);
    }

    /** Number of rows that travel before the tokens. */
    public int joinedCount() {
        return rows == null || placement == Placement.APART ? 0 : Math.toIntExact(rows.size(1));
    }

    /** Number of rows behind the tokens. */
    public int trailingCount() {
        return trailing == null ? 0 : Math.toIntExact(trailing.size(1));
    }

    /** The rows that travel before the tokens, or null. */
    public @Nullable Tensor joined() {
        return placement == Placement.JOINED ? rows : null;
    }

    /** The rows that do not, or null. */
    public @Nullable Tensor apart() {
        return placement == Placement.APART ? rows : null;
    }
}
