/**
 * Compressive Transformer (Rae et al., arXiv 1911.05507): a Transformer-XL whose evicted rows are squeezed by a factor c
 * into a second queue. A block with input (batch, length, dim) attends to compressed rows (batch, n_cm, dim), memory rows
 * (batch, n_m, dim) and its own, in this order. Start with
 * {@link dev.mneme.compressive.CompressiveTransformerProvider}.
 *
 * <p>There is no official code. Where the paper is silent: a compressed row counts as one position; memories start empty; rows
 * are compressed c at a time, and fewer than c rows beyond n_m wait in the memory, in sight; padded tokens are not
 * remembered; use of a row is its mean attention weight over the segments it spent in the memory; dilated convolutions
 * look back, with zeros before the first evicted row. Queues have their full size from the start, with counts of what is
 * there, so that streams of one batch may start at different times.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.compressive;
