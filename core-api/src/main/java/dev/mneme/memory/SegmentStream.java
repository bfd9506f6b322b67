package dev.mneme.memory;

import dev.mneme.tensor.Tensor;

/** A segment that is fed piece by piece. Not thread-safe. Owns its caches until closed. */
public interface SegmentStream extends AutoCloseable {
    /**
     * Feeds the next tokens (decoder tokens in an encoder-decoder).
     *
     * @param tokens ids (batch, n), n at least 1
     * @return logits (batch, n, vocabulary) in the caller's scope
     * @throws dev.mneme.error.MnemeException ({@code SHAPE_MISMATCH}) if the segment would outgrow the backbone's
     *     longest segment
     */
    Tensor feed(Tensor tokens);

    /** The state after the segment, in the caller's scope. Nothing can be fed afterwards. */
    MemoryState finish();

    @Override
    void close();
}
