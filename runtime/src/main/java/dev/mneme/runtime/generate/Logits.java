package dev.mneme.runtime.generate;

import dev.mneme.tensor.Tensor;
import java.util.Arrays;

/** Logits on the host. */
final class Logits {
    private Logits() {}

    /** The last position of (rows, n, vocabulary) as [rows][vocabulary]. */
    static double[][] last(Tensor logits) {
        int rows = Math.toIntExact(logits.size(0));
        int vocabulary = Math.toIntExact(logits.size(2));
        double[] values = logits.slice(1, logits.size(1) - 1, logits.size(1)).toDoubles();
        double[][] result = new double[rows][];
        for (int row = 0; row < rows; row++) {
            result[row] = Arrays.copyOfRange(values, row * vocabulary, (row + 1) * vocabulary);
        }
        return result;
    }
}
