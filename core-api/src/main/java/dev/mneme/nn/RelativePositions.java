package dev.mneme.nn;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;

/** Positions that count how far a key lies back from its query (Dai et al., arXiv 1901.02860, appendix B). */
public final class RelativePositions {
    private RelativePositions() {}

    /**
     * Sines and cosines of the distances {@code farthest, farthest - 1, .., 0}: all sines first, then all cosines, of
     * {@code δ / 10000^(2k/dim)}.
     *
     * @param dim even
     * @return (farthest + 1, dim)
     */
    public static Tensor table(TensorBackend backend, DType dtype, int farthest, int dim) {
        int rows = farthest + 1;
        int half = dim / 2;
        double[] values = new double[rows * dim];
        for (int k = 0; k < half; k++) {
            double frequency = Math.pow(10000, -2.0 * k / dim);
            for (int row = 0; row < rows; row++) {
                double angle = (farthest - row) * frequency;
                values[row * dim + k] = Math.sin(angle);
                values[row * dim + half + k] = Math.cos(angle);
            }
        }
        return backend.tensor(values, Shape.of(rows, dim), dtype);
    }

    /**
     * From columns that are distances to columns that are keys, without copying: query i of {@code length} meets key j of
     * {@code keys} at distance {@code i + keys - length - j}.
     *
     * @param byDistance (a, b, length, keys + 1), row-major in memory; column c has distance {@code keys - c}. Nothing
     *     of the first column lands where a query may look: any values will do.
     * @return (a, b, length, keys); where key j lies ahead of query i there stands some other query's value
     */
    public static Tensor shift(Tensor byDistance) {
        long length = byDistance.size(2);
        long keys = byDistance.size(3) - 1;
        return byDistance
                .reshape(byDistance.size(0), byDistance.size(1), length * (keys + 1))
                .slice(2, length, length * (keys + 1))
                .reshape(byDistance.size(0), byDistance.size(1), length, keys);
    }
}
