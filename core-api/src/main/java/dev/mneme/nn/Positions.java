package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;

/** Fixed position encodings. */
@Stable
public final class Positions {
    private Positions() {}

    /**
     * Interleaved sines and cosines: {@code PE[p, 2k] = sin(p / 10000^(2k/dim))}, {@code PE[p, 2k+1] = cos(same)}
     * (Vaswani et al., arXiv 1706.03762, section 3.5).
     *
     * @param first position of the first row
     * @return (length, dim)
     */
    public static Tensor sinusoidal(TensorBackend backend, DType dtype, long first, int length, int dim) {
        double[] table = new double[length * dim];
        for (int row = 0; row < length; row++) {
            for (int k = 0; k < dim; k++) {
                double angle = (first + row) / Math.pow(10000, (k - k % 2) / (double) dim);
                table[row * dim + k] = k % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
            }
        }
        return backend.tensor(table, Shape.of(length, dim), dtype);
    }
}
