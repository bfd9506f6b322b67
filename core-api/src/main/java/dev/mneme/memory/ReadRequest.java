package dev.mneme.memory;

import dev.mneme.nn.TransformerBlock;
import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Where in the backbone a read happens.
 *
 * @param layer index of the block
 * @param site place in the block
 * @param hidden the sequence's rows at that place, joined rows included, not normalised: (batch, rows + length, dim)
 * @param valid (batch, rows + length), true = no padding; null when all are
 * @param block for mechanisms that share its projections or norms; null in a backbone with blocks of another kind
 */
public record ReadRequest(
        int layer,
        Site site,
        Tensor hidden,
        @Nullable Tensor valid,
        @Nullable TransformerBlock block) {
    /** Of no rows at all, in a backbone that asks for what its blocks see of earlier segments before it has rows. */
    public static ReadRequest beforeRows(int layer, Tensor nothing) {
        return new ReadRequest(layer, Site.ATTENTION, nothing, null, null);
    }

    /** Places of a block where a mechanism may come in. */
    public enum Site {
        /** Beside self-attention: {@link Reading.Keys}, {@link Reading.Projected} or {@link Reading.Residual}. */
        ATTENTION,
        /** Between self-attention and feed-forward: {@link Reading.Residual}. */
        AFTER_ATTENTION,
        /** In the feed-forward's place: {@link Reading.Replacement}. */
        FEED_FORWARD
    }
}
