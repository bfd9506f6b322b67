package dev.mneme.tensor;

import org.jspecify.annotations.Nullable;

/**
 * How attention weighs its keys. Broadcast shapes refer to scores of shape (batch, heads, length, keys).
 *
 * @param mask {@link DType#BOOL}, broadcastable to the scores, true = may attend; null = everything may
 * @param bias added to the scaled scores, broadcastable to them; null = none
 * @param causal query i may attend to keys up to {@code i + keys - length}: the last query sees the last key
 * @param scale factor of the scores; NaN stands for 1 / sqrt(head dim)
 * @param dropout probability of dropping a weight, 0 outside training
 * @param dropoutKey random key of the dropout mask
 */
public record Attention(
        @Nullable Tensor mask, @Nullable Tensor bias, boolean causal, double scale, double dropout, long dropoutKey) {
    /** Every query sees every key. */
    public static final Attention FULL = new Attention(null, null, false, Double.NaN, 0, 0);
    /** Query i sees keys up to itself, aligned at the end. */
    public static final Attention CAUSAL = new Attention(null, null, true, Double.NaN, 0, 0);

    /** Only what the mask allows. */
    public static Attention masked(@Nullable Tensor mask) {
        return new Attention(mask, null, false, Double.NaN, 0, 0);
    }

    public Attention withMask(@Nullable Tensor newMask) {
        return new Attention(newMask, bias, causal, scale, dropout, dropoutKey);
    }

    public Attention withBias(@Nullable Tensor newBias) {
        return new Attention(mask, newBias, causal, scale, dropout, dropoutKey);
    }

    public Attention withDropout(double probability, long key) {
        return new Attention(mask, bias, causal, scale, probability, key);
    }

    /** The factor for this head dim. */
    public double scaleFor(long headDim) {
        return Double.isNaN(scale) ? 1 / Math.sqrt(headDim) : scale;
    }
}
