/**
 * Memformer (Wu et al., arXiv 2010.06891): k slots (batch, k, dim) carried from segment to segment. Every block reads them
 * by cross-attention; after the last one each slot attends to itself and to the segment, and is drawn towards a learned
 * resting vector. Start with {@link dev.mneme.memformer.MemformerProvider}.
 *
 * <p>Variants: {@code bmn} is the paper, {@code gru} its first version as lucidrains/memformer has it, {@code membart} the
 * memory stream of the authors' successor (arXiv 2209.07634). The decoder-only form is ours: the same read in every block
 * of a causal stack, the same write after its final norm.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.memformer;
