package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/** Row-major values (rows, width), row by row. */
public final class Rows {
    private Rows() {}

    /** One row. */
    public static double[] row(double[] values, int width, int row) {
        return rows(values, width, row, row + 1);
    }

    /** Rows {@code from} to {@code to}, exclusive. */
    public static double[] rows(double[] values, int width, int from, int to) {
        return Arrays.copyOfRange(values, from * width, to * width);
    }

    /** The rows in this order. */
    public static double[] ordered(double[] values, int width, int... order) {
        double[] result = new double[order.length * width];
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(values, order[i] * width, result, i * width, width);
        }
        return result;
    }

    /** Euclidean length. */
    public static double norm(double[] vector) {
        return Math.sqrt(dot(vector, vector));
    }

    /** Inner product. */
    public static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Largest absolute difference. */
    public static double difference(double[] a, double[] b) {
        assertThat(a).hasSameSizeAs(b);
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    /** Within 1e-12. */
    public static void assertClose(double[] actual, double[] expected) {
        assertThat(difference(actual, expected)).isLessThan(1e-12);
    }

    /** Neither infinite nor NaN anywhere. */
    public static void assertFinite(double[] actual) {
        assertThat(Arrays.stream(actual)).allMatch(Double::isFinite);
    }

    /** Somewhere by more than 1e-4. */
    public static void assertDiffers(double[] actual, double[] expected) {
        assertThat(difference(actual, expected)).isGreaterThan(1e-4);
    }
}
