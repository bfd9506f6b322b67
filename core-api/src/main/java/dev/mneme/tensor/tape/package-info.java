/**
 * Reverse-mode differentiation for engines that have none of their own. An engine implements the forward-only
 * {@link dev.mneme.tensor.tape.ArrayKernels} over its array type and hands them to
 * {@link dev.mneme.tensor.tape.TapeBackend}, which adds tensors, gradients, scopes, argument checks and the accounting
 * of native memory.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.tensor.tape;
