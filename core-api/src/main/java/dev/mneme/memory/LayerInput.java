package dev.mneme.memory;

import dev.mneme.nn.TransformerBlock;
import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Writer} sees before a block.
 *
 * @param layer index of the block
 * @param block for writers that share its projections or norms; null in a backbone with blocks of another kind
 * @param hidden the block's input, joined rows first, (batch, rows + length, dim). In a causal backbone it has no rows:
 *     what tokens of a segment see must not depend on later tokens of it.
 * @param valid (batch, rows + length), BOOL, true = joined row or real token, for masking keys; null when all are
 * @param apart the rows {@link Reader#rows} kept apart from the sequence, positions added, (batch, M, dim); the same
 *     before every block; null for none
 */
public record LayerInput(
        int layer,
        @Nullable TransformerBlock block,
        Tensor hidden,
        @Nullable Tensor valid,
        @Nullable Tensor apart) {
    /** Of no rows at all, in a backbone with blocks of another kind that calls its writer before it has rows. */
    public static LayerInput beforeRows(int layer, Tensor nothing) {
        return new LayerInput(layer, null, nothing, null, null);
    }
}
