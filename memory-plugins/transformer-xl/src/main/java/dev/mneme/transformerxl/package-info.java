/**
 * Transformer-XL (Dai et al., arXiv 1901.02860): every block sees the last M rows (batch, M, dim) that entered it in earlier
 * segments before its own (batch, length, dim), without gradient, and scores count how far a key lies back. Start with
 * {@link dev.mneme.transformerxl.TransformerXlProvider}.
 *
 * <p>Where we depart from the authors' code: caches have their full size from the start, with a count of the rows that are
 * there, so that streams of one batch may start at different times; padded tokens are not cached; the output of the last
 * block, which nothing reads, is not cached either; softmax is over the whole vocabulary.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.transformerxl;
