package dev.mneme.task;

import org.jspecify.annotations.Nullable;

/**
 * One segment of several independent streams, on the host, row-major.
 *
 * @param rows batch size B
 * @param length segment length L
 * @param tokens ids, (B, L)
 * @param valid (B, L), true = real token; null when all are
 * @param decoderLength target length T; 0 unless the form is {@link Form#ENCODER_DECODER}
 * @param decoderTokens decoder input, (B, T), starting with the begin symbol; null unless encoder-decoder
 * @param labels (B, L), or (B, T) for encoder-decoder; {@link #IGNORED} where nothing is scored
 * @param reset (B), true = the state of this row starts anew before this segment; null = none does
 */
public record SegmentBatch(
        int rows,
        int length,
        long[] tokens,
        boolean @Nullable [] valid,
        int decoderLength,
        long @Nullable [] decoderTokens,
        long[] labels,
        boolean @Nullable [] reset) {
    /** Label of a position that does not count. */
    public static final long IGNORED = -1;
}
