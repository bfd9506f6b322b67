/**
 * Recurrent Memory Transformer (Bulatov, Kuratov, Burtsev, arXiv 2207.06881): M memory rows (batch, M, dim) stand before
 * the token rows (batch, length, dim) of a segment, to be read, and once more behind them, to be written; what the last
 * block makes of the second is the memory of the next segment. Start with
 * {@link dev.mneme.recurrentmemory.RecurrentMemoryProvider}.
 *
 * <p>Two forms. The standard one puts the rows around the segment of an ordinary transformer, as the authors' wrapper for
 * pre-trained models does; in an encoder one block of rows is both. The xl form is the paper's own model: relative
 * positions, memory rows that see each other both ways, and optionally a cache of earlier rows. Where we depart from the
 * authors' code: initial memory rows are drawn independently of each other; the cache is kept at its full size with a
 * mask of what is filled; streams whose segment has no real token keep their state; the distances of the relative shift
 * that point forward are counted from the longest segment, so that a segment can be fed piece by piece.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.recurrentmemory;
