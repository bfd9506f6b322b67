package dev.mneme.compressive;

import dev.mneme.backbone.RelativeBlock;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The losses that train a compressor and nothing else: all that enters them is cut off from the graph. Streams that nothing
 * leaves do not count.
 *
 * @param block whose attention reads the rows; its norm is applied to them unless what is kept was normalised before
 * @param normalised whether it was
 */
record CompressionObjective(RelativeBlock block, boolean normalised) {
    /**
     * Mean square of the difference between what the segment reads of the rows that leave, by content alone, and what it
     * reads of their compressed form.
     *
     * @param hidden the layer's rows, (batch, length, dim)
     * @param valid (batch, length), or null when all are
     * @param rows (batch, T c, dim), of which those of {@code leaving} count
     * @param compressed (batch, T, dim), of which the first k of a stream count
     * @return a scalar
     */
    Tensor attentionReconstruction(
            Tensor hidden, @Nullable Tensor valid, Tensor rows, Tensor compressed, Overflow overflow) {
        Tensor asking = input(hidden.detach());
        Tensor before = block.attention()
                .frozenContent(asking, input(rows.detach()), masked(overflow.leaving(), overflow.blocks()));
        Tensor after = block.attention()
                .frozenContent(
                        asking, input(compressed), masked(first(overflow, compressed.size(1)), overflow.blocks()));
        Tensor counting = overflow.blocks().gt(0).unsqueeze(-1);
        Tensor queries = valid == null ? counting : counting.logicalAnd(valid);
        return mean(before.sub(after).square(), queries.expand(asking.shape().without(-1)));
    }

    /**
     * Mean square of the difference between the rows that leave and what a decoder makes of their compressed form.
     *
     * @param restored (batch, T c, dim)
     * @return a scalar
     */
    static Tensor autoEncoding(Tensor rows, Tensor restored, Overflow overflow) {
        return mean(rows.detach().sub(restored).square(), overflow.leaving());
    }

    private Tensor input(Tensor rows) {
        return normalised ? rows : block.frozenAttentionInput(rows);
    }

    /** Which of the compressed rows there are, (batch, T). */
    private static Tensor first(Overflow overflow, long most) {
        Tensor blocks = overflow.blocks();
        return blocks.backend().arange(0, most).unsqueeze(0).lt(blocks.unsqueeze(-1));
    }

    /** Keys that are there; all of them in streams where none is, whose result does not count. */
    private static Attention masked(Tensor there, Tensor blocks) {
        Tensor none = blocks.lt(1).unsqueeze(-1);
        Tensor keys = there.logicalOr(none);
        return Attention.masked(keys.reshape(keys.size(0), 1, 1, keys.size(1)));
    }

    /** Mean of values (batch, N, width) over the rows (batch, N) that count; 0 without any. */
    private static Tensor mean(Tensor values, Tensor counts) {
        Tensor weights = counts.to(values.dtype());
        Tensor one = values.backend().ones(Shape.scalar(), values.dtype());
        Tensor rows = weights.sum().maximum(one);
        // Chosen, not multiplied: what does not count may be anything.
        Tensor none = values.backend().zeros(Shape.scalar(), values.dtype());
        return counts.unsqueeze(-1).where(values, none).mean(false, -1).sum().div(rows);
    }
}
