package dev.mneme.tasks.generated;

import org.jspecify.annotations.Nullable;

/**
 * One drawn sequence.
 *
 * @param tokens input ids
 * @param decoderTokens decoder input, as long as the labels, due after the last segment; null unless encoder-decoder
 * @param labels as long as the tokens, or as the decoder tokens for encoder-decoder
 */
record Example(long[] tokens, long @Nullable [] decoderTokens, long[] labels) {}
