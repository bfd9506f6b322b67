/**
 * Memory Transformer (Burtsev et al., arXiv 2006.11527): M trained rows (batch, M, dim) beside the token rows
 * (batch, length, dim) of a segment, updated in every layer. Start with
 * {@link dev.mneme.memorytransformer.MemoryTransformerProvider}.
 *
 * <p>Of the paper's models there are MemTransformer, MemCtrl (also Shared) and MemBottleneck. Where the paper is silent
 * we take LayerNorms as part of each parameter set, give memory rows no position by default, and start them as large as
 * embedded tokens. The paper is post-norm; under pre-norm the memory rows' parameter set has a final norm of its own.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.memorytransformer;
