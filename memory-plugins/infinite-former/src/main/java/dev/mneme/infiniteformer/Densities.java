package dev.mneme.infiniteformer;

import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;

/**
 * Where queries look: one Gaussian density over the line each. Not cut off at the ends of [0, 1].
 *
 * @param mean mu, (batch, heads, length)
 * @param variance (batch, heads, length)
 */
record Densities(Tensor mean, Tensor variance) {
    /**
     * From scores over basis functions, already reduced to two numbers a query.
     *
     * @param scores (batch, heads, length, 2)
     * @param floor smallest variance; below it no gradient flows
     */
    static Densities of(Tensor scores, double floor) {
        Tensor least = scores.backend().full(Shape.scalar(), floor, scores.dtype());
        return new Densities(
                scores.select(-1, 0).sigmoid(), scores.select(-1, 1).softplus().maximum(least));
    }

    /** The part of the Kullback-Leibler divergence from N(any mean, deviation²) that depends on the variance. */
    Tensor divergence(double deviation) {
        Tensor ratio = variance.mul(1 / (deviation * deviation));
        return ratio.sub(ratio.log()).sub(1).mul(0.5);
    }

    /** Kullback-Leibler divergence from N(priorMean, deviation²), (batch, heads, length). */
    Tensor divergence(double priorMean, double deviation) {
        Tensor shift = mean.sub(priorMean).square().mul(1 / (2 * deviation * deviation));
        return divergence(deviation).add(shift);
    }

    /** The same cut off from the graph. */
    Densities detach() {
        return new Densities(mean.detach(), variance.detach());
    }
}
