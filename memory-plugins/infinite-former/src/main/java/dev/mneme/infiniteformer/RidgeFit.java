package dev.mneme.infiniteformer;

import java.util.Arrays;

/**
 * Ridge regression of a signal to vectors at known points, in closed form: the coefficients are {@code B = G^T X}. Further
 * points at which the signal should be 0 keep it from growing outside of the real ones.
 *
 * <p>In double precision, whatever the engine computes in: the condition number of the normal matrix is about 5e5 for the
 * paper's sizes.
 */
final class RidgeFit {
    private RidgeFit() {}

    /**
     * The factors.
     *
     * @param real where the vectors are
     * @param padding where the signal should be 0
     * @param penalty lambda
     * @return {@code G^T}, (N, real points)
     */
    static double[][] factors(GaussianBasis basis, double[] real, double[] padding, double penalty) {
        int count = basis.count();
        double[][] normal = new double[count][count];
        double[][] values = basis.at(real);
        addOuterProducts(normal, values);
        addOuterProducts(normal, basis.at(padding));
        for (int i = 0; i < count; i++) {
            normal[i][i] += penalty;
        }
        decompose(normal);
        double[][] factors = new double[count][real.length];
        for (int p = 0; p < real.length; p++) {
            solve(normal, values[p]);
            for (int j = 0; j < count; j++) {
                factors[j][p] = values[p][j];
            }
        }
        return factors;
    }

    /** Adds {@code F F^T} to a lower triangle; F is given by points, (points, N). */
    private static void addOuterProducts(double[][] normal, double[][] values) {
        for (double[] point : values) {
            for (int i = 0; i < point.length; i++) {
                double factor = point[i];
                // Most bumps are exactly 0 far from their centre.
                if (factor != 0) {
                    double[] row = normal[i];
                    for (int j = 0; j <= i; j++) {
                        row[j] += factor * point[j];
                    }
                }
            }
        }
    }

    /** Cholesky: the lower triangle of a positive definite matrix becomes the factor. */
    private static void decompose(double[][] matrix) {
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j <= i; j++) {
                double rest = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    rest -= matrix[i][k] * matrix[j][k];
                }
                matrix[i][j] = i == j ? Math.sqrt(rest) : rest / matrix[j][j];
            }
        }
    }

    /** Replaces a right-hand side by the solution. */
    private static void solve(double[][] lower, double[] x) {
        for (int i = 0; i < x.length; i++) {
            double rest = x[i];
            for (int j = 0; j < i; j++) {
                rest -= lower[i][j] * x[j];
            }
            x[i] = rest / lower[i][i];
        }
        for (int i = x.length - 1; i >= 0; i--) {
            x[i] /= lower[i][i];
            for (int j = 0; j < i; j++) {
                x[j] -= lower[i][j] * x[i];
            }
        }
    }

    /** {@code a b} of (rows, inner) and (inner, columns). */
    static double[][] product(double[][] a, double[][] b) {
        double[][] product = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                double factor = a[i][k];
                double[] row = b[k];
                for (int j = 0; j < row.length; j++) {
                    product[i][j] += factor * row[j];
                }
            }
        }
        return product;
    }

    /** Columns {@code from} to {@code to}, exclusive. */
    static double[][] columns(double[][] matrix, int from, int to) {
        return Arrays.stream(matrix)
                .map(row -> Arrays.copyOfRange(row, from, to))
                .toArray(double[][]::new);
    }
}
