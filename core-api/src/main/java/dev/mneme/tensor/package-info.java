/**
 * The tensor SPI. Mechanisms are written once against {@link dev.mneme.tensor.Tensor} and run on every engine; an engine
 * implements {@link dev.mneme.tensor.TensorBackend}, most easily through {@code dev.mneme.tensor.tape}.
 *
 * <p>Semantics are NumPy's and PyTorch's: broadcasting aligns shapes at the end, negative dimensions count from the end,
 * results are new tensors. Native memory belongs to the innermost {@link dev.mneme.tensor.TensorScope}.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Stable
package dev.mneme.tensor;
