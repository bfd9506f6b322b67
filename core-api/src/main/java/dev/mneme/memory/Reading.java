package dev.mneme.memory;

import dev.mneme.nn.KeyValues;
import dev.mneme.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a {@link Reader} answers. */
public sealed interface Reading {
    /** This mechanism does not read here. */
    Reading NOTHING = new Nothing();

    /** See {@link #NOTHING}. */
    record Nothing() implements Reading {}

    /**
     * Rows the self-attention sees as keys and values before the sequence's own; the block normalises and projects
     * them like its own rows.
     *
     * @param rows (batch, M, dim)
     * @param mask broadcastable to (batch, 1, rows + length, M), true = may attend; null = all may
     * @param seesSequence whether rows of the sequence also attend to the sequence; false = to these keys only
     */
    record Keys(Tensor rows, @Nullable Tensor mask, boolean seesSequence) implements Reading {}

    /**
     * As {@link Keys}, already projected, by the block or by maps of the mechanism's own.
     *
     * @param keyValues (batch, heads, M, headDim) each
     * @param mask broadcastable to (batch, 1, rows + length, M), true = may attend; null = all may
     * @param seesSequence as in {@link Keys}
     */
    record Projected(KeyValues keyValues, @Nullable Tensor mask, boolean seesSequence) implements Reading {}

    /**
     * A vector per row, added to the residual stream: at {@code ATTENTION} together with the attention's output, at
     * {@code AFTER_ATTENTION} on its own.
     *
     * @param value (batch, rows + length, dim)
     * @param losses auxiliary losses of this read by name, scalars already weighted; those of one name are summed over
     *     the blocks and added to the task's loss
     */
    record Residual(Tensor value, Map<String, Tensor> losses) implements Reading {
        public Residual {
            losses = Map.copyOf(losses);
        }

        /** A read without auxiliary losses. */
        public Residual(Tensor value) {
            this(value, Map.of());
        }
    }

    /**
     * A vector per row in place of the feed-forward's output.
     *
     * @param value (batch, rows + length, dim)
     */
    record Replacement(Tensor value) implements Reading {}
}
