/**
 * ∞-former (Martins, Marinho, Martins, arXiv 2109.00301): the past as the coefficients (batch, N, dim) of a continuous
 * signal over [0, 1], a sum of Gaussian bumps; each query reads it with one Gaussian density. Start with
 * {@link dev.mneme.infiniteformer.InfiniteFormerProvider}.
 *
 * <p>Where paper and official code differ we follow the code: midpoints in the first fit and end points in later ones,
 * padding outside of [0, 1], no biases in the maps to mean and variance. We differ from the code in that the optional
 * prior on the mean is off unless asked for, the long-term memory is never wiped unless asked for, and factors of any
 * segment length are at hand. Draws of sticky memories are shared by the rows of a batch, so that a stream's memory does
 * not depend on its place in it.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.infiniteformer;
