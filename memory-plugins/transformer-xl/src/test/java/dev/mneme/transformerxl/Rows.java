package dev.mneme.transformerxl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/** Row-major values (rows, width), row by row. */
final class Rows {
    private Rows() {}

    /** One row. */
    static double[] row(double[] values, int width, int row) {
        return Arrays.copyOfRange(values, row * width, (row + 1) * width);
    }

    /** Rows {@code from} to {@code to}, exclusive. */
    static double[] rows(double[] values, int width, int from, int to) {
        return Arrays.copyOfRange(values, from * width, to * width);
    }

    /** The rows in this order. */
    static double[] ordered(double[] values, int width, int... order) {
        double[] result = new double[order.length * width];
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(values, order[i] * width, result, i * width, width);
        }
        return result;
    }

    /** Largest absolute difference. */
    static double difference(double[] a, double[] b) {
        assertThat(a).hasSameSizeAs(b);
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    static void assertClose(double[] actual, double[] expected) {
        assertThat(difference(actual, expected)).isLessThan(1e-12);
    }

    static void assertDiffers(double[] actual, double[] expected) {
        assertThat(difference(actual, expected)).isGreaterThan(1e-4);
    }
}
