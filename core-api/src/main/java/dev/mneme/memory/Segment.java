package dev.mneme.memory;

import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one segment.
 *
 * @param tokens ids (batch, length), I64; the encoder's input in an encoder-decoder
 * @param valid (batch, length), BOOL, true = real token; null when all are
 * @param decoderTokens ids (batch, targetLength), I64; null unless encoder-decoder
 */
public record Segment(
        Tensor tokens, @Nullable Tensor valid, @Nullable Tensor decoderTokens) {
    /** Batch size B. */
    public long batch() {
        return tokens.size(0);
    }
}
