package dev.mneme.memory;

import dev.mneme.nn.TransformerBlock;
import dev.mneme.tensor.Tensor;

/**
 * Where in the backbone a read happens.
 *
 * @param layer index of the block
 * @param site place in the block
 * @param hidden the sequence's rows at that place, joined rows included, not normalised: (batch, rows + length, dim)
 * @param block for mechanisms that share its projections or norms
 */
public record ReadRequest(int layer, Site site, Tensor hidden, TransformerBlock block) {
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
