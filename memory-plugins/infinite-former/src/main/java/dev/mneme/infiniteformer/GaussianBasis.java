package dev.mneme.infiniteformer;

/**
 * N = C W bumps {@code psi_j(t) = exp(-(t - c)^2 / (2 w^2)) / (w sqrt(2 pi))}: every width at every centre, the width
 * running fastest, j = centre W + width.
 */
record GaussianBasis(double[] centres, double[] widths) {
    /** The paper's grid: N / W centres equally spaced on [0, 1], both ends included. */
    static GaussianBasis grid(int count, double[] widths) {
        double[] centres = new double[count / widths.length];
        for (int i = 0; i < centres.length; i++) {
            centres[i] = centres.length == 1 ? 0 : i / (centres.length - 1.0);
        }
        return new GaussianBasis(centres, widths);
    }

    /** N. */
    int count() {
        return centres.length * widths.length;
    }

    /** Values at some points, (points, N). */
    double[][] at(double[] points) {
        double[][] values = new double[points.length][count()];
        for (int p = 0; p < points.length; p++) {
            int j = 0;
            for (double centre : centres) {
                for (double width : widths) {
                    double z = (points[p] - centre) / width;
                    values[p][j++] = Math.exp(-z * z / 2) / (width * Math.sqrt(2 * Math.PI));
                }
            }
        }
        return values;
    }
}
