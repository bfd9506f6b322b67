package dev.mneme.memory;

import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Memory rows at the start of a segment.
 *
 * @param rows (batch, M, dim); null for none
 * @param placement where they go
 * @param mutual whether joined rows attend to each other in both directions under a causal mask; otherwise row i sees
 *     rows up to i. Without a causal mask they always do.
 * @param positions how many positions are set aside for memory rows: row r has position r and tokens start at this one,
 *     whether or not all of them are in use. 0 = rows have no position.
 */
public record SequenceRows(@Nullable Tensor rows, Placement placement, boolean mutual, int positions) {
    /** Where memory rows go. */
    public enum Placement {
        /** Before the tokens, through all blocks with them. */
        JOINED,
        /** Out of the sequence; the writer gets them as {@link LayerInput#apart}. */
        APART
    }

    /** No rows. */
    public static final SequenceRows NONE = new SequenceRows(null, Placement.JOINED, false, 0);

    /** Number of rows that travel with the tokens. */
    public int joinedCount() {
        return rows == null || placement == Placement.APART ? 0 : Math.toIntExact(rows.size(1));
    }

    /** The rows that travel with the tokens, or null. */
    public @Nullable Tensor joined() {
        return placement == Placement.JOINED ? rows : null;
    }

    /** The rows that do not, or null. */
    public @Nullable Tensor apart() {
        return placement == Placement.APART ? rows : null;
    }
}
