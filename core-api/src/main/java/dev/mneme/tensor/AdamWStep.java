package dev.mneme.tensor;

import java.util.List;

/**
 * One AdamW update of many tensors in place (Loshchilov and Hutter, arXiv 1711.05101). All lists run in parallel.
 *
 * @param parameters the values to change
 * @param gradients same shapes
 * @param firstMoments running means of the gradients, changed in place
 * @param secondMoments running means of the squared gradients, changed in place
 * @param decays weight decay of each tensor, decoupled: the value shrinks by {@code learningRate * decay}
 * @param learningRate step size
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param gradientScale every gradient is multiplied by it first (clipping, mean over accumulated batches)
 * @param step counts from 1; for bias correction
 */
public record AdamWStep(
        List<Tensor> parameters,
        List<Tensor> gradients,
        List<Tensor> firstMoments,
        List<Tensor> secondMoments,
        List<Double> decays,
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        double gradientScale,
        long step) {}
