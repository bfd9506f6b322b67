package dev.mneme.task;

import java.util.Arrays;
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

    /** The streams of rows {@code from} to {@code to - 1} as a batch of their own. */
    public SegmentBatch streams(int from, int to) {
        return new SegmentBatch(
                to - from,
                length,
                part(tokens, from, to),
                valid == null ? null : Arrays.copyOfRange(valid, from * length, to * length),
                decoderLength,
                decoderTokens == null ? null : part(decoderTokens, from, to),
                part(labels, from, to),
                reset == null ? null : Arrays.copyOfRange(reset, from, to));
    }

    private long[] part(long[] values, int from, int to) {
        int width = values.length / rows;
        return Arrays.copyOfRange(values, from * width, to * width);
    }
}
