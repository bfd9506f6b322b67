package dev.mneme.tensor;

/**
 * The largest elements along one dimension, in descending order.
 *
 * @param values the elements; gradients flow to where they came from
 * @param indices their positions along the dimension, {@link DType#I64}, same shape
 */
public record TopK(Tensor values, Tensor indices) {}
