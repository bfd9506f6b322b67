package dev.mneme.cli.stream;

/**
 * One line or segment.
 *
 * @param number of it in the whole stream, from 1
 * @param sum over its tokens
 * @param bits per byte of a line, or per token of a segment or where tokens are no text
 * @param runningBits the same over everything so far
 * @param runningPerplexity per token, over everything so far
 * @param z how unusual {@code bits} is, see {@link RobustScore}; NaN at the beginning
 * @param marked whether that is above the threshold
 * @param text without line break, shortened
 */
public record Surprise(
        long number,
        Sum sum,
        double bits,
        double runningBits,
        double runningPerplexity,
        double z,
        boolean marked,
        String text) {}
