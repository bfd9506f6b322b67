package dev.mneme.infiniteformer;

import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.SplittableRandom;

/**
 * Samples the old signal where queries looked: a region that was read much gets more of the new line. Works on densities
 * cut off from the graph.
 */
final class StickySampling extends Module {
    /** How far the outermost edges are moved out for the integrals. */
    private static final double MARGIN = 1e-6;

    private final int bins;
    private final int samples;
    private final double leastDeviation;
    private final Tensor edges;
    private final Tensor basisAtLeftEdges;

    StickySampling(ModuleContext context, InfiniteFormerConfig config, GaussianBasis basis) {
        super(context);
        bins = config.bins();
        samples = config.samples();
        leastDeviation = Math.sqrt(config.varianceFloor());
        double[] all = new double[bins + 1];
        for (int k = 0; k <= bins; k++) {
            all[k] = (double) k / bins;
        }
        all[0] = -MARGIN;
        all[bins] = 1 + MARGIN;
        TensorBackend backend = context.backend();
        edges = constant(backend.tensor(all, Shape.of(bins + 1), context.dtype()));
        double[][] values = basis.at(Timeline.leftEdges(bins));
        double[] flat = new double[bins * basis.count()];
        for (int k = 0; k < bins; k++) {
            System.arraycopy(values[k], 0, flat, k * basis.count(), basis.count());
        }
        basisAtLeftEdges = constant(backend.tensor(flat, Shape.of(bins, basis.count()), context.dtype()));
    }

    /**
     * Share of each bin in what was read.
     *
     * @param mean (batch, reads)
     * @param deviation (batch, reads)
     * @param weights (batch, reads), 0 for those that did not happen
     * @return (batch, bins), each row sums to 1; even where nothing was read
     */
    Tensor shares(Tensor mean, Tensor deviation, Tensor weights) {
        Tensor least = mean.backend().full(Shape.scalar(), leastDeviation, mean.dtype());
        Tensor scale = deviation.maximum(least).mul(Math.sqrt(2)).reciprocal().unsqueeze(-1);
        Tensor below = edges.sub(mean.unsqueeze(-1)).mul(scale).erf();
        Tensor cumulated = weights.unsqueeze(1).matmul(below).squeeze(1);
        // Rounding may leave a difference below 0.
        Tensor mass = cumulated
                .slice(1, 1, bins + 1L)
                .sub(cumulated.slice(1, 0, bins))
                .relu();
        Tensor total = mass.sum(true, 1);
        Tensor even = mean.backend().full(mass.shape(), 1.0 / bins, mass.dtype());
        return total.gt(0).where(mass.div(total), even);
    }

    /**
     * Independent draws of M bins, in ascending order. Rows of a batch share the random numbers, not the bins.
     *
     * @param shares (batch, bins)
     * @return (batch, M), I64
     */
    Tensor draw(Tensor shares, long key) {
        return quantiles(
                shares, new SplittableRandom(key).doubles(samples).sorted().toArray());
    }

    /** The bins (batch, M), I64, below which these ascending shares of what was read lie. */
    Tensor quantiles(Tensor shares, double[] levels) {
        Tensor numbers = shares.backend().tensor(levels, Shape.of(1, samples, 1), shares.dtype());
        Tensor cumulated = shares.slice(1, 0, bins - 1L).cumsum(1).unsqueeze(1);
        return cumulated.le(numbers).sum(false, -1);
    }

    /** The signal (batch, N, dim) at the left edges of bins (batch, M): (batch, M, dim). */
    Tensor sample(Tensor signal, Tensor drawn) {
        Tensor basis =
                basisAtLeftEdges.indexSelect(0, drawn.reshape(drawn.shape().elements()));
        return basis.reshape(drawn.size(0), samples, signal.size(1)).matmul(signal);
    }
}
